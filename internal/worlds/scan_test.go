package worlds

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/agentperf"
)

// A system at which 9 to 11 agents are too many and 12 to 26 are not: without a scan the
// answer names the numbers that were tried, with one it stays below the gap.
func TestScanFindsGap(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector")
	}
	w := Named("kernelgap")
	for _, scan := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			cfg := w.config(t, 1)
			cfg.Rule = agentperf.Controlled{Scan: scan}
			r, err := agentperf.Run(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			tier := &r.Tiers[0]
			t.Log(tier.Sentence(), tier.Tried, len(r.Phases))
			for n := 9; n <= 11; n++ {
				if scan && tier.MaxAgents >= n && !slices.ContainsFunc(tier.Numbers, func(k agentperf.Number) bool {
					return k.Agents == n && k.Tentative == agentperf.Fail
				}) {
					t.Errorf("%s, and %d agents do not seem to fail", tier.Sentence(), n)
				}
			}
			if scan && (tier.MaxAgents > 8 || tier.FirstFailingAgents == nil || *tier.FirstFailingAgents > 11) {
				t.Errorf("%s, want at most 8 and no more than 11", tier.Sentence())
			}
			if !scan && len(tier.Tried) < 5 {
				t.Errorf("tried %v", tier.Tried)
			}
		})
	}
}
