package record

import (
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// A Client is how one client fared in the window.
type Client struct {
	// Lag is the one figure to judge it by: how late it noticed what it should have.
	Lag time.Duration `json:"lag_ns"`
	// Wakes is on how many samples the lag rests.
	Wakes int `json:"wakes"`
	// WakeP99 and WakeMax are how late a goroutine ran that was due at a time.
	WakeP99 time.Duration `json:"wake_p99_ns"`
	WakeMax time.Duration `json:"wake_max_ns"`
	// SchedP99 is of the time that goroutines waited for a processor.
	SchedP99     time.Duration `json:"sched_p99_ns"`
	GCPauseMax   time.Duration `json:"gc_pause_max_ns"`
	GCPauseTotal time.Duration `json:"gc_pause_total_ns"`
	// CPUShare is the processor time used of what Processors have; None where it is not
	// known.
	CPUShare   float64 `json:"cpu_share"`
	Processors int     `json:"processors"`
	// Explanation says in words what held it up, for when it was too late.
	Explanation string `json:"explanation,omitempty"`
}

// ClientCheck returns what a report says of the clients: of the one that was latest; nil if
// none was asked.
func (p *Phase) ClientCheck() *metrics.ClientCheck {
	var worst *Client
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
	if worst.CPUShare != None {
		c.CPUShare = new(worst.CPUShare)
	}
	return c
}
