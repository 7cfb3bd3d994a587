package decide

import (
	"math"
	"time"
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
	windowRequests          = 10
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
	p.Most = whole(c.usualWindow(p.Agents, start), p.Block)
	p.Look = p.Block
	p.Timeout = ramp(p.Agents, c.SpawnRate) + p.Settle + p.FirstTokens + p.Most + time.Minute
	p.Cost = c.cost(p)
}

// cost estimates how long a phase takes whose window is known.
func (c *controlled) cost(p *Plan) time.Duration {
	start, usual := c.parts(p.Agents)
	return seconds(start + max(usual, p.Most.Seconds()))
}

// whole rounds seconds up to whole blocks.
func whole(s float64, block time.Duration) time.Duration {
	return max(1, (seconds(s)+block-1)/block) * block
}

// longWindow is the greatest length of a window that is longer for the sake of bets, in seconds.
func (c *controlled) longWindow(agents int) float64 {
	return min(longTurns*c.turn(agents), mostWindow)
}

// longTurns is that in turns: settling is then a fifth of a phase.
const longTurns = 10

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
