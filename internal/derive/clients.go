package derive

import (
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// ClientCheck returns what a report says of the clients: of the one that was latest; nil if
// none was asked.
func ClientCheck(p *record.Phase) *metrics.ClientCheck {
	var worst *record.Client
	for i := range p.Clients {
		if c := &p.Clients[i]; worst == nil || c.Lag > worst.Lag {
			worst = c
		}
	}
	if worst == nil {
		return nil
	}
	c := &metrics.ClientCheck{
		Name:       worst.Name,
		WakeLagP99: worst.WakeP99.Seconds(), WakeLagMax: worst.WakeMax.Seconds(), LagSeconds: worst.Lag.Seconds(),
		SchedulerP99: worst.SchedP99.Seconds(), GCPauseMax: worst.GCPauseMax.Seconds(), GCPauseTotal: worst.GCPauseTotal.Seconds(),
		Processors: worst.Processors,
	}
	if worst.CPUShare != record.None {
		c.CPUShare = new(worst.CPUShare)
	}
	return c
}

// ByClient returns the rows of each client of a phase with several.
func ByClient(p *record.Phase, rows []*record.Row) [][]*record.Row {
	own := make([][]*record.Row, len(p.Clients))
	for _, r := range rows {
		if c := ClientOf(p, r); c >= 0 {
			own[c] = append(own[c], r)
		}
	}
	return own
}

// ClientOf returns the index of the client that sent a request; -1 if it is unknown.
func ClientOf(p *record.Phase, r *record.Row) int {
	if a := int(r.Agent); a >= 0 && a < len(p.Owners) && int(p.Owners[a]) < len(p.Clients) {
		return int(p.Owners[a])
	}
	return -1
}

// Lateness returns how late requests were sent: the P99, the P90 if there are too few for a
// P99, and 0 and false if there are too few for that, so that one hiccup does not decide.
func Lateness(rows []*record.Row) (late time.Duration, known bool) {
	all := metrics.Percentiles{Exact: -1}
	for _, r := range rows {
		all.Record(r.Lateness().Seconds())
	}
	percent := 99.0
	if all.N() < metrics.SamplesFor(percent) {
		percent = 90
	}
	if all.N() < metrics.SamplesFor(percent) {
		return 0, false
	}
	seconds, _ := all.At(percent)
	return time.Duration(seconds * float64(time.Second)), true
}

// Speed returns the output speed of a request, in tokens per second: 0 of one that failed. Others
// that did not end well have none.
func Speed(r *record.Row, fit Fit) (tokensPerSecond float64, ok bool) {
	if r.Failed() {
		return 0, true
	}
	if r.Outcome != record.OK {
		return 0, false
	}
	t := fit.Timing(r)
	v, ok := t.OutputSpeed()
	return float64(v), ok
}
