// Package clusters bounds quantiles of samples that come in clusters, such as the requests of
// one agent: those of a cluster are alike, so that there are fewer independent ones than
// samples.
//
// The interval is Woodruff's (Confidence intervals for medians and other position measures,
// Journal of the American Statistical Association 47, 1952): the share of samples below the
// quantile is a mean of clusters, with the variance of a ratio estimator (Särndal, Swensson
// and Wretman, Model Assisted Survey Sampling, 1992, section 5.6), and the samples at either
// end of the interval of that share are the ends of the interval of the quantile. It assumes
// that clusters are independent of each other, and nothing of the distribution within them.
package clusters

import (
	"math"
	"slices"
	"sort"
)

// Least is the least number of clusters that a phase makes an interval of. TestCoverage has
// 5 do as well, but agents and sessions are less alike than its clusters: a few that hold far
// more context than all others may be met or not.
const Least = 10

// LeastPhases is the least number of phases, each of which is a mean of many.
const LeastPhases = 5

// An Interval is a two-sided interval of 95 %. Low is -Inf and High +Inf where the samples do
// not bound it.
type Interval struct {
	Low, High float64
	// Clusters is the number of clusters, and Effective the number of independent samples
	// that would leave the quantile as uncertain.
	Clusters  int
	Effective float64
}

// Quantile returns the interval of the quantile p, 0 < p < 1, of samples, by cluster; ok is
// false with fewer than least clusters. Samples may be infinite. The order of clusters and
// samples matters to the last bit at most.
func Quantile(clusters [][]float64, p float64, least int) (i Interval, ok bool) {
	var all []float64
	n := 0
	for _, c := range clusters {
		if len(c) > 0 {
			n++
			all = append(all, c...)
		}
	}
	if n < max(2, least) {
		return Interval{}, false
	}
	q := At(all, p)
	share := below(all, q) / float64(len(all))
	sum := 0.0
	for _, c := range clusters {
		sorted := slices.Sorted(slices.Values(c))
		d := below(sorted, q) - share*float64(len(c))
		sum += d * d
	}
	size := float64(len(all))
	variance := float64(n) / float64(n-1) * sum / size / size
	// Clusters that differ less than chance would have it do so by chance.
	effective := p * (1 - p) / max(variance, p*(1-p)/size)
	i = Pooled(all, p, effective, n-1)
	i.Clusters = n
	return i, true
}

// Pooled returns the interval of the quantile p of sorted samples that are worth so many
// independent ones, as was found with so many degrees of freedom.
func Pooled(sorted []float64, p, effective float64, freedom int) Interval {
	half := t975(freedom) * math.Sqrt(p*(1-p)/effective)
	i := Interval{Low: math.Inf(-1), High: math.Inf(1), Effective: effective}
	// The samples just outside, so that rounding widens the interval.
	size := float64(len(sorted))
	if k := int(math.Floor(size*(p-half))) - 1; k >= 0 {
		i.Low = sorted[k]
	}
	if k := int(math.Ceil(size * (p + half))); k < len(sorted) {
		i.High = sorted[k]
	}
	return i
}

// At sorts samples, of which there must be one, and returns their quantile p by linear
// interpolation at rank (n-1)p.
func At(samples []float64, p float64) float64 {
	slices.Sort(samples)
	sorted := samples
	rank := p * float64(len(sorted)-1)
	k := int(rank)
	part := rank - float64(k)
	if part == 0 || sorted[k+1] == sorted[k] { // of two that are infinite there is no difference
		return sorted[k]
	}
	return sorted[k] + part*(sorted[k+1]-sorted[k])
}

// below returns how many of the sorted samples are below a value, those equal to it for half.
func below(sorted []float64, v float64) float64 {
	low := sort.SearchFloat64s(sorted, v)
	equal := sort.Search(len(sorted)-low, func(k int) bool { return sorted[low+k] > v })
	return float64(low) + float64(equal)/2
}

// t975 returns the 97.5 % quantile of Student's distribution by its expansion about the normal
// one (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5): within 0.02 for 4
// degrees of freedom, and within 0.001 for 9 and more.
func t975(freedom int) float64 {
	const z = 1.959964
	f := float64(max(1, freedom))
	z3, z5, z7 := z*z*z, z*z*z*z*z, z*z*z*z*z*z*z
	return z + (z3+z)/(4*f) + (5*z5+16*z3+3*z)/(96*f*f) + (3*z7+19*z5+17*z3-15*z)/(384*f*f*f)
}
