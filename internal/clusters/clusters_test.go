package clusters

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestStudent(t *testing.T) {
	// From tables of the distribution.
	for f, want := range map[int]float64{4: 2.7764, 9: 2.2622, 29: 2.0452, 99: 1.9842} {
		if got := t975(f); math.Abs(got-want) > 0.02 || f >= 9 && math.Abs(got-want) > 0.001 {
			t.Errorf("%d degrees of freedom: %v, want %v", f, got, want)
		}
	}
}

// Samples that are all independent give the interval of order statistics: of 1,000 the P25
// lies between those of rank 250 -+ 1.962 sqrt(1000 x 0.25 x 0.75) = 250 -+ 26.9.
func TestIndependentSamples(t *testing.T) {
	var c [][]float64
	for i := range 1000 {
		c = append(c, []float64{float64(i + 1)})
	}
	got, ok := Quantile(c, 0.25, Least)
	if !ok || math.Abs(got.Low-223) > 1 || math.Abs(got.High-278) > 1 || got.Clusters != 1000 || math.Abs(got.Effective-1000) > 2 {
		t.Errorf("%+v, %v", got, ok)
	}
}

// Samples that are equal within their cluster are worth as many as there are clusters.
func TestClustersOfEqualSamples(t *testing.T) {
	var many, one [][]float64
	for i := range 40 {
		one = append(one, []float64{float64(i)})
		many = append(many, slices.Repeat([]float64{float64(i)}, 25))
	}
	a, _ := Quantile(one, 0.25, Least)
	b, _ := Quantile(many, 0.25, Least)
	if math.Abs(a.Effective-b.Effective) > 3 || math.Abs(b.Effective-40) > 3 || math.Abs(a.Low-b.Low) > 1 || math.Abs(a.High-b.High) > 1 {
		t.Errorf("%+v with 25 samples each, %+v with one", b, a)
	}
}

func TestWhatBoundsNothing(t *testing.T) {
	few := make([][]float64, Least)
	for i := range few {
		few[i] = []float64{1, 2, math.Inf(1)}
	}
	if got, ok := Quantile(few, 0.95, Least); !ok || !math.IsInf(got.High, 1) {
		t.Errorf("%+v, %v: more than 5 %% are infinite", got, ok)
	}
	if q := At([]float64{math.Inf(1), 1, math.Inf(1), 2}, 0.95); !math.IsInf(q, 1) {
		t.Errorf("P95 %v of 1, 2 and two that never came", q)
	}
	if q := At([]float64{7}, 0.95); q != 7 {
		t.Errorf("P95 %v of 7", q)
	}
	few[3] = nil // it has no samples
	if got, ok := Quantile(few, 0.25, Least); ok {
		t.Errorf("%+v of %d clusters", got, Least-1)
	}
	if _, ok := Quantile(nil, 0.25, 0); ok {
		t.Error("an interval of nothing")
	}
}

// 95 % intervals of P25 and P95 of clustered data cover the truth in 92 to 98 of 100 draws,
// and those that take samples for independent do not. In the first worlds sizes of clusters
// have nothing to do with their samples, so that the truth is that of a lognormal
// distribution; in the last, fast clusters have more of them, which weights it.
func TestCoverage(t *testing.T) {
	const draws = 1000
	const z25, z95 = -0.6744898, 1.6448536
	for _, tt := range []struct {
		name            string
		clusters        int
		between, within float64 // standard deviations of logarithms
		tilt            float64 // by how much faster clusters have more samples
		p               float64
		least           float64 // coverage
	}{
		{"P25 of 5", 5, 0.3, 0.3, 0, 0.25, 0.92},
		{"P25 of 10", 10, 0.3, 0.3, 0, 0.25, 0.92},
		{"P25 of 30", 30, 0.3, 0.3, 0, 0.25, 0.92},
		{"P25 of 100", 100, 0.5, 0.2, 0, 0.25, 0.92},
		{"P95 of 30", 30, 0.2, 0.5, 0, 0.95, 0.92},
		{"P95 of 100", 100, 0.3, 0.5, 0, 0.95, 0.92},
		{"P25 of 30, fast ones larger", 30, 0.3, 0.3, 0.3, 0.25, 0.92},
		{"P25 of 30, independent", 30, 0, 0.3, 0, 0.25, 0.92},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && tt.clusters > 30 {
				t.Skip("long with the race detector, which the others serve as well")
			}
			rng := rand.New(rand.NewPCG(1, 2))
			z := z25
			if tt.p == 0.95 {
				z = z95
			}
			// A cluster of effect b has exp(tilt b / between) times the samples, which shifts
			// the mean of b among samples by tilt x between.
			truth := tt.tilt*tt.between + z*math.Hypot(tt.between, tt.within)
			covered, naive := 0, 0
			for range draws {
				var data, alone [][]float64
				for range tt.clusters {
					b := rng.NormFloat64()
					size := poisson(rng, 12*math.Exp(tt.tilt*b-tt.tilt*tt.tilt/2))
					var c []float64
					for range size {
						v := tt.between*b + tt.within*rng.NormFloat64()
						c, alone = append(c, v), append(alone, []float64{v})
					}
					data = append(data, c)
				}
				if i, ok := Quantile(data, tt.p, 2); ok && i.Low <= truth && truth <= i.High {
					covered++
				}
				if i, ok := Quantile(alone, tt.p, 2); ok && i.Low <= truth && truth <= i.High {
					naive++
				}
			}
			share := float64(covered) / draws
			t.Logf("covered in %.1f %%, and %.1f %% if samples are taken for independent", 100*share, 100*float64(naive)/draws)
			if share < tt.least || share > 0.98 {
				t.Errorf("covered in %.1f %%", 100*share)
			}
			if tt.between >= 0.3 && tt.p == 0.25 && float64(naive)/draws > 0.9 {
				t.Errorf("the world has no clusters: %.1f %%", 100*float64(naive)/draws)
			}
		})
	}
}

func poisson(rng *rand.Rand, mean float64) (n int) {
	for left := rng.ExpFloat64(); left < mean; left += rng.ExpFloat64() {
		n++
	}
	return n
}
