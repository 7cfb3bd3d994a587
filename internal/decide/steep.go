package decide

import "github.com/agentperf/agentperf-go/search"

// A load curve is smooth. Where a limit is a step, from next to no bad requests to many within
// one agent, it tells neither where that is nor that both neighbors can be decided. Phases show
// it, and where they are short it pays to look for it.

// steep reports whether a tier keeps its promises at low agents by far and breaks one at high
// by far, as far as the requests there show: then the limit is looked for between the two.
func (c *controlled) steep(i, low, high int) bool {
	return c.quick(low) && c.shown(i, low) == search.Pass && c.shown(i, high) == search.Fail
}

// shown returns what the requests measured at a number of agents show by themselves, without
// a curve; Unclear if they are too few or too near to a limit.
func (c *controlled) shown(i, n int) search.Verdict {
	e := c.weigh().tiers[i].numbers[n]
	if e == nil || len(e.criteria) == 0 {
		return search.Unclear
	}
	verdict := search.Pass
	for j := range e.criteria {
		o := &e.criteria[j].joined
		requests, _ := o.Against.Counts()
		switch {
		case requests < fewest || o.mostlyUnmeasurable():
			verdict = search.Unclear
		case score(&o.Against, o.Limit) > clearly && o.Against.Share() > clearlyBeyond*o.Limit:
			return search.Fail
		case o.For.Share() > clearlyWithin*o.Limit && o.endedScore() > -clearly:
			verdict = search.Unclear
		}
	}
	return verdict
}

// unmet reports whether a part of the load that counts was not yet met in the few phases at a
// number. A smooth curve takes the step for an effect of the load, and what it makes of that part
// says nothing of how long the number takes.
func (c *controlled) unmet(i, n int) bool {
	e := c.weigh().tiers[i].numbers[n]
	if phasesOf(e) == 0 || e.phases >= 2*minPhases {
		return false
	}
	for j := range e.criteria {
		if e.criteria[j].pass.unseen > unmetPart {
			return true
		}
	}
	return false
}

// unmetPart is the part of the load that may be left out: less than what it takes to bring a
// share of next to 0 over a limit.
const unmetPart = 0.1

// apart reports whether two neighbors, one on either side of a limit, differ by so much that
// both can be decided.
func (c *controlled) apart(i, low, high int) bool {
	a, b := c.weigh().tiers[i].numbers[low], c.weigh().tiers[i].numbers[high]
	if !c.quick(low) || min(phasesOf(a), phasesOf(b)) < takenUp {
		return false
	}
	for j := range b.criteria {
		x, y := &a.criteria[j].joined, &b.criteria[j].joined
		if p, q := x.Against.Share(), y.Against.Share(); p < x.Limit && q > x.Limit && q-p >= apartPart*x.Limit {
			return true
		}
	}
	return false
}

// apartPart is the difference of two shares, relative to the limit, from which neighbors are
// apart. Of the worlds with slow turns, the steepest has half of it.
const apartPart = 0.8

// withinSight bounds where a curve crosses its limit by what was seen: above the number low,
// which seems to hold, and below high, which does not; 0 for none. A tenth beyond them is
// within what the loads of a phase explain.
func (c *controlled) withinSight(at float64, low, high int) float64 {
	if !c.quick(max(1, low)) {
		return at
	}
	if low > 0 {
		at = max(at, 0.9*float64(low))
	}
	if high > 0 {
		at = min(at, 1.1*float64(high))
	}
	return at
}
