package decide

import (
	"cmp"
	"math"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// assumedTurn is how many seconds a turn takes while nothing at all is known.
const assumedTurn = 10

const (
	// paceNear is the ratio of two numbers of agents, as a logarithm, at which the pace of
	// one says little of that of the other: a quarter more agents are somewhat slower.
	paceNear = 0.25
	// paceMargin is how much faster than its floor a system is assumed to be before
	// anything was measured: at its limit a quarter of the requests is below the floor.
	paceMargin = 1.15
	// assumedFirst is the time to first token, in seconds, that is assumed then.
	assumedFirst = 0.5
)

// pace returns the pace to expect at a number of agents: that of the phases measured, those
// of the nearest numbers most, or before the first one that of the slowest floor.
func (c *controlled) pace(agents int) record.Pace {
	nearest := math.Inf(1)
	for i := range c.seen {
		if o := &c.seen[i]; o.Pace.W > 0 {
			nearest = min(nearest, distance(agents, o.Agents))
		}
	}
	var sums PaceSums
	for i := range c.seen {
		o := &c.seen[i]
		if o.Pace.W > 0 {
			d, n := distance(agents, o.Agents)/paceNear, nearest/paceNear
			sums.add(o.Pace, math.Exp(n*n-d*d))
		}
	}
	if p, ok := sums.pace(); ok {
		return p
	}
	return record.Pace{First: assumedFirst, Token: 1 / (paceMargin * cmp.Or(c.slowest(), 20))}
}

func distance(a, b int) float64 { return math.Abs(math.Log(float64(a) / float64(b))) }

// slowest returns the lowest floor of speed; 0 without one.
func (c *controlled) slowest() (floor float64) {
	for i := range c.tiers {
		for j := range c.tiers[i].Criteria {
			if crit := &c.tiers[i].Criteria[j]; !crit.Metric.Ceiling && (floor == 0 || crit.Bound < floor) {
				floor = crit.Bound
			}
		}
	}
	return floor
}

// population returns the steady state of the load at the pace of the number measured last,
// which in most of a search is one next to the limit.
func (c *controlled) population() *Population {
	if c.derived.population == nil {
		p := Population{}
		if c.Steady != nil && len(c.seen) > 0 {
			p = c.Steady(c.pace(c.seen[len(c.seen)-1].Agents))
		} else if c.Steady != nil {
			p = c.Steady(c.pace(1))
		}
		c.derived.population = &p
	}
	return c.derived.population
}

// moments returns draws from the steady state at a number of agents.
func (c *controlled) moments(agents int) []moment {
	l := c.derived.moments[agents]
	if l == nil {
		l = c.population().moments(agents)
		c.derived.moments[agents] = l
	}
	return l
}

// turn returns the seconds from one request of an agent to its next: as measured at the
// number or one near it, or as the population has it.
func (c *controlled) turn(agents int) float64 {
	nearest, requests, time := math.Inf(1), 0.0, 0.0
	for i := range c.seen {
		o := &c.seen[i]
		d := distance(agents, o.Agents)
		if o.Load.Requests == 0 || d > nearest {
			continue
		}
		if d < nearest {
			nearest, requests, time = d, 0, 0
		}
		requests += o.Load.Requests
		time += float64(o.Agents) * o.Measured.Seconds()
	}
	if requests >= fewest {
		return time / requests
	}
	if s := c.population().Seconds; s > 0 {
		return s
	}
	if requests > 0 {
		return time / requests
	}
	return assumedTurn
}

// quick reports whether turns are short at a number of agents.
func (c *controlled) quick(n int) bool { return c.turn(n) <= quickTurn }

// quickTurn is the time of a turn, in seconds, up to which a steep limit is looked for and windows
// are longer for the sake of bets. Where turns are longer so are phases, and one phase more often
// shows what its agents happened to hold: in searches of the worlds whose turns take 20 s, both
// misled more than they helped.
const quickTurn = 10
