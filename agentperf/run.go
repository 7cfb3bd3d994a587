package agentperf

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/journal"
	"github.com/agentperf/agentperf-go/search"
	"github.com/agentperf/agentperf-go/trajectory"
)

// ErrNothingSucceeded means that no request of the run succeeded. There is no answer then,
// not even 0.
var ErrNothingSucceeded = errors.New("agentperf: no request succeeded")

// ErrUndecided means that the run ended without an answer for any tier, because no phase
// could be judged.
var ErrUndecided = errors.New("agentperf: no tier has an answer")

// ErrEndpointGone means that the endpoint, having answered before, answered nothing in a
// phase and did not answer a single request sent after it.
var ErrEndpointGone = errors.New("agentperf: the endpoint has stopped answering")

// Run finds, for each tier, the largest number of agents at which it holds. One search
// serves all tiers: every phase is judged for each of them. It returns when all tiers are
// decided, Config.MaxPhases are spent, or ctx is done.
//
// The report is never nil and holds what is known, even beside an error. The error is that
// of the configuration, the preflight or the journal; or wraps [ErrNothingSucceeded],
// [ErrEndpointGone] or [ErrUndecided]; or is that of writing to Config.Requests, or the
// cause of ctx.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	r, err := newRun(ctx, cfg)
	defer r.close()
	if err != nil {
		return r.report, err
	}
	settled, err := r.search(ctx)
	r.conclude()
	if err == nil && !r.answered() {
		err = fmt.Errorf("%w: %s", ErrUndecided, r.lastReason())
	}
	r.report.Complete = settled && err == nil
	return r.report, err
}

// search asks about one number of agents after the other, and reports whether the
// tiers are settled.
func (r *run) search(ctx context.Context) (settled bool, err error) {
	if r.cfg.Progress != nil {
		r.cfg.Progress(Event{Stage: "starting", Warnings: slices.Clone(r.report.Warnings)})
	}
	for {
		n, ok := r.next()
		if !ok {
			return true, nil
		}
		if r.spent() {
			return false, nil
		}
		if err := r.phase(ctx, n); err != nil {
			return false, err
		}
	}
}

// next returns the number of agents to try next. Under the point rule it is what the
// first tier that is still open asks for; the tiers after it learn from it too.
func (r *run) next() (n int, ok bool) {
	if r.referee != nil {
		q, ok := r.referee.next()
		return q.N, ok
	}
	for i := range r.brackets {
		if n, ok := r.brackets[i].Next(); ok {
			return n, true
		}
	}
	return 0, false
}

// spent reports whether there have been as many phases as there may be.
func (r *run) spent() bool {
	most := r.cfg.MaxPhases
	if most == 0 || len(r.report.Phases) < most {
		return false
	}
	r.warn(fmt.Sprintf("the search was ended after %d phases", most))
	return true
}

// answered reports whether any tier has an answer.
func (r *run) answered() bool {
	for _, t := range r.report.Tiers {
		if t.MaxAgents > 0 || t.FirstFailingAgents != nil {
			return true
		}
	}
	return false
}

// lastReason returns what the last phase said of the first tier.
func (r *run) lastReason() string {
	if len(r.report.Phases) == 0 {
		return "there was none"
	}
	return r.report.Phases[len(r.report.Phases)-1].Verdicts[0].Reason
}

// Check judges every tier at the given number of agents, 1 or more, for test suites that
// know the capacity they want. It takes one phase, or a second one if the client failed or
// nothing succeeded in the first. In the report, a tier that passes has MaxAgents equal to
// agents. Errors are those of Run.
//
// Two checks with the same seed send the same requests, so that the second may find the
// server's cache filled by the first. Leave Config.Seed 0 to avoid that.
func Check(ctx context.Context, cfg Config, agents int) (*Report, error) {
	if agents < 1 {
		return emptyReport(cfg), fmt.Errorf("agentperf: a check of %d agents, expected 1 or more", agents)
	}
	cfg.least, cfg.Start, cfg.MaxAgents = agents, agents, agents
	r, err := newRun(ctx, cfg)
	defer r.close()
	if err != nil {
		return r.report, err
	}
	settled, err := r.search(ctx)
	r.report.Complete = settled && err == nil
	r.conclude()
	return r.report, err
}

// run is a Run or Check under way.
type run struct {
	cfg       Config
	connect   func(agent int) trajectory.Sender
	client    *endpoint.Client // nil with Config.Connect
	report    *Report
	referee   *referee         // under ControlledRule
	brackets  []search.Bracket // under PointRule, for each tier
	journal   *journal.Journal // nil without
	succeeded bool             // any request so far
	silent    bool             // the latest phase ended with nothing succeeding
}

func (r *run) close() {
	if r.client != nil {
		r.client.Close()
	}
	if r.journal != nil {
		r.journal.Close() // all in it is on disk
	}
}

func (r *run) warn(texts ...string) { r.report.Warnings = append(r.report.Warnings, texts...) }
