package agentperf

import (
	"math"
	"slices"
)

// A tally is what the phases at one number of agents say together about how evenly a tier
// serves them.
type tally struct {
	agents        int     // over all phases: each was drawn anew
	time, slow    float64 // agent-seconds, in all and in requests that break the tier
	ended, broken int     // requests
	turns         float64 // requests that ended well
	allowed       float64 // seconds that the tier allows for them
	held          int     // of which the end was held back
	below         int     // agents with a median speed below the floor
	phases        int
	lags          []float64
}

// add adds a phase.
func (c *tally) add(p *PhaseResult, tier int) {
	f := p.Figures
	if f == nil || f.TurnsPerAgentHour == nil || tier >= len(f.Tiers) {
		return // or an earlier version wrote the journal
	}
	t, seconds := &f.Tiers[tier], float64(p.Agents)*p.MeasuredSeconds
	c.agents += p.Agents
	c.time += seconds
	c.slow += t.SlowAgentTime * seconds
	c.ended += t.Ended
	c.broken += t.Broken
	c.held += f.HeldEnds
	c.below += t.AgentsBelowFloor
	c.phases++
	turns := *f.TurnsPerAgentHour * seconds / 3600
	c.turns += turns
	if t.AllowedTurns != nil && *t.AllowedTurns > 0 {
		c.allowed += turns * 3600 / *t.AllowedTurns
	}
	if f.P95EndLag != nil {
		c.lags = append(c.lags, *f.P95EndLag)
	}
}

// tallyOf adds up the phases with the given indices.
func (r *Report) tallyOf(tier int, phases []int) (c tally) {
	for _, i := range phases {
		c.add(&r.Phases[i], tier)
	}
	return c
}

// rate returns turns per agent-hour.
func (c *tally) rate() float64 { return 3600 * c.turns / c.time }

// figures sets those of a number of agents.
func (c *tally) figures(n *Number) {
	if c.time == 0 {
		return
	}
	n.TurnsPerAgentHour, n.SlowAgentTime = new(c.rate()), new(c.slow/c.time)
	if len(c.lags) > 0 {
		slices.Sort(c.lags)
		n.P95EndLag = new(c.lags[len(c.lags)/2])
	}
}

const (
	// slowTimeShare and slowTimes say when a system takes agents out of circulation: more
	// than a third of them wait at a random moment for a request that breaks the tier, so
	// that the number is half as much again as what is served; and such requests take more
	// than five times as long as the others. At the limits of the systems in internal/worlds
	// they take once to three times as long, four times if an answer is at a half or at
	// twice the floor by chance. If 22 % of the requests are at a twentieth of the floor they
	// take eight times as long and more.
	slowTimeShare = 1. / 3
	slowTimes     = 5
	// heldShare is the share of answers whose end may be held back: a P95 leaves it out.
	heldShare = 0.05
	// leastHeld is the least number of such answers: a single one is a hiccup.
	leastHeld = 3
	// progressPart says when turns take too long although the tier holds: less than half
	// as many as it allows even if all were at the floor and at the ceiling. With a quarter
	// of the requests at a fourth of the floor, and all others at the floor, there would be
	// 57 % as many.
	progressPart = 0.5
	// progressTurns is the least number of turns for that. The lengths of answers are heavy
	// tailed: the mean of fewer is off by a half too often.
	progressTurns = 100
)

// outOfCirculation reports whether few requests take most of the agents' time.
func (c *tally) outOfCirculation() bool {
	if c.time == 0 || c.ended == 0 {
		return false
	}
	// Both shares are taken two standard errors, or two requests, towards a system that
	// serves its agents evenly. Observations are the agents, or the requests that break the
	// tier if the window has more of them.
	share := c.slow / c.time
	low := share - 2*math.Sqrt(share*(1-share)/float64(max(c.agents, c.broken)))
	requests := float64(c.broken+2) / float64(c.ended+4)
	return low > slowTimeShare && low*(1-requests) > slowTimes*requests*(1-low)
}

// holdsEnds reports whether the ends of answers are held back.
func (c *tally) holdsEnds() bool {
	return c.held >= leastHeld && float64(c.held) > heldShare*c.turns
}

// slowProgress reports whether there are far fewer turns than the tier allows, and than one
// agent alone has where that is known. It returns the fewer of those, per agent-hour.
func (c *tally) slowProgress(alone *tally) (least float64, slow bool) {
	if c.turns < progressTurns || c.allowed == 0 {
		return 0, false
	}
	least = 3600 * c.turns / c.allowed
	if alone != nil && alone.turns >= progressTurns {
		least = min(least, alone.rate())
	}
	return least, c.rate() < progressPart*least
}

// unfair reports whether more agents have a median speed below the floor than requests may
// be: percentiles are over requests, and fast agents send more. Over several phases it takes
// two standard errors. Observations are then the phases, since agents share their load.
func (c *tally) unfair(limit float64) bool {
	if c.phases == 0 {
		return false
	}
	share := float64(c.below) / float64(c.agents)
	if c.phases > 1 {
		share -= 2 * math.Sqrt(share*(1-share)/float64(c.phases))
	}
	return share > limit
}
