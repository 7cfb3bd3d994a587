package decide

import (
	"fmt"
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/search"
)

// NewControlled returns the controlled rule for the given tiers.
func NewControlled(cfg Controlled, tiers []Tier, bounds Bounds) Rule {
	return newControlled(cfg, tiers, bounds)
}

// Next implements [Rule].
func (c *controlled) Next() (p Plan, ok bool) {
	c.weigh()
	q, ok := c.think().ask()
	if !ok {
		return Plan{}, false
	}
	p = Plan{Agents: q.n, Draw: c.draws, Pace: c.pace(q.n), Alpha: q.alpha, Tiers: q.tiers, Why: q.why, Probe: q.probe}
	c.schedule(&p)
	c.lengthen(&p)
	if c.Budget > 0 && c.elapsed > 0 && c.elapsed+p.Cost.Seconds() > c.Budget.Seconds() {
		return Plan{}, false
	}
	return p, true
}

// Stop implements [Rule]. A phase that is to decide a number has a fixed length: ended when
// it looks good, it would be biased. One that only shows the direction ends once every tier
// that can learn from it knows it.
func (c *controlled) Stop(p Plan, sofar Observation) bool {
	if len(p.Tiers) > 0 {
		return false
	}
	for i := range c.tiers {
		s := stand(c.beliefs(i))
		if !p.Probe && (p.Agents <= s.Pass || s.Fail > 0 && p.Agents >= s.Fail) {
			continue // this number is decided by others
		}
		a := assess(sofar.Tiers[i].Criteria)
		if a.unmeasurable && sofar.Measured >= blankBlocks*sofar.Block {
			continue // more of the same answers would not help
		}
		few := a.requests < fewest
		if a.blocks < leastBlocks || few || !a.clear && sofar.Measured < looks*sofar.Block {
			return false
		}
	}
	return true
}

// Void reports whether the phase leaves no evidence, because the client failed or the
// phase was cut short. It is then run again.
func (o *Observation) Void() bool {
	switch o.Ending {
	case record.Interrupted, record.Stopped:
		return true
	case record.TimedOut:
		return o.Straddling > 0
	}
	return o.Invalid != ""
}

// Observe implements [Rule].
func (c *controlled) Observe(p Plan, o Observation) error {
	if err := o.Validate(c.tiers); err != nil {
		return err
	}
	if err := c.check(p.Alpha); err != nil {
		return err
	}
	c.assign(p.Alpha)
	c.keep()
	void := o.Void()
	if !p.Earlier {
		c.elapsed += o.Took.Seconds()
		c.draws = max(c.draws, p.Draw+1)
	}
	evidence := false
	for i := range c.levels {
		k := c.levels[i].at(o.Agents)
		t := &o.Tiers[i]
		if o.Invalid != "" || void && t.Categorical == "" {
			k.void++
			k.invalid = o.Invalid != ""
			continue
		}
		evidence = true
		k.phases++
		k.void, k.invalid = 0, false
		k.measured += o.Measured
		if t.Categorical != "" {
			k.failed++
			k.why = t.Categorical
		}
	}
	if evidence {
		at := c.elapsed - o.Took.Seconds() + o.Began.Seconds() + o.Measured.Seconds()/2
		past := c.past.after(float64(o.Agents), o.Began.Seconds()+o.Measured.Seconds()/2)
		c.seen = append(c.seen, replicate{Observation: o, earlier: p.Earlier, at: at, past: past})
	}
	if !p.Earlier {
		c.past = c.past.after(float64(o.Agents), o.Took.Seconds())
	}
	c.forget()
	return nil
}

// check reports impossible assignments: they may come from a file.
func (c *controlled) check(alpha []Assignment) error {
	for _, a := range alpha {
		if a.Tier < 0 || a.Tier >= len(c.levels) || a.Agents < 1 || a.Agents > mostAgents || a.Rank < 1 || a.Verdict == search.Unclear {
			return fmt.Errorf("impossible assignment of a part of the error rate: %+v", a)
		}
	}
	return nil
}

// assign records the parts of the error rate that a plan assigns.
func (c *controlled) assign(alpha []Assignment) {
	for _, a := range alpha {
		l := &c.levels[a.Tier]
		k := l.at(a.Agents)
		if a.Verdict == search.Pass {
			k.passRank, l.passes = a.Rank, max(l.passes, a.Rank)
		} else {
			k.failRank, l.fails = a.Rank, max(l.fails, a.Rank)
		}
	}
}

// Conclude implements [Rule]: only what is decided counts.
func (c *controlled) Conclude() (all []Conclusion) {
	w := c.weigh()
	c = c.settled()
	first, last, _ := c.limits()
	for i := range c.levels {
		s := stand(c.beliefs(i))
		con := Conclusion{
			Holds: s.Pass, Fails: s.Fail, Contradictions: s.Contradictions,
			Confirmed: s.Fail > 0 && s.Pass == s.Fail-1 || s.Fail == 0 && s.Pass > 0 && s.Pass == c.bounds.Max,
			Low:       s.Pass,
		}
		if s.Lean > s.Pass && s.Lean >= first {
			con.Tentative = s.Lean
		}
		for n, k := range c.levels[i].numbers {
			// What neither passes nor fails for sure, though it has been looked into.
			if k.phases+k.void > 0 && n > s.Pass && (s.Fail == 0 || n < s.Fail) && first <= n && n <= last && (con.Undecided == 0 || n < con.Undecided) {
				con.Undecided = n
			}
			if k.phases > 0 {
				con.Tried = append(con.Tried, n)
			}
		}
		slices.Sort(con.Tried)
		if con.Undecided > 0 && !con.Confirmed {
			n := con.Tentative
			if n == 0 {
				n = con.Undecided
			}
			con.Unclear, con.Reason = []int{n}, c.judge(i, n).Reason
		}
		for _, n := range c.doubtful(i) {
			if c.levels[i].numbers[n].phases >= doubtfulPhases {
				con.Doubtful = append(con.Doubtful, n)
			}
		}
		con.Estimate = max(s.Pass, con.Tentative)
		if s.Fail > 0 {
			con.High = s.Fail - 1
		}
		if at, low, high, ok := c.crossing(i); ok {
			con.Limit = clamp(at, float64(s.Pass), limitOf(s.Fail))
			con.LimitLow, con.LimitHigh = clamp(low, float64(s.Pass), limitOf(s.Fail)), clamp(high, float64(s.Pass), limitOf(s.Fail))
			con.Estimate = int(con.Limit)
		}
		con.Assumption = c.assumption(i, &s, &w.memory)
		all = append(all, con)
	}
	return all
}

func limitOf(fails int) float64 {
	if fails == 0 {
		return math.Inf(1)
	}
	return float64(fails)
}
