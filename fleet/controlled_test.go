package fleet

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
)

// A seen Load remembers the headers of its phases.
type seen struct {
	agentperf.Load
	all []record.Header
}

func (s *seen) Phase(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
	p, err := s.Load.Phase(ctx, plan, watch)
	if p != nil {
		s.all = append(s.all, p.Header)
	}
	return p, err
}

// Under the controlled rule, whose looks end the windows, a fleet says of a system what one
// process says: the same verdicts, bounds and looks, also where messages take their time.
func TestControlled(t *testing.T) {
	rule := agentperf.Controlled{Block: 4 * time.Second, MaxMeasure: 20 * time.Minute, SpawnRate: -1, Settle: 4 * time.Second, Drain: 10 * time.Second}
	type result struct {
		tiers  []agentperf.TierResult
		phases []string
	}
	run := func(workers int, delay time.Duration) (got result) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, &endpointtest.Engine{Capacity: 46})
			w.hub.Faults = func(bus.Message) []time.Duration { return []time.Duration{delay} }
			connect, end := w.connect("one")
			defer end()
			s := &seen{Load: &agentperf.LocalLoad{Workload: workload(t, 3, 20, 7, 33), Connect: connect}}
			var all []*process
			if workers > 0 {
				for i := range workers {
					all = append(all, w.start(fmt.Sprint("w", i), WorkerConfig{Workload: workload(t, 3, 20, 7, 33)}))
				}
				c := w.controller(workers)
				s.Load = c
				defer func() {
					c.Close()
					for _, p := range all {
						p.stop()
					}
				}()
			}
			r, err := agentperf.Run(t.Context(), agentperf.Config{
				Load: s, Endpoint: w.endpoint(), Workload: workload(t, 3, 20, 7, 33), Tiers: tiers(4), Rule: rule, Seed: 42,
			})
			if err != nil || !r.Complete {
				t.Fatal(err)
			}
			for i, want := range []int{11} { // 46/4
				r.Tiers[i].SpentSeconds = 0 // with what messages take
				if n := r.Tiers[i].MaxAgents; n != want {
					t.Errorf("%d workers find %d, want %d", workers, n, want)
				}
			}
			got.tiers = r.Tiers
			decided := 0
			for _, h := range s.all {
				if h.Ending == record.Decided {
					decided++
				}
				if h.Fault != "" {
					t.Errorf("%d workers: %s", workers, h.Fault)
				}
				got.phases = append(got.phases, fmt.Sprintf("%d %s %.9g %v %v %v %s", h.Agents, h.Start, h.Pace, h.Settled, h.WindowEnd, h.Looks, h.Ending))
			}
			if decided == 0 {
				t.Error("no phase ended early")
			}
		})
		return got
	}
	// What ends at one instant may be added up in another order.
	want := run(0, 0)
	for _, workers := range []int{1, 3} {
		got := run(workers, 15*time.Millisecond)
		if diff := cmp.Diff(want.phases, got.phases); diff != "" {
			t.Errorf("%d workers: %.3000s", workers, diff)
		}
		if diff := cmp.Diff(want.tiers, got.tiers, cmpopts.EquateApprox(1e-9, 0)); diff != "" {
			t.Errorf("%d workers: %.3000s", workers, diff)
		}
	}
}
