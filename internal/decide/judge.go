package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/search"
)

// Judge implements [Rule].
func (c *controlled) Judge(agents int) (js []Judgment) {
	t := c.settled()
	for i := range t.levels {
		js = append(js, t.judge(i, agents))
	}
	return js
}

func (c *controlled) judge(i, n int) Judgment {
	k := c.levels[i].numbers[n]
	if k == nil {
		return Judgment{}
	}
	b := c.belief(i, n)
	e := c.weigh().tiers[i].numbers[n]
	j := Judgment{Measured: k.measured, Phases: k.phases, Invalid: k.phases == 0 && k.invalid, Tentative: b.Lean}
	if b.Sure {
		j.Verdict, j.Tentative = b.Lean, search.Unclear
	}
	if k.categorical() || k.failed > 0 && (e == nil || e.phases == 0) {
		j.Categorical, j.Reason = true, k.why
		return j
	}
	if e == nil {
		return j
	}
	j.Criteria = c.estimates(i, n, e)
	if j.Verdict == search.Unclear {
		j.Reason = c.whyOpen(i, n, e, b.Lean)
	}
	if j.Verdict != search.Pass && j.Reason == "" {
		j.Reason = Words(j.Criteria)
	}
	possible := e.blocked == "" && (b.Lean == search.Pass && e.noPass == "" || b.Lean == search.Fail && e.noFail == "")
	if !b.Sure && possible {
		if d := seconds(e.measured + c.remaining(i, n, b.Lean)*c.windowPart(n)); d <= longest {
			j.Needed = d
		}
	}
	return j
}

// windowPart is the part of a phase that is measured.
func (c *controlled) windowPart(n int) float64 {
	var window, took float64
	for i := range c.seen {
		if o := &c.seen[i]; o.Agents == n {
			window, took = window+o.Measured.Seconds(), took+o.Took.Seconds()
		}
	}
	if took <= 0 {
		return 1
	}
	return window / took
}

// whyOpen says why a number has no verdict, beside the shares themselves; empty if they say it.
func (c *controlled) whyOpen(i, n int, e *evidence, lean search.Verdict) string {
	for j := range e.criteria {
		if o := &e.criteria[j].joined; o.undecidable() {
			return o.unmeasurableText()
		}
	}
	if e.blocked != "" {
		return e.blocked
	}
	if lean == search.Pass && e.noPass != "" {
		return e.noPass
	}
	if lean == search.Fail && e.noFail != "" {
		return e.noFail
	}
	if e.hot && e.phases < minPhases {
		return c.derived.heat.text() + ", which has not passed at this number"
	}
	m := c.weigh().memory
	if m.inflation > 1 && e.phases >= minPhases {
		return m.wanderText() + "; " + Words(c.estimates(i, n, e))
	}
	return ""
}

// estimates returns what is known of the criteria at a number of agents.
func (c *controlled) estimates(i, n int, e *evidence) (es []Estimate) {
	for j := range e.criteria {
		x := &e.criteria[j]
		crit := &c.tiers[i].Criteria[j]
		est := Estimate{Criterion: crit, Share: x.fail.p, Requests: int(x.pass.requests), Bounded: true, Upper: 1}
		if x.fail.requests > 0 && x.fail.v > 0 {
			p := clamp(x.fail.p, 0.5/x.fail.requests, 1-0.5/x.fail.requests)
			est.Effective = min(x.fail.requests, p*(1-p)*x.fail.m/x.fail.v)
		}
		est.Lower, est.Upper = c.interval(x, crit, c.needs(i, n, search.Pass), c.needs(i, n, search.Fail))
		if crit.Metric == TTFT {
			est.Share = x.lateness.Share()
			if s := x.lateness.Share(); s == 0 || s == 1 {
				est.Effective = x.lateness.Effective()
			}
		}
		es = append(es, est)
	}
	return es
}

// interval bounds the share of a criterion, each side at the evidence that a verdict takes.
func (c *controlled) interval(x *criterionEvidence, crit *Criterion, pass, fail float64) (lower, upper float64) {
	q := crit.Limit()
	upper = 1
	if x.pass.phases >= minPhases && x.pass.m > 0 {
		upper = min(1, x.pass.held+criticalT(pass, x.pass.m, x.pass.nu)*math.Sqrt(x.pass.v/x.pass.m))
		lower = max(0, x.fail.held-criticalT(fail, x.fail.m, x.fail.nu)*math.Sqrt(x.fail.v/x.fail.m))
	}
	if !x.bets {
		return lower, upper
	}
	// The verdict rests on the weaker of the two, as does the bound.
	late := x.lateness.Share() > 0
	bet := x.betOn.upper(pass)
	if low, _ := x.lateness.Bounds(math.Exp(-fail)); low < lower || lower == 0 {
		lower = min(lower, low)
	}
	if !late {
		upper = bet
	} else {
		upper = max(upper, bet)
	}
	if x.logPass < pass && upper < q {
		upper = q
	}
	return lower, upper
}
