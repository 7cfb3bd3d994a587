package decide

import (
	"math"
	"time"

	"github.com/agentperf/agentperf-go/search"
)

// The parts of a phase, by the time that a turn takes.
const (
	// settleTurns is how many turns agents are given to settle: what they were in the middle
	// of ends, and slow answers, which no start can foresee, become as common among the open
	// ones as they stay. leastSettle and mostSettle bound it, in seconds.
	settleTurns             = 2
	leastSettle, mostSettle = 2.0, 30.0
	// windowTurns is the length of a window in turns: what agents do is like itself for
	// much longer, so that longer windows say little more, and shorter ones cost more
	// settling than they measure.
	windowTurns = 2.5
	// leastWindow and mostWindow bound it, in seconds, and windowRequests is how many
	// requests it should have. A dozen windows of the least length, which is what two sides
	// take at least, have the 130 blocks of a second in which a fast system passes.
	leastWindow, mostWindow = 12.0, 120.0
	// longTurns bounds windows that are longer for the sake of bets, in turns.
	longTurns      = 10
	windowRequests = 10
	// windowBlocks is the least number of blocks of a window, which is settled for only once.
	windowBlocks = 5
	// leastWindowBlocks makes the least window shorter where blocks are: in one of a few
	// seconds there are then as many.
	leastWindowBlocks = 25
	// leastBlock and mostBlock bound the length of blocks, in seconds, which is half a
	// turn: queues and batches change with the requests in them.
	leastBlock, mostBlock = 0.25, 10.0
	// LeastBlock is the former, as a duration.
	LeastBlock = 250 * time.Millisecond
	// patienceForFirst is how long the window waits for every agent's first token: the
	// cold caches of some hundred agents take minutes.
	patienceForFirst = 3 * time.Minute
)

// schedule fills in the durations of a plan.
func (c *controlled) schedule(p *Plan) {
	p.Block = seconds(c.block(p.Agents))
	p.SpawnRate, p.Drain, p.Fixed = c.SpawnRate, c.Drain, true
	if p.Settle = c.Settle; p.Settle == 0 {
		p.Settle = seconds(c.settling(p.Agents))
	}
	p.Settle = max(0, p.Settle)
	p.FirstTokens = patienceForFirst
	start := (ramp(p.Agents, c.SpawnRate) + p.Settle).Seconds()
	window := min(max(c.usualWindow(p.Agents, start), c.betWindow(p)), mostWindow)
	p.Most = max(1, (seconds(window)+p.Block-1)/p.Block) * p.Block
	p.Look = p.Block
	p.Timeout = ramp(p.Agents, c.SpawnRate) + p.Settle + p.FirstTokens + p.Most + time.Minute
	begin, usual := c.parts(p.Agents)
	p.Cost = seconds(begin + max(usual, p.Most.Seconds()))
}

// settling returns for how many seconds agents settle once all have begun. The time in which
// they begin counts for half, as that is how long they have been there on average; the last one
// has a turn at least.
func (c *controlled) settling(agents int) float64 {
	turn := c.turn(agents)
	return clamp(max(turn, settleTurns*turn-ramp(agents, c.SpawnRate).Seconds()/2), leastSettle, mostSettle)
}

// block returns the length of blocks in seconds: whole quarters of a second unless it is given.
func (c *controlled) block(agents int) float64 {
	if c.Block > 0 {
		return min(c.Block.Seconds(), mostBlock)
	}
	return math.Round(4*clamp(c.turn(agents)/2, leastBlock, mostBlock)) / 4
}

// usualWindow returns the length of a window in seconds where phases take so long to start.
func (c *controlled) usualWindow(agents int, start float64) float64 {
	block, turn := c.block(agents), c.turn(agents)
	least := min(leastWindow, leastWindowBlocks*block)
	return min(mostWindow, max(least, windowBlocks*block, windowTurns*turn, windowRequests*turn/float64(agents), start))
}

// longWindow is the greatest length of a window that is longer for the sake of bets, in seconds.
func (c *controlled) longWindow(agents int) float64 {
	return min(longTurns*c.turn(agents), mostWindow)
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

// phaseSeconds estimates how long a phase takes.
func (c *controlled) phaseSeconds(agents int) float64 {
	start, window := c.parts(agents)
	return start + window
}

// parts estimates how long a phase takes beside its window, and how long that is.
func (c *controlled) parts(agents int) (start, window float64) {
	nearest, sum, n := math.Inf(1), 0.0, 0.0
	for i := range c.seen {
		o := &c.seen[i]
		d := distance(agents, o.Agents)
		if d > nearest || o.Took == 0 {
			continue
		}
		if d < nearest {
			nearest, sum, n = d, 0, 0
		}
		sum += (o.Took - o.Measured).Seconds()
		n++
	}
	start = ramp(agents, c.SpawnRate).Seconds() + c.settling(agents)
	if n > 0 && nearest < paceNear {
		start = sum / n
	}
	return start, c.usualWindow(agents, start)
}
