package metrics

import (
	"math"
	"slices"
)

// N returns the number of samples.
func (p *Percentiles) N() int { return p.n }

// IsExact reports whether all samples are kept, so that answers are exact.
func (p *Percentiles) IsExact() bool { return p.hist == nil }

// Min returns the least sample; ok is false when there is none.
func (p *Percentiles) Min() (v float64, ok bool) { return p.extreme(0) }

// Max returns the greatest sample; ok is false when there is none.
func (p *Percentiles) Max() (v float64, ok bool) { return p.extreme(p.n - 1) }

// extreme returns the sample of rank 0 or n-1.
func (p *Percentiles) extreme(i int) (v float64, ok bool) {
	switch {
	case p.n == 0:
		return 0, false
	case i < p.negInf:
		return math.Inf(-1), true
	case i >= p.n-p.inf:
		return math.Inf(1), true
	case i == 0:
		return p.min, true
	}
	return p.max, true
}

// Sum returns the sum of all samples, rounded once: it is infinite where it
// exceeds the largest float64. With samples of +Inf it is +Inf, with -Inf it is
// -Inf. ok is false when there are no samples, or some of either.
func (p *Percentiles) Sum() (v float64, ok bool) { return p.over(1) }

// Mean returns the arithmetic mean, rounded once; infinite and ok are as for
// [Percentiles.Sum], but that the mean of finite samples is finite.
func (p *Percentiles) Mean() (v float64, ok bool) { return p.over(p.n) }

// over returns the sum divided by n.
func (p *Percentiles) over(n int) (v float64, ok bool) {
	switch {
	case p.n == 0 || p.inf > 0 && p.negInf > 0:
		return 0, false
	case p.inf > 0 || p.negInf > 0:
		return math.Inf(p.inf - p.negInf), true
	case p.hist != nil:
		return p.hist.sum.over(n), true
	}
	var s exactSum
	for _, v := range p.samples {
		s.add(v, 1)
	}
	return s.over(n), true
}

// At returns the given percentile, 0 to 100: At(95) is the P95. When it falls
// between two samples of which one is infinite, so is the answer. ok is false
// when there are no samples or percent is out of range.
func (p *Percentiles) At(percent float64) (v float64, ok bool) {
	if p.n == 0 || !(percent >= 0 && percent <= 100) {
		return 0, false
	}
	// Multiplying first keeps whole ranks whole: 0.95 is not a binary
	// fraction, and a rank just above a whole one would let the neighbor in.
	last := float64(p.n - 1)
	rank := last * percent / 100
	low := math.Floor(rank)
	weight := rank - low
	i, j := p.n-1, p.n-1
	if low < last {
		i = int(low)
		j = i
		if weight > 0 {
			j++
		}
	}
	a, b := p.pair(i, j)
	switch {
	case weight == 0 || a == b:
		return a, true
	case math.IsInf(a, 0):
		return a, true
	case math.IsInf(b, 0):
		return b, true
	case math.IsInf(b-a, 0):
		return a*(1-weight) + b*weight, true
	}
	return a + weight*(b-a), true
}

// pair returns the samples of ranks i and j >= i, counted from 0.
func (p *Percentiles) pair(i, j int) (a, b float64) {
	i, j = i-p.negInf, j-p.negInf // among the finite
	first, last := min(max(i, 0), p.finite()-1), min(max(j, 0), p.finite()-1)
	switch {
	case last < 0: // there is none
	case p.hist != nil:
		a, b = p.hist.pair(first, last)
		a, b = p.exactly(first, a), p.exactly(last, b)
	default:
		if !p.sorted {
			slices.Sort(p.samples)
			p.sorted = true
		}
		a, b = p.samples[first], p.samples[last]
	}
	return p.infinite(i, a), p.infinite(j, b)
}

// infinite returns v, or an infinity if rank i among the finite is not one of them.
func (p *Percentiles) infinite(i int, v float64) float64 {
	switch {
	case i < 0:
		return math.Inf(-1)
	case i >= p.finite():
		return math.Inf(1)
	}
	return v
}

// exactly returns the finite sample of rank i, of which the histogram says v: the
// extremes are known.
func (p *Percentiles) exactly(i int, v float64) float64 {
	switch i {
	case 0:
		return p.min
	case p.finite() - 1:
		return p.max
	}
	return max(p.min, min(v, p.max))
}
