package decide

import (
	"maps"
	"slices"

	"github.com/agentperf/agentperf-go/search"
)

// rankKnown gives numbers that have the evidence for a verdict their parts of the error rate,
// those nearest to the limit first, while that makes the answer sharper.
func (c *controlled) rankKnown(i int) (alpha []Assignment) {
	numbers := c.weigh().tiers[i].numbers
	sorted := slices.Sorted(maps.Keys(numbers))
	s := stand(c.beliefs(i))
	give := func(n int, want search.Verdict) bool {
		pass, fail := numbers[n].evidence()
		if want == search.Pass && pass < c.needs(i, n, want) || want == search.Fail && fail < c.needs(i, n, want) {
			return false
		}
		if a, isNew := c.rank(i, n, want); isNew {
			alpha = append(alpha, a)
		}
		return true
	}
	for _, n := range c.doubtful(i) {
		if numbers[n] != nil {
			give(n, search.Fail)
		}
	}
	for _, n := range sorted {
		if n > s.Pass && (s.Fail == 0 || n < s.Fail) && give(n, search.Fail) {
			s.Fail = n
			break
		}
	}
	for _, n := range slices.Backward(sorted) {
		if n > s.Pass && (s.Fail == 0 || n < s.Fail) && give(n, search.Pass) {
			break
		}
	}
	return alpha
}

// rankBeyond gives the two numbers next to the limit their parts of the error rate if the
// limit is beyond what may be tried. They will not be asked about, but a journal may hold
// enough evidence to decide them.
func (c *controlled) rankBeyond(i int) {
	_, last, _ := c.limits()
	pass, fail := 0, 0
	numbers := c.weigh().tiers[i].numbers
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		if numbers[n].tentative != search.Fail {
			continue
		}
		if n <= last {
			return // the limit is within
		}
		if fail == 0 {
			fail = n
		}
	}
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		if n > last && numbers[n].tentative == search.Pass && (fail == 0 || n < fail) {
			pass = n
		}
	}
	if fail > 0 {
		c.rank(i, fail, search.Fail)
	}
	if pass > 0 {
		c.rank(i, pass, search.Pass)
	}
}

// rank gives a number the next part of the error rate for a verdict, and reports whether
// that is new: a number keeps the part that it has.
func (c *controlled) rank(i, n int, want search.Verdict) (a Assignment, isNew bool) {
	l := &c.levels[i]
	k := l.at(n)
	switch {
	case want == search.Pass && k.passRank == 0:
		l.passes++
		k.passRank = l.passes
		return Assignment{Tier: i, Agents: n, Verdict: want, Rank: k.passRank}, true
	case want == search.Fail && k.failRank == 0:
		l.fails++
		k.failRank = l.fails
		return Assignment{Tier: i, Agents: n, Verdict: want, Rank: k.failRank}, true
	}
	return a, false
}
