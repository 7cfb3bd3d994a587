package decide

import "github.com/agentperf/agentperf-go/search"

// keep keeps the bounds of tiers in which both sides are decided: the search might have ended
// there, and what it measures beyond only moves them nearer to each other. Each was certain by
// its part of the error rate when it was reached, which is for all looks together.
func (c *controlled) keep() {
	for i := range c.levels {
		if s := stand(c.beliefs(i)); s.Pass > 0 && s.Fail > 0 {
			c.levels[i].at(s.Pass).kept, c.levels[i].at(s.Fail).kept = search.Pass, search.Fail
		}
	}
}
