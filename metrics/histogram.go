package metrics

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The histogram counts whole multiples of its resolution from 1 to reach, to
// figures significant decimal figures: about 200 KB.
const (
	reach   = 3_600_000_000
	figures = 3
)

// histogram adapts an HDR histogram to float64 samples, infinite ones included.
type histogram struct {
	unit    float64
	hdr     *hdrhistogram.Histogram
	over    int // samples that are +Inf
	outside int // finite samples beyond the range, counted as its ends
}

func newHistogram(resolution float64) *histogram {
	if !(resolution > 0) {
		resolution = 1e-6
	}
	return &histogram{unit: resolution, hdr: hdrhistogram.New(1, reach, figures)}
}

func (h *histogram) record(v float64, n int) {
	if math.IsInf(v, 1) {
		h.over += n
		return
	}
	units := math.Round(v / h.unit)
	if units < 0 || units > reach {
		h.outside += n
		units = max(0, min(units, reach))
	}
	// The value is within the range by the lines above, which is the only
	// error there is.
	_ = h.hdr.RecordValues(int64(units), int64(n))
}

// merge adds the counts of g, converting them when its resolution is another.
func (h *histogram) merge(g *histogram) {
	h.over += g.over
	h.outside += g.outside
	if h.unit == g.unit {
		h.hdr.Merge(g.hdr)
		return
	}
	for _, bar := range g.hdr.Distribution() {
		if bar.Count > 0 {
			h.record(middle(bar)*g.unit, int(bar.Count))
		}
	}
}

// pair returns the samples of ranks i and j >= i, counted from 0: the middle of
// the bucket that each lies in.
func (h *histogram) pair(i, j int) (a, b float64) {
	a, b = math.Inf(1), math.Inf(1)
	var below int64
	for _, bar := range h.hdr.Distribution() {
		before := below
		below += bar.Count
		if before <= int64(i) && int64(i) < below {
			a = middle(bar) * h.unit
		}
		if before <= int64(j) && int64(j) < below {
			return a, middle(bar) * h.unit
		}
	}
	return a, b
}

func middle(bar hdrhistogram.Bar) float64 { return float64(bar.From)/2 + float64(bar.To)/2 }
