package metrics

import (
	"math"
	"math/bits"
)

// The layout is that of an HDR histogram with three significant figures, which
// HdrHistogram's own formats hold as it is (see codec.go). A sample is counted in
// whole units, and units in buckets: one unit wide below 1,024, and 1,024 to each
// octave (factor of two) from there on. The unit is a power of two and follows from
// the largest magnitude, which it makes span bits long. Buckets of one unit therefore nest in
// those of any coarser unit, and what a histogram holds depends only on its
// samples, not on their order or on how often it was merged.
const (
	places    = 10 // three significant figures take 1,000 buckets
	perOctave = 1 << places
	span      = 62 // the most that a histogram of 64-bit counts of units has room for
	octaves   = span - places + 1
)

// RelativeError bounds the error of the histogram form of [Percentiles]: half
// the width of a bucket over the least value in it.
const RelativeError = 0.5 / perOctave

// counts has a page for each octave that has held a sample, from the lowest up;
// the first is for less than 1,024 units.
type counts [octaves]*[perOctave]int64

// add counts n samples of so many units.
func (c *counts) add(units uint64, n int64) {
	k, i := position(units)
	c.page(k)[i] += n
}

func (c *counts) page(k int) *[perOctave]int64 {
	if c[k] == nil {
		c[k] = new([perOctave]int64)
	}
	return c[k]
}

// merge adds the counts of d, whose unit is 2^shift times smaller.
func (c *counts) merge(d *counts, shift int) {
	for k, from := range d {
		if from == nil {
			continue
		}
		whole := shift == 0 || k > shift // the octave stays an octave
		for i, n := range from {
			switch {
			case n == 0:
			case whole:
				c.page(k - shift)[i] += n
			default:
				low, _ := edges(k, i)
				c.add(low>>shift, n)
			}
		}
	}
}

// coarsen makes the unit 2^shift times larger.
func (c *counts) coarsen(shift int) {
	low := *c
	*c = counts{}
	for k := shift + 1; k < octaves; k++ {
		c[k-shift], low[k] = low[k], nil
	}
	c.merge(&low, shift)
}

// position returns the page and the bucket in it of a number of units below 2^span.
func position(units uint64) (k, i int) {
	k = max(0, bits.Len64(units)-places)
	if k == 0 {
		return 0, int(units)
	}
	return k, int(units >> (k - 1) % perOctave)
}

// edges returns the least number of units in a bucket and how many it has.
func edges(k, i int) (low, width uint64) {
	if k == 0 {
		return uint64(i), 1
	}
	return uint64(perOctave+i) << (k - 1), 1 << (k - 1)
}

// A histogram counts finite samples.
type histogram struct {
	exp int // the unit is 2^exp
	// fractions is whether a sample was not a whole number. Without one, the
	// middle of a bucket is that of the whole numbers in it.
	fractions bool
	zeros     int64
	// Positive samples round down to whole units, negative ones as well: u
	// units in neg stand for more than u and up to u+1 below zero. So each
	// bucket includes its lower edge and not its upper one.
	pos, neg counts
	sum      exactSum
}

func newHistogram() *histogram { return &histogram{exp: smallest} }

func (h *histogram) record(v float64, n int) {
	h.sum.add(v, n)
	h.fractions = h.fractions || v != math.Trunc(v)
	m, e := split(v)
	if m == 0 {
		h.zeros += int64(n)
		return
	}
	h.reach(unitFor(m, e))
	if v > 0 {
		h.pos.add(shifted(m, e-h.exp), int64(n))
		return
	}
	if e > h.exp {
		m, e = m<<(e-h.exp), h.exp
	}
	h.neg.add(shifted(m-1, e-h.exp), int64(n))
}

func shifted(m uint64, by int) uint64 {
	if by < 0 {
		return m >> -by
	}
	return m << by
}

// unitFor returns the exponent of the unit that makes m·2^e, which is not 0, span
// bits long, or of the smallest float64 if that is larger.
func unitFor(m uint64, e int) int {
	return max(e+bits.Len64(m)-span, smallest)
}

// reach makes the unit at least 2^exp.
func (h *histogram) reach(exp int) {
	if exp > h.exp {
		h.pos.coarsen(exp - h.exp)
		h.neg.coarsen(exp - h.exp)
		h.exp = exp
	}
}

// merge adds all that g holds.
func (h *histogram) merge(g *histogram) {
	h.reach(g.exp)
	h.pos.merge(&g.pos, h.exp-g.exp)
	h.neg.merge(&g.neg, h.exp-g.exp)
	h.zeros += g.zeros
	h.fractions = h.fractions || g.fractions
	h.sum.merge(&g.sum)
}

func (h *histogram) clone() *histogram {
	c := newHistogram()
	c.merge(h)
	return c
}

// cells yields the buckets that hold samples, in ascending order, with their edges
// in units; both are 0 for zeros.
func (h *histogram) cells(yield func(cell) bool) {
	for k := octaves - 1; k >= 0; k-- {
		for i := perOctave - 1; h.neg[k] != nil && i >= 0; i-- {
			if n := h.neg[k][i]; n > 0 {
				low, width := edges(k, i)
				if !yield(cell{-float64(low + width), -float64(low), n}) {
					return
				}
			}
		}
	}
	if h.zeros > 0 && !yield(cell{0, 0, h.zeros}) {
		return
	}
	for k := range octaves {
		for i := 0; h.pos[k] != nil && i < perOctave; i++ {
			if n := h.pos[k][i]; n > 0 {
				low, width := edges(k, i)
				if !yield(cell{float64(low), float64(low + width), n}) {
					return
				}
			}
		}
	}
}

// A cell is a bucket in units. Its edges have 11 bits at most, and their middle 12,
// so that nothing is rounded.
type cell struct {
	low, high float64
	count     int64
}

// bucket returns c in the unit of the samples.
func (h *histogram) bucket(c cell) Bucket {
	b := Bucket{h.value(c.low), h.value(c.high)}
	if c.low == 0 && c.high > 0 {
		b.Low = math.SmallestNonzeroFloat64 // zeros are apart
	}
	return b
}

// middle returns what stands for each sample of c.
func (h *histogram) middle(c cell) float64 {
	low, high := h.value(c.low), h.value(c.high)
	if !h.fractions && max(-low, high) <= 1<<53 && low < high {
		return (math.Ceil(low) + math.Ceil(high) - 1) / 2
	}
	return h.value((c.low + c.high) / 2)
}

// value returns so many units in the unit of the samples.
func (h *histogram) value(units float64) float64 {
	return unsigned(max(-math.MaxFloat64, min(math.Ldexp(units, h.exp), math.MaxFloat64)))
}

// pair returns the samples of ranks i and j >= i, counted from 0.
func (h *histogram) pair(i, j int) (a, b float64) {
	below, found := int64(0), false
	for c := range h.cells {
		below += c.count
		if !found && int64(i) < below {
			a, found = h.middle(c), true
		}
		if int64(j) < below {
			return a, h.middle(c)
		}
	}
	return a, b
}
