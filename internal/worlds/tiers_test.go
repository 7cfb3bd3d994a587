package worlds

import (
	"flag"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/metrics"
)

var tiers = flag.Int("tiers", 0, "searches per world of three tiers at once")

// tierFloors are the floors of three tiers, relative to that of a world.
var tierFloors = [...]float64{2. / 3, 1, 4. / 3}

// TestTiers searches for three tiers at once, on whose numbers the search decides in turn, with
// each phase as evidence for all. It prints a line for each tier; the minutes are those of the
// whole search. The truths of the other two tiers are simulated first, for -hours or those of
// the world.
func TestTiers(t *testing.T) {
	if *tiers == 0 {
		t.Skip("prints figures only; give -tiers")
	}
	for _, w := range chosen(t) {
		if w.E2E || w.Truth == 0 || w.Hours == 0 {
			continue // no number of agents holds, or there is no long run
		}
		t.Run(w.Name, func(t *testing.T) {
			var levels [len(tierFloors)]World
			for i, part := range tierFloors {
				levels[i] = *w
				if part != 1 {
					levels[i].Floor *= part
					levels[i].Truth = levels[i].limit()
				}
			}
			reports := make([]*agentperf.Report, *tiers)
			outcomes := many(t, *tiers, func(t *testing.T, seed uint64) (*agentperf.Report, error) {
				cfg := w.config(t, seed)
				cfg.Tiers = nil
				for i := range levels {
					cfg.Tiers = append(cfg.Tiers, agentperf.Tier{SpeedFloor: metrics.TokensPerSecond(levels[i].Floor), TTFTCeiling: w.Ceiling})
				}
				r, err := agentperf.Run(t.Context(), cfg)
				reports[seed-*first] = r
				return r, err
			})
			for i := range levels {
				for k, r := range reports {
					one := *r
					one.Tiers = r.Tiers[i : i+1]
					real := outcomes[k].real
					outcomes[k] = outcomeOf(&one, outcomes[k].err)
					outcomes[k].real = real
				}
				t.Logf("at %.1f tokens/s: %s", levels[i].Floor, levels[i].summary(outcomes))
				levels[i].demand(t, outcomes)
			}
		})
	}
}

// limit returns the largest number of agents that hold in a long run, by doubling and bisecting.
func (w *World) limit() int {
	h := w.Hours
	if *hours > 0 {
		h = *hours
	}
	holds := func(n int) bool { return w.Shares(n, h, 3, 1).Holds() }
	low, high := 0, 1
	for holds(high) {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if n := (low + high) / 2; holds(n) {
			low = n
		} else {
			high = n
		}
	}
	return low
}
