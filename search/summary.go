package search

import (
	"fmt"
	"maps"
	"slices"
)

// A Summary is the conclusion from the answers of a [Bracket]. Before the search
// has settled it holds what is known so far. The zero value means that nothing was
// observed.
type Summary struct {
	// LargestPassing is the result of the search: the largest n that passed with
	// no failure at or below it. 0 means none.
	LargestPassing int `json:"largest_passing"`
	// SmallestFailing is the smallest n that failed. 0 means none.
	SmallestFailing int `json:"smallest_failing,omitzero"`
	// Bounded reports whether LargestPassing is exact: the n right above it (Min
	// if it is 0) failed. If the search has settled and Bounded is false,
	// LargestPassing is a lower bound: the limit was reached, or the n right above
	// was Unclear.
	Bounded bool `json:"bounded"`
	// Contradictions has an entry for each n that passed with a failure at or
	// below it, in increasing order.
	Contradictions []Contradiction `json:"contradictions,omitempty"`
	// Unclear has each n that was answered with neither Pass nor Fail, in
	// increasing order.
	Unclear []int `json:"unclear,omitempty"`
	// Warnings are what a reader must know beside the numbers: contradictions, an
	// Unclear answer that may hide a larger result, a limit that was reached.
	Warnings []string `json:"warnings,omitempty"`
}

// A Contradiction is a pass at or above a failure. Pass and Fail are equal if the
// same n was answered with both.
type Contradiction struct {
	Pass int `json:"pass"` // an n that passed
	Fail int `json:"fail"` // the largest n at or below Pass that failed
}

// Summary returns the conclusion from the answers so far.
func (b *Bracket) Summary() Summary {
	first, last, _ := b.limits()
	passed, failed, ceiling := b.edges()
	s := Summary{
		LargestPassing:  passed,
		SmallestFailing: failed,
		Bounded:         failed != 0 && failed == max(passed, first-1)+1,
	}
	for _, m := range b.merged() {
		switch {
		case m.passed && m.failedAt != 0:
			s.contradict(m.n, m.failedAt)
		case !m.passed && m.failedAt != m.n:
			s.Unclear = append(s.Unclear, m.n)
		}
	}
	if ceiling != 0 && ceiling != failed {
		s.warn("undecided at %d: the answer may be higher; ask there again", ceiling)
	}
	if passed == last {
		s.warn("nothing failed up to the limit of %d: the answer may be higher", last)
	}
	return s
}

func (s *Summary) contradict(pass, fail int) {
	s.Contradictions = append(s.Contradictions, Contradiction{pass, fail})
	if pass == fail {
		s.warn("both passed and failed at %d: counted as a failure", pass)
	} else {
		s.warn("passed at %d although it failed at %d: the pass does not count", pass, fail)
	}
}

func (s *Summary) warn(format string, args ...any) {
	s.Warnings = append(s.Warnings, fmt.Sprintf(format, args...))
}

// merged is everything observed at one n.
type merged struct {
	n        int
	passed   bool
	failedAt int // the largest n' <= n that failed; 0 if none did
}

// merged returns one entry for each n within the limits, in increasing order.
func (b *Bracket) merged() []merged {
	seen := make(map[int]merged)
	for _, n := range b.inside(Unclear) {
		seen[n] = merged{n: n}
	}
	for _, n := range b.inside(Pass) {
		seen[n] = merged{n: n, passed: true}
	}
	for _, n := range b.inside(Fail) {
		seen[n] = merged{n: n, passed: seen[n].passed, failedAt: n}
	}
	all := make([]merged, 0, len(seen))
	failedAt := 0
	for _, n := range slices.Sorted(maps.Keys(seen)) {
		m := seen[n]
		failedAt = max(failedAt, m.failedAt)
		m.failedAt = failedAt
		all = append(all, m)
	}
	return all
}
