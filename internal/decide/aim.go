package decide

import (
	"cmp"
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/search"
)

// A question is what to measure next.
type question struct {
	n     int
	tiers []int // those that want a decision on it; none if only a direction
	why   string
	probe bool // a scan between numbers that were tried
	alpha []Assignment
}

// think returns a copy for what-if evaluation. What it assigns is discarded, unless a plan
// carries it to Observe.
func (c *controlled) think() *controlled {
	t := *c
	t.levels = make([]level, len(c.levels))
	for i, l := range c.levels {
		t.levels[i] = l
		t.levels[i].numbers = make(map[int]*number, len(l.numbers))
		for n, k := range l.numbers {
			t.levels[i].numbers[n] = new(*k)
		}
	}
	return &t
}

// settled returns a copy that has assigned what the next plan would assign.
func (c *controlled) settled() *controlled {
	c.weigh() // which both share
	t := c.think()
	t.ask()
	return t
}

// ask returns what to measure next. It gives the numbers that have to be decided their parts
// of the error rate.
func (c *controlled) ask() (q question, ok bool) {
	for i := range c.tiers {
		c.rankBeyond(i)
	}
	// What is known well enough needs only to be given its part.
	for i := range c.tiers {
		q.alpha = append(q.alpha, c.rankKnown(i)...)
	}
	for {
		var wants []want
		for i := range c.tiers {
			wants = append(wants, c.wants(i)...)
		}
		assigned := false
		for _, w := range wants {
			// A number that is soon left for one nearer to the limit costs no part.
			if w.sure && (c.single() || c.levels[w.tier].at(w.n).phases >= takenUp) {
				if a, isNew := c.rank(w.tier, w.n, w.verdict); isNew {
					q.alpha = append(q.alpha, a)
					assigned = true
				}
			}
		}
		if assigned {
			continue // it may be sure by what is known
		}
		if len(wants) == 0 {
			return c.scan(q)
		}
		// Directions come first: a decision may turn out not to be wanted. Of decisions,
		// the number that has waited longest, so that those on both sides of a limit, and
		// all tiers, see the same moods of the system.
		// A system that is not steady is given time at one number instead: it may be the
		// changes of the number that move it.
		stay := 0
		if m := c.weigh().memory; len(c.seen) > 0 && (m.inflation > 2 || m.drift != 0) {
			stay = c.seen[len(c.seen)-1].Agents
		}
		best := slices.MinFunc(wants, func(a, b want) int {
			if len(c.bounds.List) > 0 {
				return c.inTurn(a, b)
			}
			if stay > 0 && (a.n == stay) != (b.n == stay) {
				return compareBool(b.n == stay, a.n == stay)
			}
			if a.sure != b.sure {
				return compareBool(a.sure, b.sure)
			}
			if x := cmp.Compare(c.chill(a.n), c.chill(b.n)); x != 0 {
				return x
			}
			if a.sure {
				return cmp.Or(c.latest(a.n)-c.latest(b.n), a.tier-b.tier, a.n-b.n)
			}
			return cmp.Or(a.tier-b.tier, a.n-b.n)
		})
		q.n, q.why = best.n, "which way to go from here"
		for _, w := range wants {
			if w.sure && w.n == q.n && best.sure {
				q.tiers, q.why = append(q.tiers, w.tier), "to decide on this number"
			}
		}
		if c.Companion && c.single() && best.sure && len(c.seen)%2 == 1 {
			q.n = companion(q.n)
			q.why = "to see how the system changes with the load"
		}
		return q, true
	}
}

// companion is the number measured beside n: a fifth more.
func companion(n int) int { return n + max(1, (n+2)/5) }

func compareBool(a, b bool) int {
	if a == b {
		return 0
	}
	if b {
		return -1
	}
	return 1
}

// wants returns what one tier would measure next; none when it is settled.
func (c *controlled) wants(i int) (ws []want) {
	if len(c.bounds.List) > 0 {
		return c.listed(i)
	}
	first, last, start := c.limits()
	beliefs := c.beliefs(i)
	s := stand(beliefs)
	known := make(map[int]belief)
	for _, b := range beliefs {
		known[b.N] = b
	}
	open := func(n int) bool { return n >= first && n <= last && !known[n].Spent }
	for _, x := range s.Contradictions {
		for _, n := range [...]int{x.Fail, x.Pass} {
			if open(n) && c.levels[i].numbers[n].phases < scanPhases {
				return []want{{i, n, true, known[n].Lean}}
			}
		}
	}
	if first == last {
		return c.decideOne(i, first, known)
	}
	unclear := 0 // the smallest above what passes of which nothing can be said
	for _, b := range beliefs {
		if b.Lean == search.Unclear && b.N > s.Lean && (s.Limit == 0 || b.N < s.Limit) && (unclear == 0 || b.N < unclear) {
			unclear = b.N
		}
	}
	if unclear > 0 && open(unclear) && c.levels[i].numbers[unclear].phases < mostUnclear {
		return []want{{tier: i, n: unclear}}
	}
	if s.Limit > last {
		s.Limit = 0 // between Max and there nothing may be asked
	}
	low, high := max(first-1, s.Lean), s.Limit
	if unclear > 0 && (high == 0 || unclear < high) {
		high = unclear
	}
	if len(beliefs) == 0 {
		return []want{{tier: i, n: start}}
	}
	switch {
	case high == 0 && low < last:
		return []want{{tier: i, n: min(max(start, 2*low), last)}}
	case high > 0 && low < first && high > first:
		return []want{{tier: i, n: max(first, high/2)}}
	case high > 0 && low >= first && high-low > 1 && (float64(high)/float64(low) > bracketRatio || c.steep(i, low, high)):
		n := int(math.Round(math.Sqrt(float64(low) * float64(high))))
		return []want{{tier: i, n: int(clamp(float64(n), float64(low+1), float64(high-1)))}}
	}
	most := last
	if unclear > 0 {
		if high = s.Limit; high == 0 {
			most = low // of what is above nothing can be said
		}
	}
	if most < first {
		return nil
	}
	return c.decisions(i, s, low, high, most, open)
}

// decisions returns the numbers on both sides of the limit that the tier would decide; the
// largest that may be is most.
func (c *controlled) decisions(i int, s standing, low, high, most int, open func(int) bool) (ws []want) {
	first, last, _ := c.limits()
	if s.Pass > 0 && (s.Fail == s.Pass+1 || s.Pass >= most) || s.Fail == first {
		return nil
	}
	at, _, _, ok := c.crossing(i)
	if !ok {
		at = float64(max(low, first))
	}
	if high == 0 {
		at = float64(most) // nothing that may be tried seems to fail
	}
	at = clamp(c.withinSight(at, low, high), float64(max(s.Pass, first-1)), limitOf(s.Fail))
	side := aimed{tier: i, open: open, last: s.Pass > 0 && s.Fail == s.Pass+2, far: c.Budget > 0 && s.far(), late: c.Budget > 0 && c.elapsed-c.following() > latePart*c.Budget.Seconds()}
	if high == low+1 {
		side.steep, side.apart = c.steep(i, low, high), c.apart(i, low, high)
	}
	if side.steep {
		at = float64(low) + 0.5
	}
	var above float64
	side.at, above = c.sides(i, at)
	if n := side.below(c, max(first, s.Pass+1), s.Pass > 0); n > 0 {
		ws = append(ws, want{i, n, true, search.Pass})
	}
	if high > 0 {
		end := last
		if s.Fail > 0 {
			end = min(end, s.Fail-1)
		}
		side.at = above
		if n := side.above(c, end, s.Fail > 0); n > 0 {
			ws = append(ws, want{i, n, true, search.Fail})
		}
	}
	if side.far && len(ws) > 1 {
		return c.soonest(ws)
	}
	return ws
}
