package search

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// unlimited is the largest n ever asked. Half the range of int leaves room to
// double any n and to add one to the limit without overflow.
const unlimited = math.MaxInt / 2

// A Bracket is the state of one search: its limits and every answer so far. It
// decides what to ask next and what the answers mean; asking is left to the caller
// or to a [Finder]. The package documentation has the rules.
//
// The zero value is ready: it searches up from 1 without limit.
//
// A Bracket is plain data. A copy, including one that went through JSON, continues
// independently of the original and asks the same questions. A Bracket is not
// safe for concurrent use, but copies may be used concurrently.
type Bracket struct {
	// Min is the smallest n that may be asked. 0 means 1.
	Min int `json:"min,omitzero"`
	// Max is the largest n that may be asked, at most math.MaxInt/2. 0 means
	// no limit, which is math.MaxInt/2.
	Max int `json:"max,omitzero"`
	// Start is the first n to ask, from Min to Max. A guess somewhat below the
	// expected result saves questions. 0 means Min.
	Start int `json:"start,omitzero"`
	// Stride, if set, is how far above the largest n that has passed may be asked, in
	// place of up to double that n: for an n that numbers a [Grid] and is no amount by
	// itself. 0 means to double; at most math.MaxInt/2.
	Stride int `json:"stride,omitzero"`
	// Answers are the answers observed, in order. Those outside Min..Max are kept
	// but ignored until the limits are widened. Observe adds to them.
	Answers []Answer `json:"answers,omitempty"`
}

// An Answer is one observation at one n.
type Answer struct {
	N       int     `json:"n"`
	Verdict Verdict `json:"verdict"`
}

// Validate returns all mistakes in the limits, joined, or nil. It does not check
// Answers: every answer is valid.
func (b *Bracket) Validate() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("search: "+format, args...))
	}
	first, last, start := b.limits()
	if first < 1 {
		bad("Min is %d, expected at least 1, or 0 for the default", b.Min)
	}
	switch {
	case last < 1 || last > unlimited:
		bad("Max is %d, expected 1 to %d, or 0 for no limit", b.Max, unlimited)
	case first > last:
		bad("Min is %d, above the largest n allowed, which is %d", first, last)
	}
	switch {
	case b.Start == 0: // same as Min, which is checked above
	case start < max(first, 1):
		bad("Start is %d, below the smallest n allowed, which is %d", start, max(first, 1))
	case start > last && last > 0:
		bad("Start is %d, above the largest n allowed, which is %d", start, last)
	}
	if b.Stride < 0 || b.Stride > unlimited {
		bad("Stride is %d, expected 1 to %d, or 0 to double", b.Stride, unlimited)
	}
	return errors.Join(errs...)
}

// Next returns the n to ask next. ok is false if there is nothing left to ask
// because the search has settled or [Bracket.Validate] returns an error.
//
// Next returns the same n until something is observed, and never an n that has
// been observed. It may be called at any time. An Observe after the search has
// settled may reopen it.
func (b *Bracket) Next() (n int, ok bool) {
	if b.Validate() != nil {
		return 0, false
	}
	_, last, _ := b.limits()
	above, ceiling, ahead := b.open()
	switch {
	case ceiling == 0 && above < last:
		return min(ahead, last), true
	case ceiling-above > 1:
		// Every n strictly between the two is unanswered, including the middle.
		// Going ahead stays below the middle only if the ceiling is far up and was
		// observed without having been asked for.
		return min(ahead, above+(ceiling-above)/2), true
	}
	return 0, false
}

// open returns what is open: the result is at least above, or there is none, and below
// ceiling, if that is not 0. Nothing beyond ahead may be asked.
func (b *Bracket) open() (above, ceiling, ahead int) {
	first, _, start := b.limits()
	passed, _, ceiling := b.edges()
	switch {
	case passed == 0:
		ahead = start
	case b.Stride > 0:
		ahead = max(passed+b.Stride, start)
	default:
		ahead = max(2*passed, start)
	}
	return max(passed, first-1), ceiling, ahead
}

// Observe records an answer at n. Any n may be observed, in any order and any
// number of times, whether or not Next returned it.
func (b *Bracket) Observe(n int, v Verdict) {
	// Clip makes append copy; otherwise two copies of a Bracket would write to
	// the same array.
	b.Answers = append(slices.Clip(b.Answers), Answer{N: n, Verdict: v.known()})
}

// limits returns Min, Max and Start with their defaults filled in.
func (b *Bracket) limits() (first, last, start int) {
	first, last, start = b.Min, b.Max, b.Start
	if first == 0 {
		first = 1
	}
	if last == 0 {
		last = unlimited
	}
	if start == 0 {
		start = first
	}
	return first, last, start
}

// inside returns every n within the limits that was answered with v.
func (b *Bracket) inside(v Verdict) (ns []int) {
	first, last, _ := b.limits()
	for _, a := range b.Answers {
		if a.Verdict.known() == v && first <= a.N && a.N <= last {
			ns = append(ns, a.N)
		}
	}
	return ns
}

// edges returns the largest passing n with no failure at or below it, the
// smallest failing n, and the ceiling: the smallest n above passed that failed
// or was Unclear. Each is 0 if there is none.
func (b *Bracket) edges() (passed, failed, ceiling int) {
	for _, n := range b.inside(Fail) {
		if failed == 0 || n < failed {
			failed = n
		}
	}
	for _, n := range b.inside(Pass) {
		if failed == 0 || n < failed {
			passed = max(passed, n)
		}
	}
	ceiling = failed
	for _, n := range b.inside(Unclear) {
		if n > passed && (ceiling == 0 || n < ceiling) {
			ceiling = n
		}
	}
	return passed, failed, ceiling
}
