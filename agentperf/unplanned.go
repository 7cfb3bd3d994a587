package agentperf

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
)

// unplanned says what a phase that has ended is not, of what its plan says; empty if it is as
// planned. decided says whether a look has ended it.
func unplanned(p *record.Phase, plan *record.Plan, decided bool) string {
	window := p.WindowEnd - p.Settled
	switch p.Ending {
	case record.Complete:
		if window < plan.Measure || !plan.Fixed && (p.Completed < plan.MinTotal || p.Least < plan.MinPerAgent) {
			return fmt.Sprintf("its window is complete after %v with %d pieces of work, and %d of the agent who did least: expected %v, %d and %d", window, p.Completed, p.Least, plan.Measure, plan.MinTotal, plan.MinPerAgent)
		}
	case record.TimedOut:
		if plan.Timeout <= 0 || p.WindowEnd < plan.Timeout {
			return fmt.Sprintf("its window timed out after %v, expected the time-out planned, of %v, or none if that is 0", p.WindowEnd, plan.Timeout)
		}
	case record.Decided:
		if !decided {
			return "its window was ended by a look, and no look has ended it"
		}
	case record.Dead:
		if answeredBy(p, p.WindowEnd-slack) {
			return "its window ended since nothing succeeded, and a request did"
		}
	case record.Stopped:
		if !void(p) {
			return "its window was stopped, expected a Fault or a row that says why"
		}
	case record.Interrupted:
		return "its window was ended by its context, which is not done"
	default:
		return fmt.Sprintf("its window has the ending %q, expected one of those of package record", p.Ending)
	}
	if p.Up > plan.Agents || p.Up < plan.Agents && p.WindowEnd > plan.Ramp()+slack && p.Ending != record.Stopped && p.Ending != record.Dead {
		return fmt.Sprintf("%d of %d agents were not started", plan.Agents-p.Up, plan.Agents)
	}
	if from := plan.Ramp() + plan.Settle; window > 0 && (p.Settled < from || p.Settled > from+max(0, plan.FirstTokens)) {
		return fmt.Sprintf("its window began at %v, expected %v to %v", p.Settled, from, from+max(0, plan.FirstTokens))
	}
	if len(p.Open) > 0 {
		return fmt.Sprintf("%d requests are open, though it has ended", len(p.Open))
	}
	for i := range p.Rows {
		// Nothing is cut while the window is open.
		if r := &p.Rows[i]; r.Outcome == record.Canceled && r.End < p.WindowEnd && !remainder(r) {
			return fmt.Sprintf("row %d%s was canceled at %v, in the window that ended at %v", i, owned(p, r), r.End, p.WindowEnd)
		}
	}
	return ""
}

// remainder reports whether a request is no cut, though it counts as one: the rest of an answer
// that shows nothing, by [record.Row.Conclude].
func remainder(r *record.Row) bool {
	again := *r
	again.Conclude(record.Outcome(endpoint.OutcomeEmpty), 0)
	return again.Outcome == record.Canceled
}

func void(p *record.Phase) bool {
	for i := range p.Rows {
		if p.Rows[i].Void() {
			return true
		}
	}
	return false
}

// answeredBy reports whether a request had ended well before an instant.
func answeredBy(p *record.Phase, t time.Duration) bool {
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Answered() && r.End < t {
			return true
		}
	}
	return false
}
