package agentperf

import (
	"context"
	"fmt"
	"slices"
)

// Run finds, for each tier, the largest number of agents at which it holds. One search
// serves all tiers: every phase is judged for each of them. It returns when all tiers are
// decided, Config.MaxPhases are spent, or ctx is done.
//
// With Config.Audit an audit follows the answer; what it finds is no error, and is in
// Report.Audit.
//
// The report is never nil and holds what is known, even beside an error. The error is that
// of the configuration, the preflight or the journal; or wraps [ErrNothingSucceeded],
// [ErrEndpointGone], [ErrInvalid] or [ErrUndecided]; or is that of writing to Config.Requests, or the
// cause of ctx.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	r, err := prepare(ctx, cfg)
	defer r.close()
	if err != nil {
		return r.report, err
	}
	return r.report, r.whole(ctx, r.unanswered)
}

// whole searches and does what follows. lacking returns what is missing of the answer to a
// search without an error.
func (r *run) whole(ctx context.Context, lacking func() error) error {
	settled, err := r.search(ctx)
	r.conclude()
	if err == nil {
		err = lacking()
	}
	if err == nil {
		err = r.audit(ctx)
	}
	r.compareRun()
	r.report.Complete = settled && err == nil
	return err
}

// unanswered returns the error of a search that is sure of no number for any tier.
func (r *run) unanswered() error {
	if slices.ContainsFunc(r.report.Tiers, func(t TierResult) bool { return t.MaxAgents > 0 || t.FirstFailingAgents != nil }) {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrUndecided, r.lastReason())
}

// Check judges one number of agents by every tier, for test suites that know the capacity
// they want. Under [Point] it takes one phase. Under [Controlled] phases with fresh draws
// follow each other until every tier is decided, which takes some minutes of a fast system and
// most of an hour of a slow one; the first [Event] has an estimate.
//
// The error is nil when at least one tier passes or fails: the verdicts are in the report,
// whose sentences are those of a check. It wraps [ErrUndecided] when none is decided, and
// [ErrInvalid] when that is because the client failed; otherwise it is as for [Run].
//
// Two checks with the same Seed send the same requests, so that the second may find the
// server's cache filled by the first. Leave Config.Seed 0 to avoid that.
func Check(ctx context.Context, cfg Config, agents int) (*Report, error) {
	if agents < 1 {
		return newReport(), fmt.Errorf("agentperf: a check of %d agents, expected 1 or more", agents)
	}
	r, err := prepare(ctx, cfg, agents)
	r.check = agents
	defer r.close()
	if err != nil {
		return r.report, err
	}
	return r.report, r.whole(ctx, func() error { return r.report.undecided(agents) })
}

// undecided returns the error of a check in which no tier is decided.
func (r *Report) undecided(agents int) error {
	invalid := false
	reason := "nothing was measured"
	for _, t := range r.Tiers {
		n := t.Number(agents)
		if n == nil {
			continue
		}
		switch n.Verdict {
		case Pass, Fail:
			return nil
		case Invalid:
			invalid = true
		}
		reason = n.Reason
	}
	if invalid {
		return fmt.Errorf("%w: %s", ErrInvalid, reason)
	}
	return fmt.Errorf("%w: %s", ErrUndecided, reason)
}

// search runs one phase after the other, and reports whether the tiers are settled.
func (r *run) search(ctx context.Context) (settled bool, err error) {
	r.tell(r.outlook(), Event{Stage: "starting", Warnings: slices.Clone(r.report.Warnings)})
	for {
		plan, ok := r.rule.Next()
		if !ok {
			return true, nil
		}
		if most := r.maxPhases; most > 0 && len(r.report.Phases) >= most {
			r.warn("max_phases", fmt.Sprintf("the search was ended after %d phases", most))
			return false, nil
		}
		if err := r.phase(ctx, plan); err != nil {
			return false, err
		}
	}
}

// lastReason returns what the last phase said of the first tier.
func (r *run) lastReason() string {
	if len(r.report.Phases) == 0 {
		return "there was no phase"
	}
	return r.report.Phases[len(r.report.Phases)-1].Verdicts[0].Reason
}
