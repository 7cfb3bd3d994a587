package generate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The percentiles of the tool delays are those that were worked out for the
// mixture when it was fitted: 44 ms, 0.31 s, 1.96 s, 13.7 s and 47 s.
func TestDistributionsHaveTheirQuantiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var delays []time.Duration
	delay := claudeCodeRecipe().toolDelay
	for range 200_000 {
		delays = append(delays, delay.seconds(rng))
	}
	slices.Sort(delays)
	for percent, want := range map[int]float64{25: 0.044, 50: 0.31, 75: 1.96, 90: 13.7, 95: 47} {
		if got := delays[len(delays)*percent/100].Seconds(); math.Abs(got/want-1) > 0.05 {
			t.Errorf("P%d of the tool delays is %.3g s, expected %.3g s", percent, got, want)
		}
	}

	d := logNormal(46, 1.05, 3, 1200)
	// Φ(1) = 0.8413447.
	for u, want := range map[float64]float64{0.5: 46, 0.8413447460685429: 46 * math.Exp(1.05), 1e-9: 3, 1 - 1e-9: 1200} {
		if got := d.quantile(u); math.Abs(got-want) > 1e-9*want {
			t.Errorf("quantile(%v) = %v, expected %v", u, got, want)
		}
	}
	if got := (distribution{}).draw(rng); got != 0 {
		t.Errorf("the zero distribution draws %v", got)
	}
}

func TestSpreadIsEven(t *testing.T) {
	for _, step := range []float64{spreadA, spreadB} {
		for _, n := range []int{10, 100, 500} {
			points := []float64{0, 1}
			for i := range n {
				points = append(points, spread(i, step, 0.3))
			}
			slices.Sort(points)
			for i := range points[1:] {
				if gap := points[i+1] - points[i]; gap > 3/float64(n) {
					t.Errorf("step %v: a gap of %v among %d points", step, gap, n)
				}
			}
		}
	}
}
