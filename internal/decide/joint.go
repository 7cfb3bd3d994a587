package decide

import (
	"cmp"
	"math"
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

// A joint is one search for the largest n of several levels, by questions that
// inform all of them, with answers that may be more or less sure. It only decides
// what to ask next. A level is settled when its largest n that passes and the next,
// which fails, are both sure; where that cannot be, when the nearest n on either side
// are sure that can be.
//
// The zero value searches upwards from 1 without limit and takes all questions to
// cost the same. Limits that [search.Bracket.Validate] would refuse have no meaning.
type joint struct {
	// Min, Max and Start are as in a [search.Bracket].
	Min, Max, Start int
	// Cost estimates what it takes to ask n, for a first answer or for a sure
	// one; nil means 1. Only ratios count.
	Cost func(n int, sure bool) float64
}

// A question is what to ask next.
type question struct {
	N int
	// Sure says for each level whether it wants n to be sure. Another level is
	// content to be informed.
	Sure []bool
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

// limits returns Min, Max and Start with their defaults filled in.
func (j *joint) limits() (first, last, start int) {
	first = cmp.Or(j.Min, 1)
	return first, cmp.Or(j.Max, math.MaxInt/2), cmp.Or(j.Start, first)
}

// Stand returns where beliefs, in any order and one for each n, leave a level. Of a
// contradiction the failure counts: a capacity that holds only sometimes does not
// hold.
func (j *joint) Stand(beliefs []belief) (s standing) {
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

// A wish is what one level would ask: any n strictly between low and high if it wants
// a first answer, n itself if it wants a sure one.
type wish struct {
	n         int
	low, high int
	sure      bool
}

// wishes returns what a level would ask; none when it is settled.
func (j *joint) wishes(beliefs []belief) []wish {
	first, last, start := j.limits()
	s := j.Stand(beliefs)
	known := make(map[int]belief)
	for _, b := range beliefs {
		known[b.N] = b
	}
	if again := j.again(s, last, known); again != nil {
		return again
	}
	unclear := 0 // the smallest n above what passes of which nothing can be said
	for _, b := range beliefs {
		if b.Lean == search.Unclear && b.N > s.Lean && (s.Limit == 0 || b.N < s.Limit) && (unclear == 0 || b.N < unclear) {
			unclear = b.N
		}
	}
	if unclear > 0 && !known[unclear].Spent {
		return []wish{{n: unclear, low: s.Lean, high: max(s.Limit, unclear+1)}}
	}
	if s.Limit > last {
		s.Limit = 0 // between Max and there nothing may be asked
	}
	low, high := max(first-1, s.Lean), s.Limit
	if unclear > 0 {
		high = unclear
	}
	double := max(start, 2*s.Lean)
	switch {
	case high == 0 && low < last:
		n := min(double, last)
		return []wish{{n: n, low: low, high: n + 1}}
	case high > 0 && high-low > 1:
		n := low + (high-low)/2
		if double > low && double < n {
			n = double
		}
		return []wish{{n: n, low: low, high: high}}
	}
	var ws []wish
	if s.Limit > 0 && unclear == 0 {
		if n := nearest(s.Limit, 1, last, s.Fail, known, search.Fail); n > 0 {
			ws = append(ws, wish{n: n, sure: true})
		}
	}
	if low >= first {
		if n := nearest(low, -1, first, s.Pass, known, search.Pass); n > 0 {
			ws = append(ws, wish{n: n, sure: true})
		}
	}
	return ws
}

// again returns the wish to ask those who contradict each other once more, the one
// who failed first, as far as they may be asked.
func (j *joint) again(s standing, last int, known map[int]belief) []wish {
	for _, c := range s.Contradictions {
		for _, n := range [...]int{c.Fail, c.Pass} {
			if n <= last && !known[n].Spent {
				return []wish{{n: n, sure: true}}
			}
		}
	}
	return nil
}

// nearest returns the n closest to from, in the given direction, that may still
// become sure: from itself, or where that is spent one a tenth of it further, two tenths
// from there, or four, up to the one that is sure already. 0 means none.
func nearest(from, direction, last, sure int, known map[int]belief, want search.Verdict) int {
	step := max(1, from/10)
	for n, tries := from, 0; n != sure && tries < 4; tries++ {
		b, asked := known[n]
		if asked && b.Sure && b.Lean == want {
			return 0
		}
		if !asked || !b.Spent {
			return n
		}
		if direction > 0 && n >= last || direction < 0 && n <= last {
			return 0
		}
		n += direction * step
		step *= 2
		if direction < 0 {
			n = max(n, last, sure)
		} else if n = min(n, last); sure > 0 {
			n = min(n, sure)
		}
	}
	return 0
}

// Next returns the question that settles most for its cost, given the beliefs of each
// level. ok is false when all are settled. It depends on nothing else, so that a
// search goes on from its record as if it had not stopped.
func (j *joint) Next(levels [][]belief) (q question, ok bool) {
	all := make([][]wish, len(levels))
	for i, beliefs := range levels {
		all[i] = j.wishes(beliefs)
	}
	best := math.Inf(-1)
	for _, ws := range all {
		for _, w := range ws {
			value := j.value(w.n, all)
			if value > best || value == best && w.n < q.N {
				best, q.N, ok = value, w.n, true
			}
		}
	}
	q.Sure = make([]bool, len(levels))
	for i, ws := range all {
		for _, w := range ws {
			q.Sure[i] = q.Sure[i] || w.sure && w.n == q.N
		}
	}
	return q, ok
}

// value returns what asking n would settle of all wishes, in bits, for its cost.
func (j *joint) value(n int, all [][]wish) float64 {
	bits, sure := 0.0, false
	for _, ws := range all {
		for _, w := range ws {
			switch {
			case w.sure && w.n == n:
				bits++
				sure = true
			case w.n == n && w.high-w.low <= 2:
				bits++
			case !w.sure && w.low < n && n < w.high:
				bits += entropy(float64(n-w.low) / float64(w.high-w.low))
			}
		}
	}
	if j.Cost == nil {
		return bits
	}
	return bits / j.Cost(n, sure)
}

// entropy returns that of a choice with probability p, in bits.
func entropy(p float64) float64 {
	if p <= 0 || p >= 1 {
		return 0
	}
	return -p*math.Log2(p) - (1-p)*math.Log2(1-p)
}
