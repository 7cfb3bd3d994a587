package decide

import (
	"math"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/search"
)

const (
	// nearPhases is how many it takes where a search aims, next to the limit: what most of
	// the simulated searches took.
	nearPhases = 16
	// unknownRatio is the ratio of the limit to the number to start with that is assumed
	// while nothing was measured. Only its logarithm counts.
	unknownRatio = 16
)

// Outlook implements [Rule].
func (c *controlled) Outlook() (o Outlook) {
	o.Most = c.mostLeft()
	t := c.settled()
	directions, decisions := 0.0, 0.0
	left := make(map[int]float64) // seconds that the decision on a number takes, for all tiers
	for i := range t.tiers {
		s := stand(t.beliefs(i))
		of := make(map[int]float64) // for this tier: a pass or a fail, whichever is sooner
		for _, w := range t.wants(i) {
			if !w.sure {
				// Directions serve all tiers. Two decisions follow for each.
				phases, limit := t.directionsLeft(i, w.n)
				directions = max(directions, float64(phases)*t.directionSeconds(limit))
				decisions += 2 * max(t.usualSeconds(i, limit), nearPhases*t.phaseSeconds(limit))
				of[w.n] = 0
				continue
			}
			took := t.remaining(i, w.n, w.verdict)
			if len(t.seen) == 0 {
				took = t.usualSeconds(i, w.n)
			}
			if was, ok := of[w.n]; ok {
				took = min(took, was)
			}
			if len(t.bounds.List) == 0 && !s.far() && (s.Pass > 0 && w.verdict == search.Pass || s.Fail > 0 && w.verdict == search.Fail) {
				// That side is decided: what follows is left when it takes long.
				took = min(took, neighborSeconds, max(0, sharpenSeconds-t.elapsed))
			}
			of[w.n] = min(took, t.measureLeft(w.n))
		}
		var aims []int
		for n, took := range of {
			aims = append(aims, n)
			left[n] = max(left[n], took)
		}
		slices.Sort(aims)
		o.Aims = append(o.Aims, aims)
	}
	for _, took := range left {
		decisions += took
	}
	if c.Companion && c.single() {
		decisions *= 2
	}
	if q, ok := t.ask(); ok && decisions+directions == 0 {
		directions = t.directionSeconds(q.n) // a number to scan, and some after it
	}
	o.Remaining = seconds(directions + decisions)
	if o.Most > 0 {
		o.Remaining = min(o.Remaining, o.Most)
	}
	return o
}

// mostLeft returns the time that the bounds of the rule leave.
func (c *controlled) mostLeft() time.Duration {
	most := math.Inf(1)
	if c.Budget > 0 {
		most = max(0, c.Budget.Seconds()-c.elapsed)
	}
	if c.single() {
		n, _, _ := c.limits()
		left := c.measureLeft(n)
		if c.Companion {
			left *= 2
		}
		most = min(most, left)
	}
	if len(c.bounds.List) > 0 {
		most = min(most, c.listLeft())
	}
	if math.IsInf(most, 1) {
		return 0
	}
	return seconds(most)
}

// measureLeft returns for how many seconds of the system's time a number of agents may still
// be measured.
func (c *controlled) measureLeft(n int) float64 {
	part, measured := c.window(n)/c.phaseSeconds(n), 0.0
	if k := c.levels[0].numbers[n]; k != nil && k.measured > 0 {
		part, measured = c.windowPart(n), k.measured.Seconds()
	}
	return max(0, c.MaxMeasure.Seconds()-measured) / part
}

// window returns the length of a window in seconds, as schedule has it but for whole blocks.
func (c *controlled) window(n int) float64 {
	p := Plan{Agents: n}
	c.schedule(&p)
	return p.Most.Seconds()
}

// directionSeconds returns how long a phase takes that shows a direction.
func (c *controlled) directionSeconds(n int) float64 {
	p := Plan{Agents: n}
	c.schedule(&p)
	return c.phaseSeconds(n) - max(0, (p.Most-looks*p.Block).Seconds())
}

// usualSeconds returns how long a decision takes on a number that is clearly within its
// limits, with nothing late.
func (c *controlled) usualSeconds(i, n int) float64 {
	p := Plan{Agents: n}
	c.schedule(&p)
	phase := c.phaseSeconds(n)
	took := usualPhases * phase
	for j := range c.tiers[i].Criteria {
		if crit := &c.tiers[i].Criteria[j]; crit.Metric == TTFT && crit.Limit() > 0 && crit.Limit() < 1 {
			blocks := needed(c.ErrorRate, search.Pass, 0, len(c.tiers[i].Criteria)) / -math.Log1p(-crit.Limit())
			took = max(took, blocks*p.Block.Seconds()*phase/p.Most.Seconds())
		}
	}
	return took
}

// directionsLeft estimates how many phases the next direction at n and those after it take,
// and where the limit then is.
func (c *controlled) directionsLeft(i, n int) (phases, limit int) {
	_, last, start := c.limits()
	s := stand(c.beliefs(i))
	low, high := s.Lean, s.Limit
	switch {
	case high == 0: // doubling
		for high = n; high < unknownRatio*start; high *= 2 {
			phases++
		}
		phases++
		low = high / 2
	case low == 0: // halving, as if the next one holds
		phases, low = 1, n
	}
	if ratio := math.Log(float64(high) / float64(max(1, low))); ratio > math.Log(bracketRatio) {
		phases += int(math.Ceil(math.Log2(ratio / math.Log(bracketRatio))))
	}
	return max(1, phases), min(max(1, high), last)
}

// listLeft returns for how many seconds the numbers of a list may still be measured.
func (c *controlled) listLeft() (left float64) {
	for _, n := range c.bounds.List {
		left += c.measureLeft(n)
	}
	return left
}
