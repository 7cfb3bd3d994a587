package agentperf_test

import (
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

// What an earlier report knows of more agents than may be tried makes nobody ask there.
func TestEarlierBeyondMaxAgents(t *testing.T) {
	tiers := func(c *agentperf.Config) { c.Tiers = floor(4) } // 11 agents
	dir := t.TempDir()
	_, err := measured(t, dir, tiers)
	if err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{3, 5, 8, 10, 11, 12} {
		r, err := measured(t, "", func(c *agentperf.Config) {
			tiers(c)
			c.Earlier, c.Seed, c.MaxAgents = []string{dir}, 7, most
		})
		if err != nil || len(r.Phases) > 0 {
			t.Errorf("at most %d: %d phases, %v", most, len(r.Phases), err)
		}
		for _, p := range r.Phases {
			if p.Agents > most {
				t.Errorf("%d agents, where %d are the most", p.Agents, most)
			}
		}
		if tier := r.Tiers[0]; tier.MaxAgents != 11 || !tier.Bounded {
			t.Errorf("at most %d: %+v", most, tier)
		}
	}
}
