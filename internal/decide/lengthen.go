package decide

import "github.com/agentperf/agentperf-go/search"

// lengthen makes the window of a phase that is to decide longer where bets need that.
func (c *controlled) lengthen(p *Plan) {
	if longer := whole(c.betWindow(p), p.Block); longer > p.Most {
		p.Timeout += longer - p.Most
		p.Most = longer
		p.Cost = c.cost(p)
	}
}

// betWindow returns how long a window has to be for bets on lateness to be decided in as many
// phases as the mean over phases is: bets take a measured time, in however few phases that is,
// and each phase has to settle. Before a number is known it is assumed to take as many phases
// as most do. While the number above it is measured as well, and not late either, that one
// does half of it.
func (c *controlled) betWindow(p *Plan) (window float64) {
	if !c.quick(p.Agents) {
		return 0
	}
	for _, i := range p.Tiers {
		e := c.weigh().tiers[i].numbers[p.Agents]
		var x effort
		for j := range c.tiers[i].Criteria {
			y := c.effort(i, j, p.Agents, search.Pass)
			x = effort{max(x.phases, y.phases), max(x.measured, y.measured)}
		}
		if s := stand(c.beliefs(i)); s.Fail == 0 && s.Limit > p.Agents && c.inTime(i, s.Limit) {
			x.measured /= 2
		}
		if x.phases < giveUp {
			window = max(window, x.measured/max(1, x.phases, float64(usualPhases-phasesOf(e))))
		}
	}
	return min(window, c.longWindow(p.Agents))
}

// inTime reports whether next to no first token was late at a number of agents.
func (c *controlled) inTime(i, n int) bool {
	for j := range c.tiers[i].Criteria {
		if c.tiers[i].Criteria[j].Metric == TTFT && c.predicted(i, j, n) > nextToNone {
			return false
		}
	}
	return true
}
