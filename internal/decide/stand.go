package decide

import (
	"slices"

	"github.com/agentperf/agentperf-go/search"
)

// A belief is what is thought of one n at one level. Unlike the answer of a
// [search.Bracket] it may be revised by more evidence.
type belief struct {
	N int
	// Lean is Pass or Fail by the weight of the evidence, Unclear when there is
	// nothing to weigh.
	Lean search.Verdict
	// Sure is set when the evidence is enough to answer for.
	Sure bool
	// Spent is set when no more can be learned of this n.
	Spent bool
}

// A standing is where the beliefs leave one level.
type standing struct {
	// Pass is the largest n that surely passes, Fail the smallest that surely
	// fails; 0 when there is none. Pass is less than Fail.
	Pass, Fail int
	// Lean is the largest n that is thought to pass with none that is thought to
	// fail at or below it, Limit the smallest that is thought to fail; 0 when
	// there is none.
	Lean, Limit int
	// Contradictions are pairs of sure beliefs that cannot both be right, for a
	// larger n cannot pass where a smaller one fails.
	Contradictions []search.Contradiction
}

// stand returns where beliefs, in any order and one for each n, leave a level. Of a
// contradiction the failure counts: a capacity that holds only sometimes does not
// hold.
func stand(beliefs []belief) (s standing) {
	sorted := slices.SortedFunc(slices.Values(beliefs), func(a, b belief) int { return a.N - b.N })
	for _, b := range sorted {
		if b.Sure && b.Lean == search.Fail {
			s.Fail = b.N
			break
		}
	}
	for _, b := range sorted {
		if !b.Sure || b.Lean != search.Pass {
			continue
		}
		if s.Fail == 0 || b.N < s.Fail {
			s.Pass = b.N
		} else {
			below := 0
			for _, f := range sorted {
				if f.Sure && f.Lean == search.Fail && f.N < b.N {
					below = f.N
				}
			}
			s.Contradictions = append(s.Contradictions, search.Contradiction{Pass: b.N, Fail: below})
		}
	}
	s.Lean, s.Limit = s.Pass, s.Fail
	for _, b := range sorted {
		if b.N <= s.Pass || s.Fail > 0 && b.N >= s.Fail {
			continue
		}
		switch {
		case b.Lean == search.Fail && s.Limit == s.Fail:
			s.Limit = b.N
		case b.Lean == search.Pass && s.Limit == s.Fail:
			s.Lean = b.N
		}
	}
	return s
}
