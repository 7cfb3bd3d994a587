package decide

import "github.com/agentperf/agentperf-go/search"

// keep keeps the bounds of tiers in which both sides are decided: the search might have ended
// there, and what it measures beyond only moves them nearer to each other. Each was certain by
// its part of the error rate when it was reached, which is for all looks together. Those that
// were refuted are kept no longer, whatever comes after.
//
// It is called when a plan's parts are assigned, before its phase: with those parts the bounds
// were reached when the plan was made, and the phase may be one that a journal leaves out.
func (c *controlled) keep() {
	for i := range c.levels {
		for n, k := range c.levels[i].numbers {
			if c.refuted(i, n) {
				k.kept = search.Unclear
			}
		}
		if s := stand(c.beliefs(i)); s.Pass > 0 && s.Fail > 0 {
			c.levels[i].at(s.Pass).kept, c.levels[i].at(s.Fail).kept = search.Pass, search.Fail
		}
	}
}

// refuted reports whether a number that was kept is so no longer: the system changed since it was
// measured, or there is by now the evidence that the contrary takes.
func (c *controlled) refuted(i, n int) bool {
	e := c.weigh().tiers[i].numbers[n]
	if e == nil {
		return true
	}
	pass, fail := e.evidence()
	switch c.levels[i].numbers[n].kept {
	case search.Pass:
		return fail >= c.needs(i, n, search.Fail)
	case search.Fail:
		return pass >= c.needs(i, n, search.Pass)
	}
	return false
}
