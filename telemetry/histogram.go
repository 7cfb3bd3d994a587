package telemetry

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// A histogramRise is how far a histogram went in the window.
type histogramRise struct {
	count, sum rise
	buckets    []bucketRise // by bound
	// broken says that the buckets contradict each other or the count.
	broken bool
}

type bucketRise struct {
	atMost float64
	rise   rise
}

// bucket adds what a bucket went up by.
func (h *histogramRise) bucket(le string, r rise) {
	bound, err := strconv.ParseFloat(le, 64)
	if err != nil || math.IsNaN(bound) {
		h.broken = true
		return
	}
	i, found := slices.BinarySearchFunc(h.buckets, bound, func(b bucketRise, v float64) int { return cmp.Compare(b.atMost, v) })
	if found {
		h.buckets[i].rise.add(r)
	} else {
		h.buckets = slices.Insert(h.buckets, i, bucketRise{bound, r})
	}
}

// add adds another histogram of the same figure. Where one has bounds that the other has not,
// only those of both are left.
func (h *histogramRise) add(o *histogramRise) {
	if !h.count.seen {
		h.count, h.sum, h.buckets, h.broken = o.count, o.sum, slices.Clone(o.buckets), o.broken
		return
	}
	h.count.add(o.count)
	if h.sum.seen && o.sum.seen {
		h.sum.add(o.sum)
	} else {
		h.sum = rise{} // that of one is no sum over the count of both
	}
	h.broken = h.broken || o.broken
	var both []bucketRise
	for _, b := range h.buckets {
		i, found := slices.BinarySearchFunc(o.buckets, b.atMost, func(b bucketRise, v float64) int { return cmp.Compare(b.atMost, v) })
		if found {
			b.rise.add(o.buckets[i].rise)
			both = append(both, b)
		}
	}
	h.buckets = both
}

// check notes buckets that contradict each other or the count.
func (h *histogramRise) check() {
	below := 0.0
	for _, b := range h.buckets {
		if b.rise.window < below {
			h.broken = true
		}
		below = b.rise.window
	}
	if n := len(h.buckets); n > 0 && h.count.covered && (math.IsInf(h.buckets[n-1].atMost, 1) && below != h.count.window || below > h.count.window) {
		h.broken = true
	}
}

// latency returns what there is to say of the window; nil if nothing was counted in it.
func (h *histogramRise) latency() *Latency {
	if h == nil || !h.count.covered || h.count.window <= 0 || !h.sum.covered {
		return nil
	}
	l := &Latency{Count: h.count.window, Mean: h.sum.window / h.count.window}
	if !finite(l.Count, l.Mean) {
		return nil
	}
	if !h.broken {
		l.P50, l.P95 = h.quantile(0.5), h.quantile(0.95)
	}
	return l
}

// quantile returns the bounds of the bucket with the nearest-rank quantile; nil without
// buckets.
func (h *histogramRise) quantile(q float64) *Bounds {
	if len(h.buckets) == 0 {
		return nil
	}
	rank := math.Ceil(q * h.count.window)
	b := new(Bounds)
	for _, bucket := range h.buckets {
		if bucket.rise.window >= rank && !math.IsInf(bucket.atMost, 1) {
			b.AtMost = &bucket.atMost
			return b
		}
		if !math.IsInf(bucket.atMost, 1) {
			b.Above = bucket.atMost
		}
	}
	return b
}
