package decide

import (
	"math"
	"math/rand/v2"
	"testing"
)

// densityT returns the density of a noncentral t, up to a factor that depends on nu alone: t
// is (Z+mu)/S with Z normal and S the square root of a chi-square over its degrees of freedom.
func densityT(t, nu, mu float64) float64 {
	sum := 0.0
	const steps = 2000
	for i := range steps {
		s := (float64(i) + 0.5) * 4 / steps
		sum += s * math.Exp(-(t*s-mu)*(t*s-mu)/2) * math.Exp((nu-1)*math.Log(s)-nu*s*s/2)
	}
	return sum
}

// The e-value is the likelihood ratio of t between effects of a normal distribution and none,
// doubled as only t above 0 counts, by numerical integration. Where it decides anything that
// is within a fiftieth of the ratio of the half-normal mixture, which it is never below.
func TestEValueIsALikelihoodRatio(t *testing.T) {
	for _, tt := range []struct{ t, m, nu float64 }{{1, 5, 4}, {4, 5, 3}, {12, 5, 2}, {3, 20, 19}, {5, 20, 17}, {4, 60, 59}, {0.2, 9, 8}, {6, 6.5, 4.2}} {
		both, half := 0.0, 0.0
		for _, c := range effects {
			const steps = 600
			sum, above := 0.0, 0.0
			for i := range steps {
				d := c * (float64(i) + 0.5 - steps/2) * 14 / steps // seven widths to either side
				x := math.Exp(-d*d/(2*c*c)) * densityT(tt.t, tt.nu, d*math.Sqrt(tt.m)) / (c * math.Sqrt(2*math.Pi)) * c * 14 / steps
				sum += x
				if d > 0 {
					above += x
				}
			}
			zero := densityT(tt.t, tt.nu, 0)
			both += 2 * sum / zero / float64(len(effects))
			half += 2 * above / zero / float64(len(effects))
		}
		got := math.Exp(logE(tt.t, tt.m, tt.nu))
		if math.Abs(got/both-1) > 1e-3 {
			t.Errorf("t = %v of %v, nu %v: e-value %v, by integration %v", tt.t, tt.m, tt.nu, got, both)
		}
		if got < half*(1-1e-3) || half > 100 && got > half*1.02 {
			t.Errorf("t = %v of %v, nu %v: e-value %v, by integration over effects above 0 %v", tt.t, tt.m, tt.nu, got, half)
		}
	}
	for _, x := range []float64{0, -3, math.NaN()} {
		if e := logE(x, 10, 9); !math.IsInf(e, -1) {
			t.Errorf("t = %v has a log e-value of %v", x, e)
		}
	}
}

func TestCriticalT(t *testing.T) {
	for _, tt := range []struct{ m, nu float64 }{{5, 2}, {5, 4}, {12, 9}, {60, 57}, {3.1, 1.4}} {
		for _, threshold := range []float64{3, 6, 9} {
			x := criticalT(threshold, tt.m, tt.nu)
			if math.IsInf(x, 1) {
				if e := logE(1e9, tt.m, tt.nu); e >= threshold {
					t.Errorf("m %v, nu %v: none reaches %v, but 1e9 has %v", tt.m, tt.nu, threshold, e)
				}
			} else if at, below := logE(x, tt.m, tt.nu), logE(x*0.999, tt.m, tt.nu); at < threshold || below >= threshold {
				t.Errorf("m %v, nu %v: %v reaches %v and a thousandth less %v, want %v", tt.m, tt.nu, x, at, below, threshold)
			}
		}
	}
}

// Of runs without any effect that are looked at after each phase, from the fifth to the
// sixtieth, at most alpha ever reach 1/alpha.
func TestEValueHoldsAtAllLooks(t *testing.T) {
	runs := 40_000
	if testing.Short() {
		runs = 10_000
	}
	rng := rand.New(rand.NewPCG(1, 2))
	alphas := [...]float64{0.1, 0.02, 0.005}
	var reached [len(alphas)]int
	for range runs {
		n, mean, squares, most := 0.0, 0.0, 0.0, math.Inf(-1)
		for range 60 {
			x := rng.NormFloat64()
			n++
			d := x - mean
			mean += d / n
			squares += d * (x - mean)
			if n >= minPhases {
				most = max(most, logE(mean/math.Sqrt(squares/(n-1)/n), n, n-1))
			}
		}
		for i, alpha := range alphas {
			if most >= -math.Log(alpha) {
				reached[i]++
			}
		}
	}
	for i, alpha := range alphas {
		n := float64(runs)
		t.Logf("%v: %.4f", alpha, float64(reached[i])/n)
		if float64(reached[i]) > alpha*n+3*math.Sqrt(alpha*n) {
			t.Errorf("%d of %d runs reach %v, want at most %v", reached[i], runs, 1/alpha, alpha*n)
		}
	}
}
