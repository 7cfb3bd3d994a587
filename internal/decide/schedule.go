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
	// requests it should have.
	leastWindow, mostWindow = 5.0, 120.0
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
	turn := c.turn(p.Agents)
	p.Block = seconds(math.Ceil(4*clamp(turn/2, leastBlock, mostBlock)) / 4)
	if c.Block > 0 {
		p.Block = min(c.Block, seconds(mostBlock))
	}
	p.SpawnRate, p.Drain, p.Fixed = c.SpawnRate, c.Drain, true
	if p.Settle = c.Settle; p.Settle == 0 {
		p.Settle = seconds(clamp(settleTurns*turn, leastSettle, mostSettle))
	}
	p.Settle = max(0, p.Settle)
	p.FirstTokens = patienceForFirst
	start := (ramp(p.Agents, c.SpawnRate) + p.Settle).Seconds()
	window := max(min(leastWindow, leastWindowBlocks*p.Block.Seconds()), windowTurns*turn, windowRequests*turn/float64(p.Agents), start)
	window = min(max(window, windowBlocks*p.Block.Seconds()), mostWindow)
	p.Most = max(1, (seconds(window)+p.Block-1)/p.Block) * p.Block
	p.Look = p.Block
	p.Timeout = ramp(p.Agents, c.SpawnRate) + p.Settle + p.FirstTokens + p.Most + time.Minute
	p.Cost = seconds(c.phaseSeconds(p.Agents))
}

// phaseSeconds estimates how long a phase takes.
func (c *controlled) phaseSeconds(agents int) float64 {
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
	turn := c.turn(agents)
	start := ramp(agents, c.SpawnRate).Seconds() + clamp(settleTurns*turn, leastSettle, mostSettle)
	if n > 0 && nearest < paceNear {
		start = sum / n
	}
	return start + clamp(max(windowTurns*turn, windowRequests*turn/float64(agents), start), leastWindow, mostWindow)
}
