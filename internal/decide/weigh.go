package decide

import (
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/search"
)

// minPhases is the least number of phases with loads of their own that decide anything: with
// fewer, the variance between phases is a guess.
const minPhases = 5

// weigh weighs all observations.
func (c *controlled) weigh() *weighed {
	if c.derived.weighed != nil {
		return c.derived.weighed
	}
	w := &weighed{}
	c.derived.heat = findHeat(c.pulses())
	c.derived.from, w.memory = c.steadyFrom()
	for i := range c.tiers {
		w.tiers = append(w.tiers, c.weighTier(i, &w.memory))
	}
	c.derived.weighed = w
	return w
}

func (c *controlled) weighTier(i int, m *memory) (w weighedTier) {
	w.numbers = make(map[int]*evidence)
	tier := &c.tiers[i]
	for side := range w.fits {
		for j := range tier.Criteria {
			w.fits[side] = append(w.fits[side], c.fit(i, j, side))
		}
	}
	for _, n := range c.numbers() {
		w.numbers[n] = c.weighNumber(i, n, &w, m)
	}
	return w
}

// numbers returns the numbers of agents that left evidence, in increasing order.
func (c *controlled) numbers() (ns []int) {
	for _, o := range c.counted() {
		ns = append(ns, o.Agents)
	}
	slices.Sort(ns)
	return slices.Compact(ns)
}

// weighNumber weighs what is known of one tier at one number of agents.
func (c *controlled) weighNumber(i, n int, w *weighedTier, m *memory) *evidence {
	e := &evidence{tentative: search.Pass}
	var phases []*replicate
	for k := range c.counted() {
		if o := &c.counted()[k]; o.Agents == n && len(o.Tiers[i].Criteria) > 0 && o.Tiers[i].Categorical == "" {
			phases = append(phases, o)
			e.measured += o.Measured.Seconds()
		}
	}
	if c.derived.heat != nil {
		e.hot = len(phases) > 0
		phases = c.warm(phases)
	}
	e.phases = len(phases)
	kept, falling, rising := c.settledPhases(phases)
	switch {
	case falling:
		e.noPass = "the system gets slower while it is measured"
	case rising:
		e.noFail = "the system gets faster while it is measured"
	}
	if why := c.unlike(n, phases); why != "" {
		e.noPass = why
	}
	if m.drift != 0 {
		e.blocked = m.driftText()
	}
	moments := c.moments(n)
	for j := range c.tiers[i].Criteria {
		x := c.weighCriterion(i, j, n, kept, moments, w, m)
		limit := c.tiers[i].Criteria[j].Limit()
		x.joined.Limit = limit
		for _, o := range phases {
			x.joined.join(o.Tiers[i].Criteria[j])
		}
		e.requests = max(e.requests, x.pass.requests)
		e.unmeasurable = e.unmeasurable || x.joined.mostlyUnmeasurable()
		switch {
		case e.hot && e.phases < minPhases:
			// The curve says more than phases of a system that was hotter or cooler.
			if x.fail.p > limit {
				e.tentative = search.Fail
			}
		case x.fail.requests == 0 || x.joined.mostlyUnmeasurable():
			x.logPass, x.logFail = math.Inf(-1), math.Inf(-1)
			if e.tentative == search.Pass {
				e.tentative = search.Unclear
			}
		case e.phases < minPhases && x.joined.Against.Share() <= limit:
			// A few phases at loads below the mean say little of those above: what the curve
			// makes of them is no reason to turn back.
		case x.fail.p > limit:
			e.tentative = search.Fail
		}
		e.criteria = append(e.criteria, x)
	}
	return e
}

// weighCriterion weighs one criterion at n agents by the phases that count there.
func (c *controlled) weighCriterion(i, j, n int, phases []*replicate, moments []moment, w *weighedTier, m *memory) (x criterionEvidence) {
	crit := &c.tiers[i].Criteria[j]
	q := crit.Limit()
	for side, s := range []*share{&x.pass, &x.fail} {
		var samples []sample
		for _, o := range phases {
			if k, bad := c.counts(o, i, j, side); k > 0 {
				samples = append(samples, sample{k, bad, c.load(o), c.warmth(o), c.points(o, i, j, side)})
			}
		}
		f := &w.fits[side][j]
		*s = assist(&f.loadCurve, n, moments, f.gamma, samples, len(c.seen), q)
		s.m, s.nu = s.m/m.inflation, s.nu/m.inflation
	}
	// Of a load above any that was measured it is unknown what would be, except by what
	// larger numbers had there; of one below, a fail may not use that it might be better.
	x.pass.held = x.pass.p + x.pass.unseen*(c.worstAbove(i, j, n, phases)-x.pass.p)
	x.fail.held = x.fail.p - x.fail.unlit*x.fail.p
	doubt := c.longer(i, j, n).doubt
	x.pass.held, x.fail.held = x.pass.held+doubt, x.fail.held-doubt
	enough := min(x.pass.m*m.inflation, x.fail.m*m.inflation) >= minPhases && (m.inflation == 1 || x.fail.m >= leastEffective)
	x.logPass, x.logFail = math.Inf(-1), math.Inf(-1)
	if enough {
		x.logPass = logE((q-x.pass.held)/math.Sqrt(x.pass.v/x.pass.m), x.pass.m, x.pass.nu)
		x.logFail = logE((x.fail.held-q)/math.Sqrt(x.fail.v/x.fail.m), x.fail.m, x.fail.nu)
	}
	if crit.Metric == TTFT {
		c.betOnLateness(&x, i, j, n, phases, q)
	}
	return x
}
