package metrics

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
)

// form is a Percentiles in JSON. JSON has no infinities: samples that are
// infinite are counts.
type form struct {
	N         int            `json:"n"`
	Exact     int            `json:"exact,omitzero"`
	Inf       int            `json:"inf,omitzero"`
	NegInf    int            `json:"neg_inf,omitzero"`
	NaN       int            `json:"nan,omitzero"`
	Uncounted int            `json:"uncounted,omitzero"`
	Samples   []float64      `json:"samples,omitempty"`
	Histogram *histogramForm `json:"histogram,omitempty"`
}

type histogramForm struct {
	Min       float64     `json:"min"`
	Max       float64     `json:"max"`
	Sum       json.Number `json:"sum"` // with all its digits
	Rough     int         `json:"rough,omitzero"`
	Unit      float64     `json:"unit"` // a power of two
	Fractions bool        `json:"fractions"`
	Zeros     int64       `json:"zeros,omitzero"`
	Positive  string      `json:"positive,omitempty"` // HdrHistogram V2
	Negative  string      `json:"negative,omitempty"` // of -v, less one unit, rounded up
}

// MarshalJSON writes the samples in the exact form. In the histogram form it
// writes the histogram in HdrHistogram's V2 compressed format in base64, with the
// unit that its values count as a number beside it, and the exact minimum,
// maximum and sum. Infinite samples are counts in either. Equal samples make equal
// JSON.
func (p Percentiles) MarshalJSON() ([]byte, error) {
	f := form{N: p.n, Exact: p.Exact, Inf: p.inf, NegInf: p.negInf, NaN: p.nan, Uncounted: p.uncounted}
	f.Samples = slices.Sorted(slices.Values(p.samples))
	if h := p.hist; h != nil {
		f.Histogram = &histogramForm{
			Min: p.min, Max: p.max, Sum: json.Number(h.sum.text()), Rough: p.rough,
			Unit: math.Ldexp(1, h.exp), Fractions: h.fractions, Zeros: h.zeros,
		}
		for _, side := range [...]struct {
			counts *counts
			text   *string
		}{{&h.pos, &f.Histogram.Positive}, {&h.neg, &f.Histogram.Negative}} {
			if *side.counts == (counts{}) {
				continue
			}
			var err error
			if *side.text, err = encode(side.counts, f.Histogram.Unit); err != nil {
				return nil, fmt.Errorf("metrics: %w", err)
			}
		}
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads what MarshalJSON wrote, in place of what p holds. Input may
// be hostile: it takes a small multiple of its length in memory, and some MB for a
// histogram, however little that is. It is refused, with p unchanged, where
// numbers that describe the same samples do not agree.
func (p *Percentiles) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	var f form
	if err := json.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	read, err := f.percentiles()
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	*p = *read
	return nil
}

func (f *form) percentiles() (*Percentiles, error) {
	if min(f.N, f.Inf, f.NegInf, f.NaN, f.Uncounted) < 0 {
		return nil, errors.New("a number of samples is negative")
	}
	p := &Percentiles{Exact: -1}
	for _, v := range f.Samples {
		p.Record(v)
	}
	if f.Histogram != nil {
		if len(f.Samples) > 0 {
			return nil, errors.New("both samples and a histogram")
		}
		if err := f.Histogram.fill(p); err != nil {
			return nil, err
		}
	}
	p.RecordN(math.Inf(1), f.Inf)
	p.RecordN(math.Inf(-1), f.NegInf)
	if p.n != f.N || p.uncounted > 0 {
		return nil, fmt.Errorf("n is %d, but there are %d samples", f.N, p.n)
	}
	p.Exact, p.nan, p.uncounted = f.Exact, f.NaN, f.Uncounted
	return p, nil
}

// fill puts the histogram into p, which is empty.
func (f *histogramForm) fill(p *Percentiles) (err error) {
	h := newHistogram()
	if h.sum, err = parseSum(string(f.Sum)); err != nil {
		return err
	}
	h.fractions, h.zeros = f.Fractions, f.Zeros
	for _, side := range [...]struct {
		counts *counts
		text   string
	}{{&h.pos, f.Positive}, {&h.neg, f.Negative}} {
		if side.text != "" {
			if *side.counts, err = decodeCounts(side.text, f.Unit); err != nil {
				return err
			}
		}
	}
	frac, exp := math.Frexp(f.Unit)
	h.exp = exp - 1
	if largest := max(-f.Min, f.Max); frac != 0.5 || largest != 0 && h.exp != unitFor(split(largest)) || largest == 0 && h.exp != smallest {
		return fmt.Errorf("a unit of %v does not fit samples from %v to %v", f.Unit, f.Min, f.Max)
	}
	if p.n, err = h.check(f); err != nil {
		return err
	}
	if f.Rough < 0 || f.Rough > p.n {
		return fmt.Errorf("%d of %d samples are rough", f.Rough, p.n)
	}
	p.hist, p.rough = h, f.Rough
	p.min, p.max = unsigned(f.Min), unsigned(f.Max)
	return nil
}

// check returns the number of samples in h, and an error if they do not agree with
// the other numbers of f.
func (h *histogram) check(f *histogramForm) (n int, err error) {
	if h.zeros < 0 {
		return 0, errors.New("a number of samples is negative")
	}
	var least, greatest cell
	total := int64(0)
	for c := range h.cells {
		if c.count > math.MaxInt-total {
			return 0, errors.New("more samples than can be counted")
		}
		if total == 0 {
			least = c
		}
		total += c.count
		greatest = c
	}
	n = int(total)
	if !h.bucket(least).has(f.Min) || !h.bucket(greatest).has(f.Max) || f.Min > f.Max {
		return 0, fmt.Errorf("extremes of %v and %v do not fit the histogram", f.Min, f.Max)
	}
	if n == 0 {
		if h.sum.over(1) != 0 {
			return 0, errors.New("a sum of no samples")
		}
		return 0, nil
	}
	// Another program may have rounded the sum.
	slack := 1e-9 * max(-f.Min, f.Max)
	if mean := h.sum.over(n); mean < f.Min-slack || mean > f.Max+slack {
		return 0, fmt.Errorf("a mean of %v does not lie between %v and %v", mean, f.Min, f.Max)
	}
	return n, nil
}

// has reports whether v may be a sample of the bucket.
func (b Bucket) has(v float64) bool {
	return b.Low <= v && (v < b.High || v == b.Low || b.High == math.MaxFloat64)
}
