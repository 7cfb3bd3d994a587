package agentperf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// phase runs the phase of a plan and gives the rule what was observed. If nothing succeeded
// at the end of a phase, it counts only if the endpoint is still there: it may have died in
// the middle.
func (r *run) phase(ctx context.Context, plan decide.Plan) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := plan.Fits(); err != nil {
		return err
	}
	index := len(r.report.Phases)
	r.latest = plan
	outlook := r.outlook()
	planned, requests := r.planOf(index, plan), newRequestLog(r.requests)
	watch := record.Watch{Progress: r.watch(&planned, plan, outlook)}
	if requests != nil {
		watch.Ended = requests.ended
	}
	if plan.Look > 0 {
		watch.Look = r.look(plan)
	}
	header := r.header(&planned)
	r.log.Info("phase begins", "phase", index, "agents", plan.Agents, "why", plan.Why)
	p, beside, err := r.observers.Around(ctx, r.accelerators(), func() (*record.Phase, error) {
		return r.phaseOf(ctx, &planned, watch, &header)
	})
	o := decide.Observe(r.criteria, cmp.Or(plan.Block, pointBlock), p)
	if bad := o.Validate(r.criteria); bad != nil { // of what a Load returned
		p = noPhase(&header, bad.Error())
		p.Ending = record.Stopped
		o = decide.Observe(r.criteria, cmp.Or(plan.Block, pointBlock), p)
	}
	result := newPhaseResult(p)
	for _, w := range p.Warnings {
		result.warn(w.Code, w.Text)
	}
	if o.Invalid == "" {
		o.Invalid = load.TooLate(p, measured(p), r.clientLag)
	}
	if r.exclusive && o.Invalid == "" {
		o.Invalid = beside.Foreign
	}
	if failures := derive.Failures(p); o.Invalid != "" && failures != "" {
		o.Invalid += "; besides, " + failures
	}
	why, silent := derive.Silence(p)
	r.succeeded = r.succeeded || derive.Succeeded(p) > 0
	var gone error
	if silent && o.Invalid == "" && err == nil && ctx.Err() == nil {
		if gone = r.alive(ctx, plan.Agents, why); errors.Is(gone, ErrEndpointGone) {
			// A dead endpoint says nothing of this number.
			o.Invalid = "the endpoint has stopped answering: " + why
		}
	}
	result.fill(p, r.criteria, o.Invalid)
	result.clients(p)
	if r.steady == nil && o.Invalid == "" {
		result.warn(codeUnlike, unlike(&o.Load, r.population.At(record.Pace{}).Means())...)
	}
	result.reuse(p, r.reuse)
	result.observed(&beside)
	seen := collect(p, r.steady != nil)
	r.samples[index] = seen.sample()
	again := false
	if err = errors.Join(err, gone); err == nil {
		if again = r.again(p); again {
			plan.Alpha = nil
		} else {
			err = r.rule.Observe(plan, o)
		}
	}
	if result.Verdicts = r.unjudged(&o); err == nil {
		if !again {
			result.Verdicts = r.verdicts(plan.Agents, &o)
		}
		err = r.keep(plan, o, result, p)
	}
	if derive.Refused(p) != nil { // so it would be again, at any number of agents
		err = errors.Join(err, fmt.Errorf("%w at %s: %s", ErrInvalid, agents(plan.Agents), o.Invalid))
	}
	r.report.Phases = append(r.report.Phases, *result)
	err = errors.Join(err, requests.phase(ctx, p, o.Invalid), beside.WriteSeries(r.series))
	r.log.Info("phase ended", "phase", index, "agents", plan.Agents, "ending", p.Ending, "invalid", o.Invalid, "verdicts", result.Verdicts)
	r.tell(r.outlook(), Event{ // what is told of is in the journal
		Phase: index, Agents: plan.Agents, Stage: "done", Elapsed: p.End, Estimate: plan.Cost, Up: p.Up,
		Requests: len(p.Rows), Succeeded: derive.Succeeded(p), Failed: derive.Failed(p), OutputTokens: derive.OutputTokens(p), Trajectories: p.Completed, Result: result,
	})
	return err
}

// planOf returns what a phase is to be.
func (r *run) planOf(index int, plan decide.Plan) record.Plan {
	return record.Plan{
		Run: r.id, Index: index,
		Shape: record.Shape{
			Agents: plan.Agents, SpawnRate: plan.SpawnRate, Settle: plan.Settle, FirstTokens: plan.FirstTokens, Fixed: plan.Fixed, Measure: max(plan.Least, plan.Most),
			MinTotal: plan.MinTrajectories, MinPerAgent: plan.MinPerAgent, Timeout: plan.Timeout, Drain: plan.Drain,
			Patience: r.patience, GiveUp: load.GiveUp,
		},
		Seed: r.schedule.Seed, Draw: plan.Draw, Steady: r.steady != nil, Pace: plan.Pace, MaxStart: r.schedule.MaxStart, Assigned: r.assigned,
		Workload: r.digest, Policy: r.policy, LookEvery: plan.Look,
	}
}

// scheduleOf returns who plays what by a plan.
func (r *run) scheduleOf(plan *record.Plan) trajectory.Schedule {
	s, err := r.script.Schedule(plan)
	if err != nil {
		panic(err) // the script is of the workload that is planned
	}
	return s
}

// header returns what is known about a phase before it is run.
func (r *run) header(plan *record.Plan) record.Header {
	h := record.Header{
		Run: plan.Run, Index: plan.Index, Agents: plan.Agents, Seed: plan.Seed, Draw: plan.Draw, Start: startUniform, Pace: plan.Pace, Workload: plan.Workload,
		ContextTokens: plan.Policy.Window, SyntheticFactor: plan.Policy.SyntheticFactor,
	}
	schedule := r.scheduleOf(plan)
	if schedule.Steady != nil {
		h.Start = startSteady
	}
	for agent := range plan.Agents {
		for play := range schedule.Plays(agent) {
			h.Standings = append(h.Standings, record.Standing{Trajectory: play.Trajectory.ID, Turn: play.Start, Held: int64(play.Held())})
			h.HeldTokens += int64(play.Held())
			break
		}
	}
	return h
}

// The names of the distributions of where agents stand when a phase begins; see
// [trajectory.Schedule].
const (
	startUniform = "uniform turn"
	startSteady  = "steady state"
)

// look returns the function that ends a phase once it has served its purpose.
func (r *run) look(plan decide.Plan) func(*record.Phase) bool {
	return func(p *record.Phase) bool {
		for _, c := range p.Clients {
			if r.clientLag > 0 && c.Wakes >= metrics.SamplesFor(99) && c.Lag > r.clientLag {
				return true // it will be invalid
			}
		}
		return r.rule.Stop(plan, decide.Observe(r.criteria, cmp.Or(plan.Block, pointBlock), p))
	}
}

// watch returns the function that passes on the progress of a phase.
func (r *run) watch(planned *record.Plan, plan decide.Plan, outlook Event) func(record.Progress) {
	if r.progress == nil {
		return nil
	}
	var latest glance
	most := longest(plan, planned.Ramp())
	return func(p record.Progress) {
		if p.Sofar != nil {
			latest = r.glance(plan, p.Sofar)
		}
		now := outlook
		now.Remaining, now.RemainingMost = max(0, outlook.Remaining-p.Elapsed), max(0, outlook.RemainingMost-p.Elapsed)
		r.tell(now, Event{
			Phase: planned.Index, Agents: plan.Agents, Stage: p.Stage, Elapsed: p.Elapsed, Estimate: plan.Cost, Longest: most, Up: p.Up,
			Requests: p.Attempts, InFlight: p.InFlight, Succeeded: p.Succeeded, Failed: p.Failed, OutputTokens: p.OutputTokens,
			Trajectories: p.Completed, Pending: p.Pending, Figures: latest.figures, Client: latest.client, Criteria: latest.criteria,
		})
	}
}

// longest returns when the window of a phase ends at the latest; 0 if nothing ends it.
func longest(plan decide.Plan, ramp time.Duration) time.Duration {
	switch {
	case plan.Timeout > 0:
		return plan.Timeout
	case plan.Most > 0 || plan.Fixed:
		return ramp + plan.Settle + plan.FirstTokens + max(plan.Least, plan.Most)
	}
	return 0
}

// alive returns an error if the endpoint is gone, after a phase at whose end nothing
// succeeded.
func (r *run) alive(ctx context.Context, n int, why string) error {
	if !r.succeeded {
		return fmt.Errorf("%w: %s", ErrNothingSucceeded, why)
	}
	err := load.Alive(ctx, func(ctx context.Context) error {
		replayer := trajectory.NewReplayer(func() trajectory.Sender { return r.connect(0) }, r.policy, nil)
		defer replayer.Close()
		lone := r.planOf(-1, decide.Plan{Agents: 1})
		for play := range r.scheduleOf(&lone).Plays(0) {
			for res := range replayer.Play(ctx, play) {
				return res.Err
			}
		}
		return nil
	})
	if errors.Is(err, load.ErrGone) {
		return fmt.Errorf("%w at %s: %s", ErrEndpointGone, agents(n), why)
	}
	return err
}
