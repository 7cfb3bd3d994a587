package decide

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/search"
)

// A Rule decides what to measure next and what is known. It depends only on its
// configuration and on the observations that it was given, so that an interrupted run
// continues from its journal as if nothing had happened. It is not safe for concurrent use.
//
// The caller asks Next for a plan, runs a phase by it, asks Stop as often as the plan says,
// and gives the plan and the observation to Observe, until there is no next plan. It may
// call Judge, Conclude and Outlook at any time.
type Rule interface {
	// Next returns what to measure next; ok is false when all tiers are settled. It
	// changes nothing: a second call returns the same.
	Next() (p Plan, ok bool)
	// Stop reports whether the phase of a plan may end, given what it has observed so far.
	Stop(p Plan, sofar Observation) bool
	// Observe adds the observation of a phase that was run by a plan. If it returns an
	// error, which says what is wrong with either, nothing was added.
	Observe(p Plan, o Observation) error
	// Judge returns the judgment of each tier on a number of agents, measured or not.
	Judge(agents int) []Judgment
	// Conclude returns what is known about the limit of each tier.
	Conclude() []Conclusion
	// Outlook returns what is still to be done.
	Outlook() Outlook
}

// A Plan says what to measure. The fields that decide how the observation counts encode to
// JSON, for journals.
type Plan struct {
	Agents int `json:"agents"`
	// Draw determines who plays what: phases with the same draw give an agent the same
	// work.
	Draw int `json:"draw"`
	// Pace is what the agents' first standings assume of the system; zero if they assume
	// nothing.
	Pace record.Pace `json:"pace,omitzero"`
	// Alpha holds the parts of the error rate that are assigned with this plan.
	Alpha []Assignment `json:"alpha,omitempty"`

	// Tiers holds the indices of the tiers that want a decision, and Why says in words
	// what the phase is for.
	Tiers []int  `json:"tiers,omitempty"`
	Why   string `json:"why,omitempty"`

	// Probe marks a phase that only looks at a number between others that were tried.
	Probe bool `json:"-"`
	// Earlier marks the observation of another run, at another time, which a rule is given
	// beside those that it planned.
	Earlier bool `json:"-"`

	// SpawnRate is the number of agents started per second; 0 starts all at once. Settle
	// is the time from the start of the last one to the window, which waits besides, for
	// FirstTokens at most, until no agent waits for the first token of its first request.
	SpawnRate   float64       `json:"-"`
	Settle      time.Duration `json:"-"`
	FirstTokens time.Duration `json:"-"`
	// Fixed makes the window Most long, whoever straddles its beginning, unless Stop ends
	// it. Block is the length of the blocks of time that it is observed in; 0 leaves it to
	// the caller.
	Fixed bool          `json:"-"`
	Block time.Duration `json:"-"`
	// Least is the least length of a window that Stop may not end, and the minima are the
	// trajectories that must be completed in it. Most is the greatest length of a window
	// that Stop may end; 0 if it may not. Timeout ends the window, this long after the
	// start of the phase, with the minima unmet.
	Least, Most                  time.Duration `json:"-"`
	MinTrajectories, MinPerAgent int           `json:"-"`
	Timeout                      time.Duration `json:"-"`
	// Drain is how long requests that do not count may go on after those that do have
	// ended.
	Drain time.Duration `json:"-"`
	// Look is the time between two calls of Stop; 0 means it is never called.
	Look time.Duration `json:"-"`
	// Cost estimates how long the phase takes.
	Cost time.Duration `json:"-"`
}

// Fits returns an error if the phase does not fit into its own time-out.
func (p *Plan) Fits() error {
	up := ramp(p.Agents, p.SpawnRate)
	if p.Timeout > 0 && p.Timeout < up+p.Settle+p.Least {
		return fmt.Errorf("agentperf: a phase of %d agents takes %v to ramp up, %v to settle and %v to measure, longer than its time-out of %v",
			p.Agents, up, p.Settle, p.Least, p.Timeout)
	}
	return nil
}

// An Assignment gives a number of agents a part of the error rate of a tier: of the parts
// for one verdict the Rank-th, counted from 1.
type Assignment struct {
	Tier    int            `json:"tier"`
	Agents  int            `json:"agents"`
	Verdict search.Verdict `json:"verdict"`
	Rank    int            `json:"rank"`
}

// A Judgment is what is known about one tier at one number of agents. The zero Judgment is
// that of a number that was not measured.
type Judgment struct {
	// Verdict is Unclear when nothing is decided. Invalid is set when that is because the
	// client failed in the latest phase and no other left evidence.
	Verdict search.Verdict
	Invalid bool
	// Tentative is where the evidence points while Verdict is Unclear; Unclear if it
	// points nowhere, and always under the point rule.
	Tentative search.Verdict
	// Reason says why the verdict is not a pass; it may be empty if nothing was observed.
	Reason string
	// Categorical is set if the verdict, or the tentative one, does not rest on
	// statistics: nothing succeeded, or agents starved.
	Categorical bool
	// Criteria has an estimate for each criterion, over all phases of the number (under
	// the point rule, of the latest). It is empty if nothing was observed, or if the
	// judgment is categorical.
	Criteria []Estimate
	// Measured is the total measuring time, over Phases phases that left evidence.
	Measured time.Duration
	Phases   int
	// Needed estimates the total measuring time that a verdict would take; 0 if there is
	// a verdict, or it is unknown.
	Needed time.Duration
}

// An Estimate is what is known about the share of requests that break one criterion.
type Estimate struct {
	Criterion *Criterion
	// Share is the observed share, in which open requests count as good. Lower and Upper
	// bound the true one at all looks together, each at the part of the error rate that a
	// verdict may use; in Upper open requests count as bad. Bounded is false under the
	// point rule, which has no bounds.
	Share, Lower, Upper float64
	Bounded             bool
	// Requests is the number of requests, and Effective the number of independent ones
	// that would leave the share as uncertain.
	Requests  int
	Effective float64
}

// A Conclusion is what is known about the limit of one tier.
type Conclusion struct {
	// Holds is the largest number of agents that passes with no failure at or below it,
	// Fails the smallest that fails; 0 without one.
	Holds, Fails int
	// Tentative is the largest number above Holds whose evidence points to a pass without
	// deciding it; 0 without one.
	Tentative int
	// Undecided is the smallest number between Holds and Fails that was measured and
	// neither passes nor fails; 0 without one. Unclear are the numbers that stayed open and
	// that a reader will ask about, which is one at most under the controlled rule.
	Undecided int
	Unclear   []int
	// Estimate is the best guess at the limit; 0 if nothing is known. The limit is at
	// least Low and, unless High is 0, at most High.
	Estimate, Low, High int
	// Limit is that guess with a fraction, and LimitLow and LimitHigh are where the phases
	// leave it, at about two standard errors; 0 if nothing is known of them.
	Limit, LimitLow, LimitHigh float64
	// Doubtful are the numbers of agents below Holds at which the tier seems to fail, with
	// more than one phase to say so.
	Doubtful []int
	// Tried are the numbers of agents that were measured, in increasing order.
	Tried []int
	// Confirmed is set, under the controlled rule, if Holds passed and Holds + 1 failed,
	// each on its own evidence, or if Holds is the largest number that may be tried.
	Confirmed bool
	// Contradictions holds pairs of verdicts that cannot both be right; the failure
	// counts.
	Contradictions []search.Contradiction
	// Reason says why Undecided, or Tentative if there is one, stayed open. Assumption
	// is what the answer rests on, as a clause.
	Reason, Assumption string
}

// An Outlook says what a rule still has to do.
type Outlook struct {
	// Remaining estimates the time of all phases until the tiers are settled, from what the
	// evidence so far says that they take; 0 if they are settled. Most is what the bounds of
	// the rule leave at most; 0 without such bounds.
	Remaining, Most time.Duration
	// Aims are, for each tier, the numbers that it would measure next, in increasing order.
	Aims [][]int
}
