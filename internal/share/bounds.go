package share

import "math"

// Bounds returns an interval that contains the share, at all times at once: either
// end is wrong with a probability of at most a. Without requests it is all from 0 to 1.
func (e *Evidence) Bounds(a float64) (lower, upper float64) {
	n, k := e.Counts()
	if n == 0 {
		return 0, 1
	}
	enough, p := math.Log(1/a), k/n
	if p > 0 {
		lower = edge(0, p, func(q float64) bool { return e.Above(q) >= enough })
	}
	upper = 1
	if p < 1 {
		upper = edge(1, p, func(q float64) bool { return e.Below(q) >= enough })
	}
	return lower, upper
}

// edge returns the place nearest to near from which on, towards far, all is out; as far as
// halving tells, for what is taken for known of the variance changes with q, and towards 0
// and 1 a share that is in may lie beyond some that are out.
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

// Effective returns the effective sample size: how many independent requests would
// leave the observed share as uncertain as it is. Where nothing bad, or nothing good,
// was seen, a block counts as one.
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
	seen *= 1 + 2*max(0, likeness(steady))
	return min(n, one*n*n/(seen+e.ofPlays(p, one, n)))
}
