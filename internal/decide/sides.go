package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/search"
)

const (
	// takenUp is the number of phases from which a number that is to be decided is given its
	// part of the error rate: aims move in the first few.
	takenUp = 3
	// stickRatio is how far, as a ratio, a number that was taken up may be from the one that
	// would now be aimed at and still be gone on with.
	stickRatio = 1.13
	// alikeRatio is the ratio of two numbers up to which they are as good as the same: one
	// with a single phase is gone on with. Aims among a hundred agents move by one or two with
	// every phase, and none would ever have a second.
	alikeRatio = 1.05
	// bracketRatio is the ratio of the smallest number that seems to fail to the largest
	// that seems to hold below which more directions say less than decisions do.
	bracketRatio = 1.35
	// sideSeconds is how long the decision on one side of a limit may be projected to take
	// for a number to be aimed at: of those, the nearest to the limit is. Two sides and
	// the search before them then take an hour at the most, mostly.
	sideSeconds = 15 * 60
	// latePart is the part of the budget after which a side without any decided number takes
	// one that is projected to be decided soonest.
	latePart = 0.5
	// giveUp is the number of seconds beyond which nothing is projected: the evidence
	// points to no decision at all.
	giveUp = 1e6
	// mostUnclear is the number of phases after which a number that shows no direction is left.
	mostUnclear = 6
)

const (
	// belowPart and abovePart are how far from the limit the first number to be decided on
	// either side is at the most. Nearer to it shares differ from their limits by less than
	// phases differ from each other; further away the answer says less. Both together
	// bracket the limit within a third.
	belowPart, abovePart = 0.87, 1.14
	// clearlyWithin and clearlyBeyond are the shares, relative to the limit, from which a
	// nearer number will do.
	clearlyWithin, clearlyBeyond = 0.2, 2.0
	// nearPart is how far from the limit, relative to it, a number may be to be a useful
	// answer: a bracket of both sides is then within what capacity varies by from one day or
	// one workload to the next.
	nearPart = 0.18
	// mostRetreat is by which factor a number is lowered, or raised, at the most when there is
	// none on that side yet and time runs out.
	mostRetreat = 2.0
)

// aimed chooses the numbers to decide on both sides of a limit that is thought to be at a
// number of agents, with a fraction.
type aimed struct {
	tier int
	at   float64
	open func(int) bool
	late bool // time is running out
	// steep and apart say that the limit seems to be between two neighbors, that it is steep
	// there, and that they differ so much that both can be decided.
	steep, apart bool
	last         bool // there is one number between those that are decided
	far          bool // those that are decided are too far apart to be useful
}

// below returns the number to decide below the limit, from least on; 0 for none. decided says
// that a smaller one is known to hold already.
func (a *aimed) below(c *controlled, least int, decided bool) int {
	from := int(math.Floor(a.at))
	if decided {
		return a.sharper(c, max(from, least), -1, least, search.Pass)
	}
	n := max(from, least)
	if a.atOnce(c, n, search.Pass) {
		return n
	}
	for ; n > least && float64(n) > belowPart*a.at && !a.all(c, n, clearlyWithin); n-- {
	}
	if a.late {
		n = a.retreat(c, n, -1, least, search.Pass)
	}
	for n = max(n, least); n >= least && !a.open(n); n-- {
	}
	if n < least {
		return 0
	}
	return a.sooner(c, a.stick(c, n, least, from), -1, least, search.Pass)
}

// sooner returns a number further from the limit than n when n has shown that it would take
// too long: the nearest that is projected to be decided in the time for one side, up to the
// one that it would be lowered or raised to anyway.
func (a *aimed) sooner(c *controlled, n, direction, end int, want search.Verdict) int {
	if k := c.levels[a.tier].numbers[n]; k == nil || k.phases < minPhases || c.remaining(a.tier, n, want) <= sideSeconds {
		return n
	}
	for m := n + direction; (m-end)*direction <= 0 && a.near(m); m += direction {
		if a.open(m) && c.remaining(a.tier, m, want) <= sideSeconds {
			return m
		}
	}
	return n
}

// atOnce reports whether a number next to a steep limit is to be decided before any that is
// further away: until it has shown that it takes too long.
func (a *aimed) atOnce(c *controlled, n int, want search.Verdict) bool {
	switch {
	case !a.open(n) || !a.steep && !a.apart:
		return false
	case c.unmet(a.tier, n):
		return true
	case a.apart:
		return c.remaining(a.tier, n, want) <= neighborSeconds
	}
	return phasesOf(c.weigh().tiers[a.tier].numbers[n]) < minPhases || c.remaining(a.tier, n, want) <= sideSeconds
}

// retreat returns the nearest number from n on that is projected to be decided in a third of
// the time that is left, so that both sides are; or one far away.
func (a *aimed) retreat(c *controlled, n, direction, end int, want search.Verdict) int {
	left := (c.Budget.Seconds() - c.elapsed) / 3
	for m := n; (m-end)*direction <= 0 && math.Exp(distance(m, n)) < mostRetreat; m += direction {
		if a.open(m) && c.remaining(a.tier, m, want) <= left {
			return m
		}
	}
	return max(1, int(math.Round(float64(n)*math.Pow(mostRetreat, float64(direction)))))
}

// near reports whether a number is near enough to the limit for a useful answer: within a
// fifth of it.
func (a *aimed) near(n int) bool {
	return float64(n) >= math.Floor(a.at*(1-nearPart)) && float64(n) <= math.Ceil(a.at*(1+nearPart))
}

// stick returns the number near n, between two others, that has the most phases if it has two
// more than n.
func (a *aimed) stick(c *controlled, n, least, most int) int {
	best, has := n, 0
	if k := c.levels[a.tier].numbers[n]; k != nil {
		has = k.phases
	}
	has++
	for _, m := range c.numbers() {
		k := c.levels[a.tier].numbers[m]
		if m < least || m > most || !a.open(m) || math.Exp(distance(m, n)) > stickRatio && max(m-n, n-m) > 1 {
			continue
		}
		if k.phases > has || has == 1 && k.phases == 1 && math.Exp(distance(m, n)) <= alikeRatio {
			best, has = m, k.phases
		}
	}
	return best
}

// above returns the number to decide above the limit, up to most; 0 for none. decided says
// that a larger one is known to fail already.
func (a *aimed) above(c *controlled, most int, decided bool) int {
	from := int(math.Floor(a.at)) + 1
	if decided {
		return a.sharper(c, min(from, most), 1, most, search.Fail)
	}
	n := min(from, most)
	if a.atOnce(c, n, search.Fail) {
		return n
	}
	for ; n < most && float64(n) < abovePart*a.at && !a.any(c, n, clearlyBeyond); n++ {
	}
	if a.late {
		n = a.retreat(c, n, 1, most, search.Fail)
	}
	for n = min(n, most); n <= most && !a.open(n); n++ {
	}
	if n > most {
		return 0
	}
	return a.sooner(c, a.stick(c, n, from, most), 1, most, search.Fail)
}

// all reports whether the shares of all criteria are at most a multiple of their limits.
func (a *aimed) all(c *controlled, n int, multiple float64) bool {
	for j := range c.tiers[a.tier].Criteria {
		if c.predicted(a.tier, j, n) > multiple*c.tiers[a.tier].Criteria[j].Limit() {
			return false
		}
	}
	return true
}

// any reports whether the share of a criterion is at least a multiple of its limit.
func (a *aimed) any(c *controlled, n int, multiple float64) bool {
	for j := range c.tiers[a.tier].Criteria {
		if c.predicted(a.tier, j, n) >= multiple*c.tiers[a.tier].Criteria[j].Limit() {
			return true
		}
	}
	return false
}
