package metrics

import (
	"fmt"
	"math"
	"slices"
)

// DefaultExact is the number of samples that the zero Percentiles keeps exactly.
const DefaultExact = 4096

// Percentiles summarises samples of any unit. It keeps them all while they are
// few and goes over to a histogram beyond that; both forms answer by linear
// interpolation at rank (n-1)·p/100, which is type 7 of Hyndman and Fan
// (Sample Quantiles in Statistical Packages, 1996) and the default of NumPy.
//
// The zero value is ready. Percentiles is not safe for concurrent use.
type Percentiles struct {
	// Exact is the number of samples to keep exactly; 0 means [DefaultExact],
	// negative means all of them, at 8 bytes each.
	Exact int
	// Resolution is the smallest difference that the histogram form tells
	// apart, in the unit of the samples; 0 means 1e-6. The histogram reaches
	// up to 3.6e9 times as far, with three significant figures: for samples in
	// seconds, from a microsecond to an hour. A sample beyond its range counts
	// as the nearest end and makes a warning.
	Resolution float64

	samples []float64
	sorted  bool
	hist    *histogram // nil in the exact form

	n        int
	sum      float64
	min, max float64
	rejected int
}

// Record adds one sample. +Inf is a sample like any other, for what never
// came; NaN is none, is left out and makes a warning.
func (p *Percentiles) Record(v float64) { p.RecordN(v, 1) }

// RecordN adds n equal samples.
func (p *Percentiles) RecordN(v float64, n int) {
	if math.IsNaN(v) {
		p.rejected += max(0, n)
		return
	}
	if n <= 0 {
		return
	}
	p.extend(v, v, v*float64(n), n)
	if p.hist == nil && p.n > p.limit() {
		p.toHistogram()
	}
	if p.hist != nil {
		p.hist.record(v, n)
		return
	}
	for range n {
		p.samples = append(p.samples, v)
	}
	p.sorted = false
}

// extend accounts for n more samples in everything but the order of them.
func (p *Percentiles) extend(low, high, sum float64, n int) {
	if p.n == 0 {
		p.min, p.max = low, high
	} else {
		p.min, p.max = min(p.min, low), max(p.max, high)
	}
	p.n += n
	p.sum += sum
}

// Merge adds all samples of q, which is not changed.
func (p *Percentiles) Merge(q *Percentiles) {
	p.rejected += q.rejected
	if q.n == 0 {
		return
	}
	p.extend(q.min, q.max, q.sum, q.n)
	if p.hist == nil && (q.hist != nil || p.n > p.limit()) {
		p.toHistogram()
	}
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

// N returns the number of samples.
func (p *Percentiles) N() int { return p.n }

// IsExact reports whether all samples are kept, so that answers are exact.
func (p *Percentiles) IsExact() bool { return p.hist == nil }

// Min returns the least sample; ok is false when there is none. It is exact.
func (p *Percentiles) Min() (v float64, ok bool) { return p.min, p.n > 0 }

// Max returns the greatest sample; ok is false when there is none. It is exact.
func (p *Percentiles) Max() (v float64, ok bool) { return p.max, p.n > 0 }

// Mean returns the mean; ok is false when there are no samples. It is exact.
func (p *Percentiles) Mean() (v float64, ok bool) {
	if p.n == 0 {
		return 0, false
	}
	return p.sum / float64(p.n), true
}

// At returns the given percentile, 0 to 100: At(95) is the P95. When it falls
// between two samples of which one is infinite, so is the answer. ok is false
// when there are no samples or percent is out of range.
func (p *Percentiles) At(percent float64) (v float64, ok bool) {
	if p.n == 0 || !(percent >= 0 && percent <= 100) {
		return 0, false
	}
	// Multiplying first keeps whole ranks whole: 0.95 is not a binary
	// fraction, and a rank just above a whole one would let the neighbour in.
	rank := float64(p.n-1) * percent / 100
	low := math.Floor(rank)
	weight := rank - low
	a, b := p.pair(int(low), weight > 0)
	switch {
	case weight == 0 || a == b:
		return a, true
	case math.IsInf(a, 0):
		return a, true
	case math.IsInf(b, 0):
		return b, true
	}
	return a + weight*(b-a), true
}

// pair returns the samples of rank i and, if wanted, i+1.
func (p *Percentiles) pair(i int, both bool) (a, b float64) {
	j := i
	if both {
		j++
	}
	if p.hist != nil {
		a, b = p.hist.pair(i, j)
		return p.exactly(i, a), p.exactly(j, b)
	}
	if !p.sorted {
		slices.Sort(p.samples)
		p.sorted = true
	}
	return p.samples[i], p.samples[j]
}

// Warnings says what a reader should know before trusting the given
// percentiles: too few samples, and how many would do (see [SamplesFor]),
// samples that were not numbers or did not fit the histogram.
func (p *Percentiles) Warnings(percents ...float64) []string {
	var w []string
	for _, pc := range percents {
		if need := SamplesFor(pc); p.n > 0 && p.n < need {
			w = append(w, fmt.Sprintf("P%g rests on %d samples; at least %d are needed to bound it with 95 %% confidence", pc, p.n, need))
		}
	}
	if p.rejected > 0 {
		w = append(w, fmt.Sprintf("%d samples were not numbers and were left out", p.rejected))
	}
	if p.hist != nil && p.hist.outside > 0 {
		w = append(w, fmt.Sprintf("%d samples lay outside the histogram's range and count as its ends", p.hist.outside))
	}
	return w
}

// SamplesFor returns the least number of independent samples from which a
// percentile can be bounded on both sides with 95 % confidence: the least n
// with q^n + (1-q)^n <= 0.05 for q = percent/100, below which not even the
// extremes of the sample enclose it that surely (order statistics; David and
// Nagaraja, Order Statistics, 7.1). It is 11 for P25, 6 for the median, 59 for
// P95 and 299 for P99. Samples that depend on each other count for less than
// their number. For 0 and 100, which no sample bounds, it returns 0.
func SamplesFor(percent float64) int {
	q := percent / 100
	if !(q > 0 && q < 1) {
		return 0
	}
	n := int(math.Log(0.05) / math.Log(max(q, 1-q)))
	for math.Pow(q, float64(n))+math.Pow(1-q, float64(n)) > 0.05 {
		n++
	}
	return n
}

// exactly returns the sample of rank i, of which the histogram says v: the
// extremes are known.
func (p *Percentiles) exactly(i int, v float64) float64 {
	switch i {
	case 0:
		return p.min
	case p.n - 1:
		return p.max
	}
	return max(p.min, min(v, p.max))
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
	p.hist = newHistogram(p.Resolution)
	for _, v := range p.samples {
		p.hist.record(v, 1)
	}
	p.samples = nil
}

func (p *Percentiles) clone() *Percentiles {
	c := *p
	c.samples = slices.Clone(p.samples)
	if p.hist != nil {
		c.hist = newHistogram(p.Resolution)
		c.hist.merge(p.hist)
	}
	return &c
}
