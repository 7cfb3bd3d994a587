package agentperf

import (
	"fmt"

	"github.com/agentperf/agentperf-go/search"
)

// conclude draws the results from what the searches know.
func (r *run) conclude() {
	if r.referee != nil {
		r.referee.next() // of the last phase too it is to be known what is sure
	}
	for i, t := range r.cfg.Tiers {
		res := newTierResult(t)
		var contradictions []search.Contradiction
		if r.referee != nil {
			contradictions = r.sureResult(&res, i)
		} else if i < len(r.brackets) {
			contradictions = r.pointResult(&res, r.brackets[i])
		}
		res.normalise(r.report.System)
		res.SpentSeconds, res.FixedRuleSeconds = r.time(&res)
		r.report.Tiers = append(r.report.Tiers, res)
		for _, c := range contradictions {
			r.warn(fmt.Sprintf("tier %s passed at %d agents although it failed at %d: the answer stays below the failure", t.name(), c.Pass, c.Fail))
		}
	}
	r.warnOfDeciders()
}

// pointResult fills in the result of a tier under the point rule.
func (r *run) pointResult(res *TierResult, b search.Bracket) []search.Contradiction {
	b.Max = max(b.Max, mostAgents) // what a journal knows of more agents counts too
	s := b.Summary()
	res.MaxAgents = s.LargestPassing
	if s.SmallestFailing > 0 {
		res.FirstFailingAgents, res.Bounded = &s.SmallestFailing, true
	}
	for _, n := range s.Unclear {
		if n > s.LargestPassing && (s.SmallestFailing == 0 || n < s.SmallestFailing) {
			res.UndecidedAgents = &n
			break
		}
	}
	for _, n := range s.Unclear {
		r.warn(fmt.Sprintf("tier %s: nothing could be said of %d agents: %s", res.Name, n, r.reason(res.Name, n)))
	}
	return s.Contradictions
}

// sureResult fills in the result of a tier under the controlled rule: only what is sure
// counts.
func (r *run) sureResult(res *TierResult, i int) []search.Contradiction {
	s := r.referee.standing(i)
	res.MaxAgents = s.Pass
	if s.Fail > 0 {
		res.FirstFailingAgents, res.Bounded = &s.Fail, true
	}
	if s.Lean > s.Pass && s.Lean >= r.cfg.least {
		res.LeaningAgents = &s.Lean
	}
	// What neither passes nor fails for sure, though it has been looked into.
	for n, k := range r.referee.levels[i].numbers {
		open := k.phases+k.invalid > 0 && n > s.Pass && (s.Fail == 0 || n < s.Fail) && r.cfg.least <= n && n <= r.cfg.most
		if open && (res.UndecidedAgents == nil || n < *res.UndecidedAgents) {
			res.UndecidedAgents = &n
		}
	}
	res.Passed, res.Failed = r.neighbour(i, s.Pass), r.neighbour(i, s.Fail)
	res.Confirmed = s.Fail > 0 && s.Pass == s.Fail-1 || s.Fail == 0 && s.Pass == r.cfg.most
	if u := res.UndecidedAgents; u != nil {
		n := *u
		if res.LeaningAgents != nil {
			n = *res.LeaningAgents // which is what a reader will ask about
		}
		reason := words(r.referee.criteria(r.referee.levels[i].at(n)))
		if reason == "" {
			reason = r.reason(res.Name, n)
		}
		r.warn(fmt.Sprintf("tier %s: %s undecided: %s", res.Name, agents(n), reason))
	}
	return s.Contradictions
}

// neighbour returns what is known of n agents on tier i, nil for 0.
func (r *run) neighbour(i, n int) *Neighbour {
	if n == 0 {
		return nil
	}
	k := r.referee.levels[i].at(n)
	b := &Neighbour{Agents: n, MeasuredSeconds: k.measured.Seconds(), Phases: k.phases}
	b.Criteria = r.referee.criteria(k)
	if k.beyond() {
		b.Reason = r.reason(r.cfg.Tiers[i].name(), n)
	}
	return b
}

// time returns for how long the system was kept at work until the limit of a tier was
// known, and for how long it would have been by the published rule, which does not look
// at what it has: 10 minutes for each number that doubling and bisection ask about,
// after agents started at one a second and 30 s to settle.
func (r *run) time(res *TierResult) (spent, fixed float64) {
	last := -1
	for i, p := range r.report.Phases {
		if p.Agents == res.MaxAgents || res.FirstFailingAgents != nil && p.Agents == *res.FirstFailingAgents {
			last = i
		}
	}
	if last < 0 {
		last = len(r.report.Phases) - 1 // without an answer it was all of it
	}
	for _, p := range r.report.Phases[:last+1] {
		spent += p.PhaseSeconds
	}
	rules := Published()
	b := r.cfg.bracket()
	for range 64 {
		n, ok := b.Next()
		if !ok {
			break
		}
		v := search.Fail
		if n <= res.MaxAgents {
			v = search.Pass
		}
		b.Observe(n, v)
		fixed += (rules.ramp(n) + rules.Settle + rules.Measure).Seconds()
	}
	return spent, fixed
}

// reason returns what the latest phase of n agents said of a tier.
func (r *run) reason(tier string, n int) (reason string) {
	for _, p := range r.report.Phases {
		for _, v := range p.Verdicts {
			if p.Agents == n && v.Tier == tier {
				reason = v.Reason
			}
		}
	}
	return reason
}

// warnOfDeciders repeats the warnings of the phases on which the results rest,
// each once.
func (r *run) warnOfDeciders() {
	decides := make(map[int]bool)
	for _, t := range r.report.Tiers {
		decides[t.MaxAgents] = true
		if t.FirstFailingAgents != nil {
			decides[*t.FirstFailingAgents] = true
		}
	}
	for _, p := range r.report.Phases {
		if !decides[p.Agents] {
			continue
		}
		for _, w := range p.Warnings {
			r.warn(fmt.Sprintf("phase %d (%s): %s", p.Index, agents(p.Agents), w))
		}
	}
}
