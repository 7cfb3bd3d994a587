package decide

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// wandering returns the pulses of n phases, 40 s apart and at two numbers of agents in turn,
// of a system whose speed wanders by a factor: the logarithm has the given standard deviation,
// and a correlation of rho from one phase to the next. Agents differ by noise, in the mean of
// a phase.
func wandering(rng *rand.Rand, n int, spread, rho, noise, perHour float64) (ps []pulse) {
	mood := rng.NormFloat64()
	for i := range n {
		p := pulse{agents: float64(10 + 2*(i%2)), at: 40 * float64(i), load: 0.2 * rng.NormFloat64(), variance: noise * noise}
		p.mean = 3 - 0.05*p.agents - 0.4*p.load + spread*mood + noise*rng.NormFloat64() + math.Log1p(perHour)*p.at/3600
		ps = append(ps, p)
		mood = rho*mood + math.Sqrt(1-rho*rho)*rng.NormFloat64()
	}
	return ps
}

// A factor that wanders is found, and the inflation of the variance is that of a mean of a
// first-order autoregression, (1+rho)/(1-rho), or somewhat more, as correlations of few phases
// are too small. Phases that are independent are left alone mostly, whatever the load explains.
func TestMoods(t *testing.T) {
	const runs = 200
	for _, tt := range []struct {
		phases      int
		spread, rho float64
		found       [2]float64 // at least and at most, of the runs
		inflation   [2]float64 // median
	}{
		{30, 0.15, 0.7, [2]float64{0.95, 1}, [2]float64{1.7 / 0.3, 39}},
		{30, 0.1, 0.5, [2]float64{0.9, 1}, [2]float64{3, 15}},
		{800, 0.15, 0.6, [2]float64{1, 1}, [2]float64{3.8, 1.7 / 0.3}},
		{800, 0.15, 0, [2]float64{1, 1}, [2]float64{1, 1.25}}, // wild, but of one phase
		{30, 0, 0, [2]float64{0, 0.05}, [2]float64{1, 1}},
		{12, 0, 0, [2]float64{0, 0.05}, [2]float64{1, 1}},
		{5, 0, 0, [2]float64{0, 0.05}, [2]float64{1, 1}},
	} {
		found, inflations := 0.0, make([]float64, 0, runs)
		wander := 0.0
		for i := range runs {
			m := remember(wandering(rand.New(rand.NewPCG(1, uint64(i))), tt.phases, tt.spread, tt.rho, 0.03, 0))
			found += one(m.inflation > 1)
			inflations = append(inflations, m.inflation)
			wander += m.wander / runs
		}
		found /= runs
		slices.Sort(inflations)
		median := inflations[runs/2]
		t.Logf("%+v: found %.3f, inflation %.2f, wander %.3f", tt, found, median, wander)
		if found < tt.found[0] || found > tt.found[1] || median < tt.inflation[0] || median > tt.inflation[1] {
			t.Errorf("%+v: found in %.3f of runs, median inflation %.2f", tt, found, median)
		}
		if tt.phases == 800 && math.Abs(wander-tt.spread) > 0.02 {
			t.Errorf("%+v: it wanders by %.3f", tt, wander)
		}
	}
}

// Speed that falls by a quarter an hour is found within an hour, by as much, and where it does
// not nothing is, in 98 of 100 runs; in those of a quarter of an hour, where a change that is
// merely likely could be large, in 95.
func TestDrift(t *testing.T) {
	const runs = 500
	for _, tt := range []struct {
		phases      int
		perHour     float64
		least, most float64
	}{
		{90, -0.25, 0.98, 1}, {90, 0.25, 0.98, 1}, {60, -0.25, 0.9, 1},
		{90, 0, 0, 0.02}, {45, 0, 0, 0.02}, {24, 0, 0, 0.05},
	} {
		found, change, span := 0.0, 0.0, 0.0
		for i := range runs {
			m := remember(wandering(rand.New(rand.NewPCG(2, uint64(i))), tt.phases, 0, 0, 0.03, tt.perHour))
			if m.drift != 0 {
				found++
				change += m.drift
				span += m.span
			}
		}
		found /= runs
		t.Logf("%+v: found %.3f, %.3f in an hour", tt, found, change/max(1, span)*3600)
		if found < tt.least || found > tt.most {
			t.Errorf("%+v: found in %.3f of runs", tt, found)
		}
		if want := math.Log1p(tt.perHour); tt.least > 0 && math.Abs(change/span*3600-want) > 0.03 {
			t.Errorf("%+v: the logarithm changes by %.3f in an hour, want %.3f", tt, change/span*3600, want)
		}
	}
	// What wore off in the first third of the run is over.
	found := 0
	for i := range runs {
		ps := wandering(rand.New(rand.NewPCG(3, uint64(i))), 60, 0, 0, 0.03, 0)
		for k := range 20 {
			ps[k].mean -= 0.3 * float64(20-k) / 20
		}
		if remember(ps).drift != 0 {
			found++
		}
	}
	if found > runs/50 {
		t.Errorf("a start that is over is found to drift in %d of %d runs", found, runs)
	}
	if m := remember(nil); m != (memory{inflation: 1}) {
		t.Errorf("of nothing: %+v", m)
	}
}
