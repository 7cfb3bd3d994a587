package worlds

import (
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

// A fast and steady system, all of whose answers are fast enough at 11 agents and next to none
// at 12: which way the limit is shows within a minute, and both neighbors are certain in five to
// eight minutes.
func TestFastSystem(t *testing.T) {
	w := Named("fast")
	n := 3
	if testing.Short() {
		n = 1
	}
	directions := make([]float64, n)
	outcomes := many(t, n, func(t *testing.T, seed uint64) (*agentperf.Report, error) {
		r, err := agentperf.Run(t.Context(), w.config(t, seed))
		at, holds := 0.0, 0
		for _, p := range r.Phases {
			at += p.PhaseSeconds
			if p.Verdicts[0].Verdict != agentperf.Fail && p.Agents <= w.Truth {
				holds = max(holds, p.Agents)
			}
			if p.Agents > w.Truth && p.Agents <= 2*holds {
				directions[seed-*first] = at
				break
			}
		}
		return r, err
	})
	for i, o := range outcomes {
		if o.lo != w.Truth || o.hi != w.Truth+1 || o.minutes > 8 || directions[i] > 60 {
			t.Errorf("directions after %.0f s: %s", directions[i], o.String())
		}
	}
}
