package metrics

import (
	"fmt"
	"math"
)

// Warnings says what a reader should know before trusting the given percentiles:
// that there are too few samples, and how many would do (see [SamplesFor]);
// samples that were left out; extremes and sums that are not exact.
func (p *Percentiles) Warnings(percents ...float64) []string {
	var w []string
	for _, pc := range percents {
		if need := SamplesFor(pc); p.n > 0 && p.n < need {
			w = append(w, fmt.Sprintf("P%g rests on %d samples; at least %d are needed to bound it with 95 %% confidence", pc, p.n, need))
		}
	}
	if p.nan > 0 {
		w = append(w, fmt.Sprintf("%d samples were not numbers and were left out", p.nan))
	}
	if p.uncounted > 0 {
		w = append(w, fmt.Sprintf("%d samples were left out: there are more than can be counted", p.uncounted))
	}
	if p.rough > 0 {
		w = append(w, fmt.Sprintf("minimum, maximum and mean are not exact: %d samples came from a histogram without them", p.rough))
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
