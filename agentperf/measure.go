package agentperf

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Measure measures each of the given numbers of agents, in increasing order and whatever the
// verdicts: the speed that agents get as their number grows. [Report.Numbers] has a row for
// each. Under [Point] each number takes one phase. Under [Controlled] each is first measured
// once; phases with fresh draws then follow at each in turn, until all tiers are decided
// there, it was measured for Controlled.MaxMeasure, or Controlled.Budget is over, which bounds
// all of them together. The error rate holds for all verdicts on a tier together. Config.Start
// and MaxAgents are not used, and neither is Controlled.Scan.
//
// The error is nil when every number was measured, whatever was found. It wraps [ErrInvalid]
// when one was not because the client failed, and [ErrUndecided] when the budget or
// Config.MaxPhases ended before; otherwise it is as for [Run].
//
// The journal of a search or a check with the same configuration may be continued by Measure,
// and the other way round: numbers that it holds are not measured again under Point, and
// count as evidence under Controlled.
func Measure(ctx context.Context, cfg Config, agents ...int) (*Report, error) {
	if err := checkNumbers(agents); err != nil {
		return newReport(), err
	}
	r, err := prepare(ctx, cfg, agents...)
	defer r.close()
	if err != nil {
		return r.report, err
	}
	return r.report, r.whole(ctx, func() error { return r.report.unmeasured(agents) })
}

// checkNumbers returns an error if numbers are none of a list.
func checkNumbers(agents []int) error {
	if len(agents) == 0 {
		return errors.New("agentperf: no numbers of agents, expected one or more")
	}
	for i, n := range agents {
		switch {
		case n < 1 || n > mostAgents:
			return fmt.Errorf("agentperf: %d agents, expected 1 to %d", n, mostAgents)
		case i > 0 && n <= agents[i-1]:
			return fmt.Errorf("agentperf: %d agents after %d, expected increasing numbers", n, agents[i-1])
		}
	}
	return nil
}

// unmeasured returns an error if a number has no phase that says anything of the system.
func (r *Report) unmeasured(numbers []int) error {
	var errs []error
	for _, n := range numbers {
		why, invalid := "the run ended before", false
		ok := slices.ContainsFunc(r.Phases, func(p PhaseResult) bool {
			if p.Agents == n && p.Invalid != "" {
				why, invalid = p.Invalid, true
			}
			return p.Agents == n && p.Invalid == ""
		})
		switch {
		case ok:
		case invalid:
			errs = append(errs, fmt.Errorf("%w at %s: %s", ErrInvalid, agents(n), why))
		default:
			errs = append(errs, fmt.Errorf("%w at %s: %s", ErrUndecided, agents(n), why))
		}
	}
	return errors.Join(errs...)
}
