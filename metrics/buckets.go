package metrics

import (
	"iter"
	"math"
	"slices"
)

// A Bucket is a range of samples: Low <= v < High, or v equal to both.
type Bucket struct {
	Low, High float64
}

// Buckets yields the ranges that hold samples, in ascending order, and how many
// each holds; the numbers add up to N. In the exact form each range is one value.
// In the histogram form it is a value for zeros and for infinite samples, and
// for others a range of at most twice [RelativeError].
func (p *Percentiles) Buckets() iter.Seq2[Bucket, int] {
	return func(yield func(Bucket, int) bool) {
		if p.negInf > 0 && !yield(Bucket{math.Inf(-1), math.Inf(-1)}, p.negInf) {
			return
		}
		if p.hist != nil {
			for c := range p.hist.cells {
				if !yield(p.hist.bucket(c), int(c.count)) {
					return
				}
			}
		} else {
			sorted := slices.Sorted(slices.Values(p.samples))
			for i := 0; i < len(sorted); {
				v, first := sorted[i], i
				for i < len(sorted) && sorted[i] == v {
					i++
				}
				if !yield(Bucket{v, v}, i-first) {
					return
				}
			}
		}
		if p.inf > 0 {
			yield(Bucket{math.Inf(1), math.Inf(1)}, p.inf)
		}
	}
}

// Below returns the number of samples less than v; 0 if v is NaN.
//
// In the histogram form it is exact where v is the edge of a bucket, as are 0 and
// numbers of at most 11 significant bits that are not less than 2^-51 of the
// largest magnitude: 5, 0.25, 1,000 and all whole numbers up to 2,048. For another v
// the samples in its bucket, which are within twice [RelativeError] of it, are
// taken to be spread evenly; the error is less than their number. Below(v) never
// falls as v rises.
func (p *Percentiles) Below(v float64) int {
	switch {
	case math.IsNaN(v) || math.IsInf(v, -1):
		return 0
	case math.IsInf(v, 1):
		return p.n - p.inf
	}
	n := p.negInf
	switch finite := p.finite(); {
	case finite == 0 || v <= p.min:
		return n
	case v > p.max:
		return n + finite
	}
	if p.hist == nil {
		for _, s := range p.samples {
			if s < v {
				n++
			}
		}
		return n
	}
	for c := range p.hist.cells {
		b := p.hist.bucket(c)
		if v <= b.Low {
			break
		}
		if v < b.High {
			return n + int(float64(c.count)*((v-b.Low)/(b.High-b.Low)))
		}
		n += int(c.count)
	}
	return n
}
