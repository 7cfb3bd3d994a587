package fleet

import (
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
)

// Requests that are open after the window are cut when one process would have cut them, be the
// controller late to know of its end, or the workers to hear of it.
func TestDrained(t *testing.T) {
	for name, tt := range map[string]struct {
		holds, delay time.Duration
	}{
		"at once":           {0, 0},
		"a slow controller": {2 * time.Second, 0},
		"a slow network":    {0, 40 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			try(t, 2, func(*trial, bus.Message) []time.Duration { return []time.Duration{tt.delay} }, func(x *trial) {
				x.engine.PerRequest = 1 // answers take 7 s to 33 s
				x.plan.Fixed = true
				p := x.phase(record.Watch{Progress: func(record.Progress) { time.Sleep(tt.holds) }})
				if p.Fault != "" || p.WindowEnd-p.Settled != x.plan.Measure {
					t.Fatalf("%q, window %v to %v", p.Fault, p.Settled, p.WindowEnd)
				}
				cut := 0
				for i := range p.Rows {
					r := &p.Rows[i]
					if r.Outcome != record.Canceled {
						continue
					}
					if cut++; r.End-p.WindowEnd != x.plan.Drain {
						t.Errorf("a request was cut %v after the window, want %v", r.End-p.WindowEnd, x.plan.Drain)
					}
				}
				if cut == 0 {
					t.Error("no request was cut")
				}
			})
		})
	}
}
