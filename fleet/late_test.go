package fleet

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A lateSender holds up what it sends, as a machine does that has too much to do.
type lateSender struct {
	trajectory.Sender
	by time.Duration
}

func (s lateSender) Send(ctx context.Context, q *trajectory.Request, clock *metrics.Clock) error {
	time.Sleep(s.by)
	return s.Sender.Send(ctx, q, clock)
}

// One late worker of four is enough for a phase to be invalid, and is named.
func TestLateWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, &endpointtest.Engine{Capacity: 4600})
		var all []*process
		for _, name := range []string{"a", "b", "slow", "z"} {
			connect, end := w.connect(name)
			defer end()
			if own := connect; name == "slow" {
				connect = func(agent int) trajectory.Sender { return lateSender{own(agent), 80 * time.Millisecond} }
			}
			all = append(all, w.start(name, WorkerConfig{Workload: workload(t, 5, 20, 7, 33), Connect: connect, Capacity: 100}))
		}
		c := w.controller(len(all))
		r, err := agentperf.Check(t.Context(), agentperf.Config{
			Load: c, Endpoint: w.endpoint(), Workload: workload(t, 5, 20, 7, 33), Tiers: tiers(0.1), Rule: point, Seed: 42, MaxAgents: 64,
		}, 12)
		if r == nil {
			t.Fatal(err)
		}
		x := &trial{world: w}
		if len(r.Phases) == 0 {
			t.Fatal("no phases", err)
		}
		for _, p := range r.Phases {
			x.names(p.Invalid, "the client slow was too late in sending, by up to 80ms")
		}
		c.Close()
		for _, p := range all {
			p.stop()
		}
	})
}
