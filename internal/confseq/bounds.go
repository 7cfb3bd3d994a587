package confseq

import "math"

// Bounds returns a confidence interval for the share that is valid at all looks at once:
// each end is wrong with probability at most a, 0 < a < 1. Without requests it is 0 to 1.
func (e *Evidence) Bounds(a float64) (lower, upper float64) {
	n, k := e.Counts()
	if n == 0 {
		return 0, 1
	}
	threshold, p := math.Log(1/a), k/n
	if p > 0 {
		lower = edge(0, p, func(q float64) bool { return e.LogEAbove(q) >= threshold })
	}
	upper = 1
	if p < 1 {
		upper = edge(1, p, func(q float64) bool { return e.LogEBelow(q) >= threshold })
	}
	return lower, upper
}

// edge bisects for the point between near, which is inside, and far beyond which out
// holds. The design effect changes with q, so that out need not be monotone near 0 and 1;
// edge then finds one of the changes. 30 halvings give 1e-9.
func edge(far, near float64, out func(q float64) bool) float64 {
	for range 30 {
		mid := (far + near) / 2
		if out(mid) {
			far = mid
		} else {
			near = mid
		}
	}
	return far
}

// Effective returns the effective sample size: the number of independent requests that
// would leave the observed share as uncertain. Where all requests are good, or all bad,
// it is the effective number of blocks. It is 0 without requests.
func (e *Evidence) Effective() float64 {
	n, k := e.Counts()
	if n == 0 {
		return 0
	}
	p := k / n
	blocks, steady := e.merged()
	one := p * (1 - p)
	if one == 0 {
		squares := 0.0
		for _, b := range blocks {
			squares += b.N * b.N
		}
		return n * n / squares
	}
	seen := 0.0
	for _, b := range blocks {
		seen += (b.K - p*b.N) * (b.K - p*b.N)
	}
	if b := float64(len(blocks)); b > 1 {
		seen *= b / (b - 1)
	}
	seen *= 1 + 2*max(0, autocorrelation(steady))
	return min(n, one*n*n/(seen+e.betweenPlays(p, one, n)))
}
