package agentperf_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// brief are rules for engines that repeat themselves exactly, in blocks that hold some
// requests of each agent.
func brief() agentperf.Controlled {
	return agentperf.Controlled{Block: 4 * time.Second, MaxMeasure: 20 * time.Minute, SpawnRate: -1, Settle: 4 * time.Second, Drain: 10 * time.Second}
}

// The controlled rule finds the limits that can be worked out by hand, is sure of both
// neighbors, and takes a fraction of the time.
func TestControlledKnownAnswers(t *testing.T) {
	for _, tt := range []struct {
		capacity float64
		speeds   []float64
		want     []int
	}{
		{46, []float64{4, 20, 46}, []int{11, 2, 1}},
		{33, []float64{3, 34}, []int{11, 0}}, // a tie, and one that nobody gets
	} {
		t.Run(fmt.Sprint(tt.capacity), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: tt.capacity}, agentperf.Config{
					Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(tt.speeds...), Rule: brief(),
				}))
				if err != nil || !r.Complete {
					t.Fatal(err)
				}
				for i, tier := range r.Tiers {
					want := tt.want[i]
					if tier.MaxAgents != want || *tier.FirstFailingAgents != want+1 || !tier.Confirmed || tier.Number(want+1) == nil || (tier.Number(want) == nil) != (want == 0) {
						t.Errorf("%s: %+v, want exactly %d", tier.Name, tier, want)
					}
					if tier.FixedRuleSeconds < 600 || tier.SpentSeconds == 0 {
						t.Errorf("%s took %v s, by the fixed rule %v", tier.Name, tier.SpentSeconds, tier.FixedRuleSeconds)
					}
					for _, c := range criteria(tier.Number(want)) {
						if *c.Upper > c.Limit {
							t.Errorf("%s passes with a bound of %v on %s", tier.Name, *c.Upper, c.Name)
						}
					}
				}
				if t.Failed() {
					logPhases(t, r)
				}
			})
		})
	}
}

func criteria(n *agentperf.Number) []agentperf.Criterion {
	if n == nil {
		return nil
	}
	return n.Criteria
}

// A check decides on one number of agents, and loads the system with no other.
func TestControlledCheck(t *testing.T) {
	for agents, want := range map[int]agentperf.Verdict{11: agentperf.Pass, 12: agentperf.Fail} {
		synctest.Test(t, func(t *testing.T) {
			r, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{
				Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(4), Rule: brief(),
			}), agents)
			if err != nil || !r.Complete {
				t.Fatalf("%d phases, %v", len(r.Phases), err)
			}
			if n := r.Tiers[0].Number(agents); n == nil || n.Verdict != want {
				t.Errorf("%d agents: %+v, want %s", agents, n, want)
			}
			for _, p := range r.Phases {
				if p.Agents != agents {
					t.Errorf("a phase of %d agents in a check of %d", p.Agents, agents)
				}
			}
		})
	}
}
