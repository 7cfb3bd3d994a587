package decide

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/search"
)

// A number at which one share is exactly at its limit is at the null hypothesis of a pass and
// of a fail alike: any verdict on it may be given as often as the error rate has it, however
// long it is measured and looked at.
func TestTies(t *testing.T) {
	runs := *searches / 2
	if testing.Short() {
		runs = 2
	}
	for binds, name := range binding[:2] {
		var passes, fails atomic.Int64
		inParallel(runs, func(i int) {
			rng := rand.New(rand.NewPCG(uint64(100+binds), uint64(i)))
			s, _ := classes[0].draw(rng, i)
			n := 4 + i%37
			s.drift = [2]float64{}
			for k := range s.curves {
				s.curves[k].limit = n
				s.curves[k].at = []float64{0.05, 0.001}[k]
			}
			s.curves[binds].at = limits[binds]
			cfg := usual
			cfg.Budget = 45 * time.Minute
			r := NewControlled(cfg, twoCriteria, Bounds{Min: n, Max: n, Start: n})
			for plan, ok := r.Next(); ok; plan, ok = r.Next() {
				if err := r.Observe(plan, s.measure(rng, r, plan)); err != nil {
					panic(err)
				}
			}
			switch r.Judge(n)[0].Verdict {
			case search.Pass:
				passes.Add(1)
			case search.Fail:
				fails.Add(1)
			}
		})
		t.Logf("%s at its limit: of %d searches %d find that it holds and %d that it does not", name, runs, passes.Load(), fails.Load())
		if wrong := int(passes.Load() + fails.Load()); atLeast(wrong, runs, usual.ErrorRate) < 1e-3 {
			t.Errorf("%s at its limit: %d of %d searches decide", name, wrong, runs)
		}
	}
}
