package agentperf

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/audit"
)

const (
	// auditPhase is the phase of the schedule that an audit plays: none that a search comes
	// to, so that its prefixes are new.
	auditPhase = 1 << 30
	// A quarter of the agents audit, so that the load stays that of agents, and four at
	// most: more would not be done much sooner.
	auditShare, mostAuditors = 4, 4
	// auditFor is when an audit is broken off. At 8 prompts on a slow system it takes some
	// ten minutes.
	auditFor = 2 * time.Hour
	// endlessly is longer than any audit.
	endlessly = 1000 * time.Hour
)

var errAuditTime = fmt.Errorf("it was not done within %v", auditFor)

// audit makes the audit that the configuration asks for. The error is the cause of ctx.
func (r *run) audit(ctx context.Context) error {
	if r.auditing == nil {
		return nil
	}
	n := 0
	for i := range r.report.Tiers {
		n = max(n, r.report.Tiers[i].MaxAgents)
	}
	report := &r.report.Audit
	if n == 0 {
		report.Reason = "no number of agents holds"
		return nil
	}
	auditors := min(max(1, n/auditShare), mostAuditors)
	schedule := r.schedule
	schedule.Phase = auditPhase
	a, err := audit.New(audit.Config{
		Schedule: schedule, Policy: r.policy, Connect: r.connect, First: n - auditors, Agents: auditors,
		Prompts: max(r.auditing.Prompts, audit.LeastPrompts), Check: r.auditing.Check,
		Progress: func(requests int) { r.tellAudit(n, requests, 0) },
	})
	if err != nil {
		report.Reason = err.Error()
		return nil
	}
	cost := a.Cost()
	takes := r.auditTime(n, auditors, cost)
	text := []string{fmt.Sprintf("%d requests", cost.Requests), fmt.Sprintf("about %d input tokens", cost.InputTokens), fmt.Sprintf("at most %d output tokens", cost.OutputTokens)}
	r.log.Info("audit begins", "agents", n, "requests", cost.Requests, "input_tokens", cost.InputTokens, "output_tokens", cost.OutputTokens, "about", takes)
	r.tellAudit(n, 0, takes, text...)

	began := time.Now()
	bounded, cancel := context.WithTimeoutCause(ctx, auditFor, errAuditTime)
	defer cancel()
	ended, asked := r.beside(bounded, n-auditors, a.Ask)
	result := a.Judge(bounded, asked)
	*report = AuditReport{
		Agents: n, Requests: result.Cost.Requests, Failed: result.Failed, InputTokens: result.Cost.InputTokens, OutputTokens: result.Cost.OutputTokens,
		Checked: result.Checked, Wrong: result.Wrong, Seconds: time.Since(began).Seconds(), Checks: []AuditCheck{},
	}
	for _, c := range result.Checks {
		report.Checks = append(report.Checks, AuditCheck{c.Code, string(c.Outcome), c.Text})
	}
	report.conclude(result, asked, ended)
	r.log.Info("audit ended", "outcome", report.Outcome, "reason", report.Reason, "checks", report.Checks)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// conclude says what came of the audit. ended is why the load beside it ended early.
func (a *AuditReport) conclude(r *audit.Result, asked, ended error) {
	any := func(o audit.Outcome) bool {
		return slices.ContainsFunc(r.Checks, func(c audit.Check) bool { return c.Outcome == o })
	}
	switch {
	case errors.Is(asked, audit.ErrNoText):
		*a = AuditReport{Outcome: NotAudited, Reason: asked.Error(), Checks: a.Checks}
	case asked != nil:
		a.Outcome, a.Reason = AuditIncomplete, "it was broken off: "+asked.Error()
	case any(audit.Found):
		a.Outcome = AuditFindings
	case any(audit.Incomplete):
		a.Outcome = AuditIncomplete
	case ended != nil:
		a.Outcome, a.Reason = AuditIncomplete, "the load beside it ended early: "+ended.Error()
	case !any(audit.Passed):
		a.Outcome, a.Reason = NotAudited, "no check could be made"
	default:
		a.Outcome = AuditPassed
	}
	if r.Failure != nil && asked == nil {
		a.Reason = fmt.Sprintf("%d requests failed, such as: %v", r.Failed, r.Failure)
	}
}

// beside calls ask while so many agents play, once they have settled. ended is why they
// stopped before ask returned.
func (r *run) beside(ctx context.Context, agents int, ask func(context.Context) error) (ended, asked error) {
	if agents == 0 {
		return nil, ask(ctx)
	}
	plan := r.latest
	plan.Agents = agents
	ready, over := make(chan struct{}), make(chan error, 1)
	playing, stop := context.WithCancel(ctx)
	defer stop()
	settled := false
	planned := r.planOf(auditPhase, plan)
	planned.Shape = record.Shape{Agents: agents, SpawnRate: plan.SpawnRate, Settle: plan.Settle, FirstTokens: plan.FirstTokens, Measure: endlessly, Patience: r.patience}
	planned.LookEvery = 0
	watch := record.Watch{Progress: func(p record.Progress) {
		if p.Stage == "measuring" && !settled {
			settled = true
			close(ready)
		}
	}}
	go func() {
		header := r.header(&planned)
		p, err := r.phaseOf(playing, &planned, watch, &header)
		if err == nil {
			err = fmt.Errorf("the phase ended (%s %s)", p.Ending, p.Fault)
		}
		over <- err
	}()
	select {
	case <-ready:
	case err := <-over:
		return err, ask(ctx)
	}
	asked = ask(ctx)
	select {
	case ended = <-over:
		return ended, asked
	default:
	}
	stop()
	<-over
	return nil, asked
}

// auditTime estimates how long an audit takes by what was measured at n agents.
func (r *run) auditTime(n, auditors int, cost audit.Cost) time.Duration {
	var seconds float64
	for _, p := range r.report.Phases {
		f := p.Figures
		if f == nil || p.Agents != n || f.P50Speed == nil || *f.P50Speed <= 0 {
			continue
		}
		if seconds = float64(cost.OutputTokens) / *f.P50Speed; f.P50TTFT != nil {
			seconds += *f.P50TTFT * float64(cost.Requests)
		}
	}
	takes := time.Duration(seconds / float64(auditors) * float64(time.Second))
	if n > auditors {
		takes += record.Shape{Agents: n - auditors, SpawnRate: r.latest.SpawnRate}.Ramp() + r.latest.Settle
	}
	return takes
}

// tellAudit passes on how far an audit has come.
func (r *run) tellAudit(n, requests int, takes time.Duration, pending ...string) {
	now := r.outlook()
	now.Remaining, now.RemainingMost = takes, 0
	r.tell(now, Event{Phase: len(r.report.Phases), Agents: n, Stage: "auditing", Requests: requests, Pending: pending})
}
