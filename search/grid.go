package search

import (
	"errors"
	"fmt"
	"math"
)

// A Grid numbers values from 1 on, so that a range of them can be searched: sizes, rates,
// durations. Its values are at equal distances, given by Step, or in equal proportions,
// given by Ratio. A search finds the largest value of the grid that holds; the one above it
// does not, so that Step and Ratio are how exact the answer is.
//
//	sizes := search.Grid{From: 1 << 20, To: 1 << 34, Ratio: 1.1} // 1 MiB to 16 GiB, within 10 %
//	finder := search.Finder[Stats]{Bracket: sizes.Bracket(8 << 20)}
//	result, err := finder.Find(ctx, func(ctx context.Context, n int) (Stats, search.Verdict, error) {
//		return upload(ctx, sizes.At(n))
//	})
//	fmt.Println(sizes.At(result.LargestPassing))
//
// A Grid is plain data. The zero value is not valid.
type Grid struct {
	// From is the first value; To bounds the last. Both are finite. With Ratio, From is
	// above 0.
	From float64 `json:"from"`
	To   float64 `json:"to"`
	// Step is the distance between neighbors, above 0, and Ratio the proportion between
	// them, above 1. One of the two is set.
	Step  float64 `json:"step,omitzero"`
	Ratio float64 `json:"ratio,omitzero"`
}

// mostPoints bounds a grid: up to it, rounding puts a value in its place to within slack.
const mostPoints = 1 << 30

// slack is the part of a distance by which rounding may put a value beyond another: without
// it, 1 to 8 by thirds of an octave might have 9 values and not 10.
const slack = 1e-6

// Validate returns all mistakes in the grid, joined, or nil.
func (g Grid) Validate() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("search: "+format, args...))
	}
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	if !finite(g.From) || !finite(g.To) {
		bad("From and To are %v and %v, expected finite values", g.From, g.To)
	} else if g.From > g.To {
		bad("From is %v, above To, which is %v", g.From, g.To)
	}
	switch {
	case g.Step != 0 && g.Ratio != 0:
		bad("Step is %v and Ratio is %v, expected one of them", g.Step, g.Ratio)
	case g.Ratio == 0 && !(g.Step > 0 && finite(g.Step)):
		bad("Step is %v, expected above 0, or a Ratio", g.Step)
	case g.Ratio == 0 && g.From < g.To && (g.From+g.Step == g.From || g.To-g.Step == g.To):
		bad("Step is %v, which is lost beside %v and %v", g.Step, g.From, g.To)
	case g.Ratio != 0 && !(g.Ratio > 1 && finite(g.Ratio)):
		bad("Ratio is %v, expected above 1", g.Ratio)
	case g.Ratio != 0 && !(g.From > 0):
		bad("From is %v, expected above 0 with a Ratio", g.From)
	}
	if errs == nil && !(g.place(g.To) < mostPoints) {
		bad("there are more than %d values from %v to %v", mostPoints, g.From, g.To)
	}
	return errors.Join(errs...)
}

// place returns how many steps v is above From, with a fraction.
func (g Grid) place(v float64) float64 {
	if g.Ratio != 0 {
		return (math.Log(v) - math.Log(g.From)) / math.Log(g.Ratio)
	}
	return (v - g.From) / g.Step
}

// Len returns the number of values, 0 for a grid that is not valid.
func (g Grid) Len() int { return g.Index(g.To) }

// At returns the value number n, from 1 to Len; NaN for any other n, such as the 0 of a
// search in which nothing passed.
func (g Grid) At(n int) float64 {
	if n < 1 || n > g.Len() {
		return math.NaN()
	}
	if g.Ratio != 0 {
		return min(g.From*math.Pow(g.Ratio, float64(n-1)), g.To)
	}
	return min(g.From+float64(n-1)*g.Step, g.To)
}

// Index returns the number of the largest value that is at most v, give or take rounding
// by a millionth of the distance to the next; 0 if there is none or the grid is not valid.
func (g Grid) Index(v float64) int {
	if g.Validate() != nil || !(v >= g.From) {
		return 0
	}
	return 1 + int(math.Floor(g.place(min(v, g.To))+slack))
}

// Bracket returns a search of the whole grid that starts with the largest value that is at
// most start, or with From. It goes up by doubling: with Ratio the value, or to the next
// where that is more; with Step the number. A grid that is not valid gives a Bracket that
// is not, either: its Start is negative.
func (g Grid) Bracket(start float64) Bracket {
	if g.Validate() != nil {
		return Bracket{Start: -1}
	}
	b := Bracket{Max: g.Len(), Start: max(1, g.Index(start))}
	if g.Ratio != 0 {
		b.Stride = max(1, int(math.Ln2/math.Log(g.Ratio)+slack))
	}
	return b
}
