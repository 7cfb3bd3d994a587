package observe

import (
	"context"
	"io"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/telemetry"
)

// Seen is what was observed of a phase; the zero Seen of one without observers.
type Seen struct {
	Server *telemetry.Server
	Power  *telemetry.Power
	// Warnings are about what was observed, and where it does not agree with what the client
	// saw.
	Warnings []metrics.Warning
	// Foreign says why the load of the system was not that of the phase alone, or why that is
	// not known; empty if it was.
	Foreign string
	// Recording holds the series.
	Recording telemetry.Recording
}

// Around runs a phase with the observers beside it. Accelerators is the number of those of the
// system; 0 if it is unknown. The phase and the error are those of run.
func (t *Team) Around(ctx context.Context, accelerators int, run func() (*record.Phase, error)) (*record.Phase, Seen, error) {
	if len(t.callers) == 0 {
		p, err := run()
		return p, Seen{}, err
	}
	w := t.Begin(ctx)
	begin := time.Now()
	p, err := run()
	at := instants(begin, &p.Header)
	seen := Seen{Recording: telemetry.Recording{Run: p.Run, Phase: p.Index, Agents: p.Agents, At: at, Observed: w.End(at)}}
	seen.Server, seen.Power, seen.Warnings = telemetry.Summarize(seen.Recording.Observed, at, accelerators)
	seen.compare(p)
	return p, seen, err
}

// instants returns those of a phase, in order also of one that ended before its window.
func instants(begin time.Time, h *record.Header) telemetry.Instants {
	settled := min(h.Settled, h.End)
	return telemetry.Instants{
		Begin: begin, Settled: begin.Add(settled), WindowEnd: begin.Add(max(settled, min(h.WindowEnd, h.End))), End: begin.Add(h.End),
	}
}

// WriteSeries writes the series; nothing if w is nil or there were no observers.
func (s *Seen) WriteSeries(w io.Writer) error {
	if w == nil || s.Recording.At == (telemetry.Instants{}) {
		return nil
	}
	return s.Recording.Write(w)
}
