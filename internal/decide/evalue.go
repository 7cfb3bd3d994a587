package decide

import "math"

// Means of replications are judged by an anytime-valid t test: its e-value is the likelihood
// ratio of the t statistic between a scale mixture of effects and no effect, which may be
// looked at after each replication (Rouder et al., Bayesian t tests for accepting and
// rejecting the null hypothesis, 2009; Grünwald, de Heide and Koolen, Safe testing, 2024,
// for why that ratio is an e-value). The mixture is half-normal, as only one direction
// counts.

// effects are the widths of the half-normal mixtures, in standard deviations of one
// replication: the first finds effects of the size of the noise, the second those of systems
// that repeat themselves.
var effects = [...]float64{0.7, 3}

// logE returns the log e-value of a t statistic of m replications, real or effective, with
// nu degrees of freedom; at most 0 for t that is not positive.
func logE(t, m, nu float64) float64 {
	if !(t > 0) || m <= 0 || nu <= 0 {
		return math.Inf(-1)
	}
	log := math.Inf(-1)
	for _, c := range effects {
		g := 1 + m*c*c
		l := math.Ln2 - math.Log(g)/2 + (nu+1)/2*(math.Log1p(t*t/nu)-math.Log1p(t*t/(g*nu)))
		log = logAdd(log, l)
	}
	return log - math.Log(float64(len(effects)))
}

// criticalT returns the t from which the log e-value reaches a threshold; +Inf if none does.
func criticalT(threshold, m, nu float64) float64 {
	low, high := 0.0, 1.0
	for logE(high, m, nu) < threshold {
		if high *= 2; high > 1e6 {
			return math.Inf(1)
		}
	}
	for range 40 {
		if mid := (low + high) / 2; logE(mid, m, nu) < threshold {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// logAdd returns log(exp(a) + exp(b)).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(a, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
