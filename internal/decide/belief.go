package decide

import (
	"github.com/agentperf/agentperf-go/search"
)

// needs returns the log e-value that a verdict on a number takes.
func (c *controlled) needs(i, n int, want search.Verdict) float64 {
	l := &c.levels[i]
	rank := l.passes + 1
	if want == search.Fail {
		rank = l.fails + 1
	}
	if k := l.numbers[n]; k != nil {
		if want == search.Pass && k.passRank > 0 {
			rank = k.passRank
		}
		if want == search.Fail && k.failRank > 0 {
			rank = k.failRank
		}
	}
	return needed(c.ErrorRate, want, rank-1, len(c.tiers[i].Criteria))
}

// belief returns what to think of a number.
func (c *controlled) belief(i, n int) belief {
	k := c.levels[i].numbers[n]
	if k.categorical() {
		return belief{N: n, Lean: search.Fail, Sure: true, Spent: true}
	}
	b := belief{N: n}
	e := c.weigh().tiers[i].numbers[n]
	if e == nil || e.phases == 0 && !e.hot {
		if k.failed > 0 {
			b.Lean = search.Fail
		}
		b.Spent = k.void > 1
		return b
	}
	b.Lean = e.tentative
	pass, fail := e.evidence()
	if k.passRank > 0 && pass >= c.needs(i, n, search.Pass) {
		b.Lean, b.Sure = search.Pass, true
	}
	if k.failRank > 0 && fail >= c.needs(i, n, search.Fail) {
		b.Lean, b.Sure = search.Fail, true
	}
	if !b.Sure && k.kept != search.Unclear && !c.refuted(i, n) {
		b.Lean, b.Sure = k.kept, true
	}
	switch {
	case k.void > 1 || k.measured >= c.MaxMeasure:
		b.Spent = true
	case b.Lean == search.Unclear:
		b.Spent = e.unmeasurable && k.measured >= blankBlocks*c.seen[len(c.seen)-1].Block
	}
	return b
}

// beliefs returns the beliefs of tier i in all numbers that were measured.
func (c *controlled) beliefs(i int) (bs []belief) {
	_, last, _ := c.limits()
	for n, k := range c.levels[i].numbers {
		if k.phases == 0 && k.void == 0 {
			continue
		}
		// A journal may know of more agents than may be tried. Only what is decided counts
		// there, as nothing more can be learned.
		if k.failed == 0 && k.void == 0 && c.weigh().tiers[i].numbers[n] == nil {
			continue // what was seen of it is no longer so
		}
		if b := c.belief(i, n); b.Sure || n <= last {
			bs = append(bs, b)
		}
	}
	return bs
}
