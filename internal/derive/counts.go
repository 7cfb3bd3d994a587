package derive

import (
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// Failed returns the number of requests that failed by the system's fault.
func Failed(p *record.Phase) (n int) {
	for i := range p.Rows {
		if p.Rows[i].Failed() {
			n++
		}
	}
	return n
}

// OutputTokens returns the number of output tokens of all requests, measured or not.
func OutputTokens(p *record.Phase) (n int64) {
	for i := range p.Rows {
		n += int64(max(0, p.Rows[i].Tokens))
	}
	return n
}

// Succeeded returns the number of requests that succeeded.
func Succeeded(p *record.Phase) (n int) {
	for i := range p.Rows {
		if p.Rows[i].Outcome == record.OK {
			n++
		}
	}
	return n
}

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
		WakeLagP99: worst.WakeP99.Seconds(), WakeLagMax: worst.WakeMax.Seconds(), LagSeconds: worst.Lag.Seconds(),
		SchedulerP99: worst.SchedP99.Seconds(), GCPauseMax: worst.GCPauseMax.Seconds(), GCPauseTotal: worst.GCPauseTotal.Seconds(),
		Processors: worst.Processors,
	}
	if worst.CPUShare != record.None {
		c.CPUShare = new(worst.CPUShare)
	}
	return c
}
