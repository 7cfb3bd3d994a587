package decide

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/search"
)

// A Rule decides what to measure next and what is known. It depends on nothing but its
// configuration and the observations that it was given, so that a run which was
// interrupted goes on from its journal as if it had not been. It is not safe for
// concurrent use.
//
// Whoever drives it asks Next for a plan, runs a phase by it, asks Stop at the looks that
// the plan wants, and gives Observe the plan with what was observed, until there is no next
// plan. It may ask Judge and Conclude at any time.
type Rule interface {
	// Next returns what to measure next; ok is false when all tiers are settled. It
	// changes nothing: asked again it returns the same.
	Next() (p Plan, ok bool)
	// Stop reports whether the phase of a plan may end, given what it has observed so far.
	Stop(p Plan, sofar Observation) bool
	// Observe adds the observation of a phase that was run by a plan. The error says what
	// is wrong with it; it then counts for nothing.
	Observe(p Plan, o Observation) error
	// Judge returns what is thought of a number of agents, for each tier.
	Judge(agents int) []Judgment
	// Conclude returns what is known of each tier.
	Conclude() []Conclusion
}

// A Plan says what to measure. It encodes to JSON; what of it decides how the observation
// counts is journaled with that.
type Plan struct {
	Agents int `json:"agents"`
	// Draw says who plays what: phases with the same draw give an agent the same work.
	Draw int `json:"draw"`
	// Pace is the speed, in tokens per second, that is assumed where agents stand when
	// they begin; 0 where it plays no part.
	Pace float64 `json:"pace,omitempty"`
	// Alpha are the parts of the error rate that are assigned with this plan.
	Alpha []Assignment `json:"alpha,omitempty"`

	// Tiers are the indices of those that want to know, Why says what for.
	Tiers []int  `json:"tiers,omitempty"`
	Why   string `json:"why,omitempty"`

	// SpawnRate is the number of agents started per second; 0 starts all at once. Settle
	// is the time from the start of the last one to the window.
	SpawnRate float64       `json:"-"`
	Settle    time.Duration `json:"-"`
	// Least is the least length of the window, in which as many trajectories must be
	// completed as the minima say, Most the greatest of a window that Stop may end; 0
	// where it may not. Timeout ends it, this long after the start, with minima unmet.
	Least, Most                  time.Duration `json:"-"`
	MinTrajectories, MinPerAgent int           `json:"-"`
	Timeout                      time.Duration `json:"-"`
	// Drain is how long requests that do not count may go on when those that do have
	// ended.
	Drain time.Duration `json:"-"`
	// Look is how often Stop is asked; 0 is never.
	Look time.Duration `json:"-"`
	// Cost estimates how long the phase takes.
	Cost time.Duration `json:"-"`
}

// Fits reports a phase that cannot fit its own time-out.
func (p *Plan) Fits() error {
	up := ramp(p.Agents, p.SpawnRate)
	if p.Timeout > 0 && p.Timeout < up+p.Settle+p.Least {
		return fmt.Errorf("agentperf: a phase of %d agents takes %v to ramp up, %v to settle and %v to measure, longer than its time-out of %v",
			p.Agents, up, p.Settle, p.Least, p.Timeout)
	}
	return nil
}

// An Assignment gives a number of agents a part of the error rate of a tier: the Rank-th
// part of those for one verdict, counted from 1.
type Assignment struct {
	Tier    int            `json:"tier"`
	Agents  int            `json:"agents"`
	Verdict search.Verdict `json:"verdict"`
	Rank    int            `json:"rank"`
}

// A Judgment is what is thought of a number of agents by one tier.
type Judgment struct {
	// Verdict is Unclear when nothing is decided. Invalid is set when that is because the
	// client failed in the latest phase and no other left evidence.
	Verdict search.Verdict
	Invalid bool
	// Tentative is where the evidence points while nothing is decided.
	Tentative search.Verdict
	// Reason says why it is not a pass.
	Reason string
	// Categorical is set when the verdict does not rest on statistics.
	Categorical bool
	// Criteria are what is known of each promise, over all phases of the number; none
	// where nothing was observed.
	Criteria []Estimate
	// Measured is how long it was measured, over Phases phases, invalid ones left out.
	Measured time.Duration
	Phases   int
	// Needed estimates how long in all it would have to be measured for a verdict; 0
	// when there is one or it is not known.
	Needed time.Duration
}

// An Estimate is what is known of the share of requests that break one criterion.
type Estimate struct {
	Criterion *Criterion
	// Share is the one observed; Lower and Upper are its bounds at all looks together,
	// with the part of the error rate that a verdict may use. Bounded is set where there
	// are any.
	Share, Lower, Upper float64
	Bounded             bool
	// Requests is their number, Effective that of independent ones which would say as
	// much.
	Requests  int
	Effective float64
}

// A Conclusion is what is known of one tier.
type Conclusion struct {
	// Holds is the largest number of agents that passes with no failure at or below it,
	// Fails the smallest that fails; 0 without one.
	Holds, Fails int
	// Tentative is the number above Holds up to which evidence that is not enough points
	// to a pass; 0 without one.
	Tentative int
	// Undecided is the least number between Holds and Fails that was looked into and
	// neither passes nor fails; 0 without one. Unclear are the numbers that stayed open and
	// that a reader will ask about, which is one at most under the controlled rule.
	Undecided int
	Unclear   []int
	// Estimate is the best guess at the limit: Holds where it is exact, Tentative where
	// there is one; 0 where nothing is known. Low and High bound it: it is at least Low
	// and, if High is not 0, at most High.
	Estimate, Low, High int
	// Confirmed is set when Holds passed and the next number failed, each on evidence of
	// its own, or Holds is the most that was to be tried.
	Confirmed bool
	// Contradictions are pairs that cannot both be right; the failure counts.
	Contradictions []search.Contradiction
	// Reason says why Undecided is. Assumption is what the answer rests on, in a clause.
	Reason, Assumption string
}
