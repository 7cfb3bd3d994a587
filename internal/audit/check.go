package audit

import (
	"fmt"
	"slices"
)

// An Outcome is what came of a check.
type Outcome string

const (
	Passed     Outcome = "passed"
	Found      Outcome = "found"
	Skipped    Outcome = "skipped"    // there was nothing to look at
	Incomplete Outcome = "incomplete" // too many requests failed
)

// A Check is what one check says.
type Check struct {
	Code    string
	Outcome Outcome
	Text    string
}

func passed(code, format string, args ...any) Check {
	return Check{code, Passed, fmt.Sprintf(format, args...)}
}

func found(code, format string, args ...any) Check {
	return Check{code, Found, fmt.Sprintf(format, args...)}
}

func skipped(code, format string, args ...any) Check {
	return Check{code, Skipped, fmt.Sprintf(format, args...)}
}

// LeastPrompts is the least number of prompts: the median of eight pairs is on the wrong
// side of a threshold with a probability of at most 6 % where one pair in five is, and of
// a thousandth where one in fourteen is.
const LeastPrompts = 8

// with returns the items whose answers of all given kinds are there. A check that has
// fewer than three in four is incomplete: what is missing may be what it looks for.
func with(code string, items []item, ks ...kind) (have []*item, c Check, ok bool) {
	for i := range items {
		if !slices.ContainsFunc(ks, func(k kind) bool { return !items[i].got[k].ok() }) {
			have = append(have, &items[i])
		}
	}
	if 4*len(have) < 3*len(items) {
		return nil, Check{code, Incomplete, fmt.Sprintf("%d of %d prompts were answered", len(have), len(items))}, false
	}
	return have, c, true
}

// median returns the median of values, of which there is at least one.
func median(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}

// over returns f of each item.
func over(items []*item, f func(*item) float64) []float64 {
	values := make([]float64, len(items))
	for i, it := range items {
		values[i] = f(it)
	}
	return values
}

// share returns the share of items of which f is true.
func share(items []*item, f func(*item) bool) float64 {
	n := 0
	for _, it := range items {
		if f(it) {
			n++
		}
	}
	return float64(n) / float64(max(1, len(items)))
}
