package agentperf

import (
	"cmp"
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/search"
)

// verdictOf returns a verdict of package search; empty for Unclear.
func verdictOf(v search.Verdict) Verdict {
	switch v {
	case search.Pass:
		return Pass
	case search.Fail:
		return Fail
	}
	return ""
}

// verdicts returns the verdicts on a number of agents after a phase.
func (r *run) verdicts(n int, o *decide.Observation) (vs []TierVerdict) {
	for i, j := range r.rule.Judge(n) {
		v := TierVerdict{
			Tier: r.criteria[i].Name, Verdict: orUndecided(verdictOf(j.Verdict)), Tentative: verdictOf(j.Tentative),
			Reason: j.Reason, Categorical: j.Categorical, Contributed: contributed(&o.Tiers[i]),
		}
		if o.Invalid != "" {
			v.Verdict, v.Tentative, v.Reason, v.Categorical, v.Contributed = Invalid, "", o.Invalid, false, nil
		} else if t := o.Tiers[i].Categorical; t != "" {
			v.Verdict, v.Tentative, v.Reason, v.Categorical = Fail, "", t, true
		} else if why := interrupted(o); why != "" && v.Verdict == Undecided && v.Reason == "" {
			v.Reason = why
		}
		vs = append(vs, v)
	}
	return vs
}

func orUndecided(v Verdict) Verdict {
	if v == "" {
		return Undecided
	}
	return v
}

// unjudged returns the verdicts of a phase that the rule was not given.
func (r *run) unjudged(o *decide.Observation) (vs []TierVerdict) {
	for i := range r.tiers {
		v := TierVerdict{Tier: r.criteria[i].Name, Verdict: Undecided, Reason: cmp.Or(interrupted(o), "the run ended before the phase was judged")}
		switch {
		case o.Invalid != "":
			v.Verdict, v.Reason = Invalid, o.Invalid
		case o.Tiers[i].Categorical != "":
			v.Verdict, v.Reason, v.Categorical = Fail, o.Tiers[i].Categorical, true
		}
		vs = append(vs, v)
	}
	return vs
}

// interrupted says why a phase ended early; empty if it did not.
func interrupted(o *decide.Observation) string {
	switch {
	case o.Ending == record.Interrupted:
		return "the phase was interrupted"
	case o.Ending == record.Stopped:
		return "the phase was stopped"
	case o.Ending == record.TimedOut && o.Straddling > 0:
		return fmt.Sprintf("the time-out passed and %d agents had begun no request in the window: each had one open from before it", o.Straddling)
	}
	return ""
}

func contributed(o *decide.TierObservation) (cs []Contribution) {
	for i := range o.Criteria {
		n, bad := o.Criteria[i].Against.Counts()
		cs = append(cs, Contribution{Name: o.Criteria[i].Name, Requests: int(n), Bad: int(bad)})
	}
	return cs
}
