package agentperf

import (
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/search"
)

// conclude fills in the results of the tiers.
func (r *run) conclude() {
	judged := make(map[int][]decide.Judgment)
	phases := make(map[int][]int)
	for _, p := range r.report.Phases {
		phases[p.Agents] = append(phases[p.Agents], p.Index)
	}
	for n := range phases {
		judged[n] = r.rule.Judge(n)
	}
	for i, c := range r.rule.Conclude() {
		for _, n := range []int{c.Holds, c.Fails, c.Undecided, c.Tentative} { // which Config.Earlier may know
			if n > 0 && judged[n] == nil {
				judged[n] = r.rule.Judge(n)
			}
		}
		t := newTierResult(r.tiers[i])
		t.CheckAgents = r.check
		t.MaxAgents, t.Confirmed, t.Assumption, t.Bounded = c.Holds, c.Confirmed, c.Assumption, c.Fails > 0
		t.FirstFailingAgents, t.UndecidedAgents, t.TentativeMaxAgents = some(c.Fails), some(c.Undecided), some(c.Tentative)
		if t.EstimateAgents = some(c.Estimate); c.Fails == 1 {
			t.EstimateAgents = new(0)
		}
		t.Limit, t.LimitLow, t.LimitHigh = known(c.Limit), known(c.LimitLow), known(c.LimitHigh)
		t.Tried = r.tried(&c)
		for n, js := range judged {
			t.Numbers = append(t.Numbers, r.number(i, n, phases[n], &js[i]))
		}
		slices.SortFunc(t.Numbers, func(a, b Number) int { return a.Agents - b.Agents })
		t.normalize(r.report.System)
		t.SpentSeconds, t.FixedRuleSeconds = r.time(&t)
		r.warnOfUndecided(&t, &c)
		for _, pair := range c.Contradictions {
			r.warn("contradiction", fmt.Sprintf("tier %s passed at %d agents although it failed at %d: the answer stays below the failure", t.Name, pair.Pass, pair.Fail))
		}
		for _, n := range c.Doubtful {
			r.warn("not_monotone", fmt.Sprintf("tier %s holds at %d agents, but seems to fail at %d: fewer agents may be too many while more are not", t.Name, c.Holds, n))
		}
		r.report.Tiers = append(r.report.Tiers, t)
	}
	r.numberFigures(phases)
	r.report.meanwhile()
	r.warnOfThrottling()
	r.warnOfStarved(phases)
	r.warnOfProgress(phases)
	r.warnOfFailures(phases)
	r.warnOfLoads()
	r.warnOfDeciders()
}

// some returns nil for 0.
func some(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// known returns nil for 0.
func known(x float64) *float64 {
	if x == 0 {
		return nil
	}
	return &x
}

// tried returns the numbers of agents that left evidence: those that the rule names, and
// those of the phases that count.
func (r *run) tried(c *decide.Conclusion) []int {
	ns := append([]int{}, c.Tried...)
	for _, p := range r.report.Phases {
		if p.Figures != nil {
			ns = append(ns, p.Agents)
		}
	}
	slices.Sort(ns)
	return slices.Compact(ns)
}

// number returns what is known about tier i at n agents, which the given phases measured.
func (r *run) number(i, n int, phases []int, j *decide.Judgment) Number {
	v := Number{
		Agents: n, Verdict: orUndecided(verdictOf(j.Verdict)), Tentative: verdictOf(j.Tentative), Reason: j.Reason,
		MeasuredSeconds: j.Measured.Seconds(), Phases: phases, NeededSeconds: j.Needed.Seconds(),
	}
	if v.Phases == nil {
		v.Phases = []int{}
	}
	v.Categorical = j.Categorical && v.Verdict == Fail
	if len(phases) > 0 {
		last := &r.report.Phases[phases[len(phases)-1]]
		if j.Invalid || j.Phases == 0 && last.Invalid != "" {
			v.Verdict, v.Tentative, v.Reason = Invalid, "", ""
		}
		if v.Reason == "" && v.Verdict != Pass { // the rule saw nothing, or was not told
			v.Reason = last.Verdicts[i].Reason
		}
	}
	together := r.report.tallyOf(i, phases)
	together.figures(&v)
	for _, e := range j.Criteria {
		c := Criterion{Name: e.Criterion.Metric.Name, Limit: e.Criterion.Limit(), Estimate: e.Share, Requests: e.Requests, Effective: e.Effective}
		if e.Bounded {
			c.Lower, c.Upper = &e.Lower, &e.Upper
		}
		v.Criteria = append(v.Criteria, c)
	}
	return v
}

// warnOfUndecided says why the numbers that a reader will ask about stayed undecided.
func (r *run) warnOfUndecided(t *TierResult, c *decide.Conclusion) {
	for _, n := range c.Unclear {
		if v := t.Number(n); v != nil {
			what := "could not be judged"
			if v.Verdict == Invalid {
				what = "could not be measured"
			}
			r.warn("undecided", fmt.Sprintf("tier %s: %s %s: %s%s", t.Name, agents(n), what, v.Reason, v.neededText()))
		}
	}
}

// time returns for how many seconds the system was kept busy until the limit of a tier was
// known, and for how many it would have been under the published rule: 10 minutes for each
// number that doubling and bisection try, after agents started at one a second and 30 s to
// settle.
func (r *run) time(t *TierResult) (spent, fixed float64) {
	last := -1
	for i, p := range r.report.Phases {
		if p.Agents == t.MaxAgents || t.FirstFailingAgents != nil && p.Agents == *t.FirstFailingAgents {
			last = i
		}
	}
	if last < 0 {
		last = len(r.report.Phases) - 1 // without an answer it was all of it
	}
	for _, p := range r.report.Phases[:last+1] {
		spent += p.PhaseSeconds
	}
	if len(r.bounds.List) > 0 {
		for _, n := range r.bounds.List {
			fixed += publishedSeconds(n)
		}
		return spent, fixed
	}
	b := search.Bracket{Min: r.bounds.Min, Max: r.bounds.Max, Start: r.bounds.Start}
	for range 64 {
		n, ok := b.Next()
		if !ok {
			break
		}
		v := search.Fail
		if n <= t.MaxAgents {
			v = search.Pass
		}
		b.Observe(n, v)
		fixed += publishedSeconds(n)
	}
	return spent, fixed
}

// publishedSeconds returns how long the published rule takes for n agents.
func publishedSeconds(n int) float64 {
	published := Point{}.resolved()
	return float64(n-1)/published.SpawnRate + (published.Settle + published.Measure).Seconds()
}

// warnOfDeciders repeats the warnings of the phases on which the results rest, but for
// those that are given for all phases at a number together.
func (r *run) warnOfDeciders() {
	decides := make(map[int]bool)
	for _, t := range r.report.Tiers {
		decides[t.MaxAgents] = true
		if t.FirstFailingAgents != nil {
			decides[*t.FirstFailingAgents] = true
		}
	}
	var said repeated
	for _, p := range r.report.Phases {
		if !decides[p.Agents] || p.Invalid != "" {
			continue
		}
		for _, w := range p.Warnings {
			if w.Code == codeCirculation || w.Code == codeHeld || w.Code == codeStarved {
				continue // said once for all phases together
			}
			if w.Code == codeFew && r.report.Config.Rule.ErrorRate > 0 {
				continue // a verdict rests on all phases and not on the percentiles of one
			}
			said.add(fmt.Sprintf("phase %d (%s)", p.Index, agents(p.Agents)), w)
		}
	}
	r.report.Warnings = append(r.report.Warnings, said.warnings()...)
}
