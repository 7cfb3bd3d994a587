package decide

import (
	"cmp"
	"slices"

	"github.com/agentperf/agentperf-go/search"
)

const (
	// sharpenSeconds is the time of the run until which numbers nearer to the limit are
	// aimed at once both sides are decided, and neighborSeconds how long one of them may be
	// projected to take where the answer is near enough to be useful.
	sharpenSeconds, neighborSeconds = 85 * 60, 40 * 60
	// exploreSeconds is the time of the run until which numbers next to the limit are
	// measured without a projection.
	exploreSeconds = 60 * 60
	// farApart is the ratio of two bounds from which they are too far apart to be useful: the
	// number in their middle, as a ratio, is more than a quarter from both. The search then
	// goes on for as long as the budget lasts.
	farApart = 1.25 * 1.25
)

// sharper returns the number nearest to the limit on a side that is projected to be decided
// in the time that is left for that; 0 for none that is nearer than the one decided. A side
// that has no number near the limit yet is given all of it, one that has some minutes, and one
// of neighbors that are far apart the whole budget. So are bounds that are; where nothing
// between is projected in time, they get what is projected soonest, since projections are often
// too long by half.
func (a *aimed) sharper(c *controlled, from, direction, end int, want search.Verdict) int {
	left := sharpenSeconds - c.elapsed
	switch {
	case a.far:
		left = giveUp - 1
	case a.near(end + direction):
		left = min(left, neighborSeconds)
	}
	if a.apart {
		left = giveUp - 1 // there is an exact answer
	}
	if c.Budget > 0 {
		left = min(left, c.Budget.Seconds()-c.elapsed)
	}
	soonest, least := 0, float64(giveUp)
	for n := from; (n-end)*direction <= 0; n += direction {
		if !a.open(n) {
			continue
		}
		took := c.remaining(a.tier, n, want)
		if took <= left || n == from && a.unexplored(c, n) {
			return n
		}
		if took < least {
			soonest, least = n, took
		}
	}
	if a.far && left > 0 {
		return soonest
	}
	return 0
}

// unexplored reports whether a number next to the limit has too few phases to be projected:
// where limits are steep, the curve says less of it than those phases will. Where phases are
// short, twice as many are no loss, nor are twice that for the last number between two that
// are decided.
func (a *aimed) unexplored(c *controlled, n int) bool {
	until, most := float64(exploreSeconds), minPhases
	if c.quick(n) {
		until, most = sharpenSeconds, 2*minPhases
		if a.last {
			most *= 2
		}
	}
	return c.elapsed < until && phasesOf(c.weigh().tiers[a.tier].numbers[n]) < most
}

// far reports whether both sides are decided, and bounds are too far apart to be useful.
func (s *standing) far() bool { return s.Pass > 0 && float64(s.Fail) > farApart*float64(s.Pass) }

// soonest returns that of two numbers, one on each side of a limit, which is projected to be
// decided sooner: either of them brings the bounds nearer to each other.
func (c *controlled) soonest(ws []want) []want {
	return []want{slices.MinFunc(ws, func(a, b want) int {
		return cmp.Compare(c.remaining(a.tier, a.n, a.verdict), c.remaining(b.tier, b.n, b.verdict))
	})}
}
