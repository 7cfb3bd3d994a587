package metrics

import (
	"math"
	"slices"
)

// DefaultExact is the number of samples that the zero Percentiles keeps exactly:
// 32 KB, which is what a histogram takes of samples within a factor of 16.
const DefaultExact = 4096

// Percentiles summarizes samples of any unit and sign. It keeps all samples up to
// a number, Exact, and counts them in an HDR (high dynamic range) histogram beyond
// it. Both forms answer by linear interpolation at rank (n-1)·p/100: type 7 of
// Hyndman and Fan (Sample Quantiles in Statistical Packages, 1996), the default
// of NumPy.
//
// The histogram has three significant figures and no range to set. It answers
// [Percentiles.At] with an error of at most [RelativeError] (0.049 %) of the
// sample, or of the larger in magnitude of the two samples that the answer lies
// between. Samples less than 2^-51 of the largest magnitude recorded have an
// absolute error instead, of at most 2^-62 of that magnitude. Zeros are exact,
// and so are whole numbers below 2,048 if no sample has a fraction or reaches 2^62.
// What a histogram answers depends on the samples alone, not on their order or on
// how they were merged.
//
// N, Min, Max, Sum and Mean are exact in both forms. Infinite samples are counted
// beside the finite ones: +Inf stands for what never came.
//
// The exact form takes 8 bytes a sample, 16 at most while it grows. The histogram
// takes 2 KB, and 8 KB for each octave (factor of two) that samples fall in:
// some 80 KB for latencies from a millisecond to a second; there are at most
// 53 octaves each for positive and negative samples.
//
// A Percentiles marshals to JSON and back without changing any answer; for logs in
// the format of HdrHistogram see [Interval].
//
// The zero value is ready. Percentiles is not safe for concurrent use.
type Percentiles struct {
	// Exact is the number of samples to keep exactly; 0 means [DefaultExact],
	// negative means all.
	Exact int

	samples []float64 // the finite ones
	sorted  bool
	hist    *histogram // nil in the exact form

	n           int     // all samples, infinite ones included
	inf, negInf int     // how many are
	min, max    float64 // of the finite ones

	nan       int // samples that were not numbers
	uncounted int // samples that came after the largest int
	rough     int // samples read from a log, where min, max and sum are not
}

// Record adds one sample. NaN is left out and makes a warning.
func (p *Percentiles) Record(v float64) { p.RecordN(v, 1) }

// RecordN adds n equal samples; none if n is 0 or less. Samples in excess of the
// largest int are left out and make a warning.
func (p *Percentiles) RecordN(v float64, n int) {
	switch {
	case n <= 0:
		return
	case math.IsNaN(v):
		p.nan = sum(p.nan, n)
		return
	case !p.room(n):
		return
	}
	p.n += n
	if p.hist == nil && p.n > p.limit() {
		p.toHistogram()
	}
	switch {
	case math.IsInf(v, 1):
		p.inf += n
		return
	case math.IsInf(v, -1):
		p.negInf += n
		return
	}
	v = unsigned(v)
	if p.finite() == n {
		p.min, p.max = v, v
	}
	p.min, p.max = min(p.min, v), max(p.max, v)
	if p.hist != nil {
		p.hist.record(v, n)
		return
	}
	for range n {
		p.samples = append(p.samples, v)
	}
	p.sorted = false
}

// unsigned returns v, and 0 for -0.
func unsigned(v float64) float64 {
	if v == 0 {
		return 0
	}
	return v
}

// room reports whether n more samples can be counted.
func (p *Percentiles) room(n int) bool {
	if n > math.MaxInt-p.n {
		p.uncounted = sum(p.uncounted, n)
		return false
	}
	return true
}

// sum returns a + b, or the largest int.
func sum(a, b int) int {
	if b > math.MaxInt-a {
		return math.MaxInt
	}
	return a + b
}

// finite returns the number of finite samples.
func (p *Percentiles) finite() int { return p.n - p.inf - p.negInf }

// Merge adds all samples of q, which is not changed. If either is in the histogram
// form, so is p afterwards.
func (p *Percentiles) Merge(q *Percentiles) {
	if p == q {
		q = q.clone()
	}
	p.nan, p.uncounted = sum(p.nan, q.nan), sum(p.uncounted, q.uncounted)
	if !p.room(q.n) {
		return
	}
	p.n += q.n
	if p.hist == nil && (q.hist != nil || p.n > p.limit()) {
		p.toHistogram()
	}
	p.inf, p.negInf, p.rough = p.inf+q.inf, p.negInf+q.negInf, p.rough+q.rough
	if q.finite() == 0 {
		return
	}
	if p.finite() == q.finite() {
		p.min, p.max = q.min, q.max
	}
	p.min, p.max = min(p.min, q.min), max(p.max, q.max)
	switch {
	case p.hist == nil:
		p.samples = append(p.samples, q.samples...)
		p.sorted = false
	case q.hist != nil:
		p.hist.merge(q.hist)
	default:
		for _, v := range q.samples {
			p.hist.record(v, 1)
		}
	}
}

func (p *Percentiles) limit() int {
	switch {
	case p.Exact < 0:
		return math.MaxInt
	case p.Exact == 0:
		return DefaultExact
	}
	return p.Exact
}

func (p *Percentiles) toHistogram() {
	p.hist = newHistogram()
	for _, v := range p.samples {
		p.hist.record(v, 1)
	}
	p.samples = nil
}

func (p *Percentiles) clone() *Percentiles {
	c := *p
	c.samples = slices.Clone(p.samples)
	if p.hist != nil {
		c.hist = p.hist.clone()
	}
	return &c
}
