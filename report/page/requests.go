package page

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/requestlog"
)

// Requests are the requests of runs, to show what happened inside their phases.
type Requests struct {
	phases map[phaseOf]*inside
}

// phaseOf names a phase: indices count within a run.
type phaseOf struct {
	run   string
	index int
}

// ReadRequests reads what maxusers wrote with -requests, or into its journal. They belong to the
// reports of the same runs; others are ignored. The error names file and line.
func ReadRequests(ctx context.Context, files ...string) (*Requests, error) {
	set, err := requestlog.Read(ctx, files, requestlog.Options{})
	if err != nil {
		return nil, err
	}
	q := &Requests{phases: make(map[phaseOf]*inside)}
	for _, p := range set.Phases {
		if p.Run != "" && p.End > 0 {
			q.phases[phaseOf{p.Run, p.Index}] = insideOf(&p.Phase)
		}
	}
	return q, nil
}

// of returns what happened inside a phase of a report; nil if that is not known.
func (q *Requests) of(s *subject, p step) *inside {
	if q == nil {
		return nil
	}
	return q.phases[phaseOf{s.runOf(p), p.Index}]
}

// runOf returns the run that a phase is of, which may be a run before the report's.
func (s *subject) runOf(p step) string { return cmp.Or(p.Run, s.report.Run) }

// An inside is what happened inside a phase. Instants are in seconds from its start.
type inside struct {
	from, to, end float64 // the window, and the phase
	requests      []request
}

// A request is one of them. What is not known of it is NaN.
type request struct {
	sent, end, ttft, speed float64
	failed                 bool
}

func insideOf(p *record.Phase) *inside {
	in := &inside{from: p.Settled.Seconds(), to: p.WindowEnd.Seconds(), end: p.End.Seconds()}
	for i := range p.Rows {
		r := &p.Rows[i]
		if r.Sent < 0 {
			continue
		}
		q := request{sent: r.Sent.Seconds(), end: in.end, ttft: math.NaN(), speed: math.NaN(), failed: r.Failed()}
		if r.End >= r.Sent {
			q.end = r.End.Seconds()
		}
		t := r.Timing()
		if d, ok := t.TTFT(); ok {
			q.ttft = d.Seconds()
		}
		if v, ok := t.OutputSpeed(); ok && r.Outcome == record.OK {
			q.speed = float64(v)
		}
		in.requests = append(in.requests, q)
	}
	slices.SortFunc(in.requests, func(a, b request) int { return cmp.Or(cmp.Compare(a.sent, b.sent), cmp.Compare(a.end, b.end)) })
	return in
}
