package agentperf

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/internal/selfcheck"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// phase runs and judges one phase and tells the search what it says. A phase at whose
// end nothing succeeded says something only if the endpoint is still there: it may have
// died in the middle.
func (r *run) phase(ctx context.Context, agents int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	pc, err := r.cfg.Rules.phase(agents, r.cfg.Verdict)
	if err != nil {
		return err
	}
	index := len(r.report.Phases)
	open, end := context.WithCancelCause(ctx)
	defer end(nil)
	pc.Progress, pc.Interval = watch(r.cfg.Progress, index, agents, end), progressInterval
	pc.Patience = r.patience()
	var before endpoint.Counters
	if r.client != nil {
		before = r.client.Counters()
	}
	crew := newCrew(r.cfg, r.connect, index, agents)
	check := selfcheck.Start()
	var client selfcheck.Figures
	pc.Closed = func() { client = check.Read() } // the drain is nobody's window
	var look *lookout
	if r.referee != nil {
		look = r.lookout(crew, agents)
		look.check = check
		pc.Watch, pc.Look = look.watch, r.cfg.Rules.Block
	}
	settled := time.AfterFunc(pc.Ramp()+pc.Settle, check.Mark)
	result, err := phase.Run(open, pc, crew.work)
	full := errors.Is(err, sockets.ErrFull)
	settled.Stop()
	check.Stop()
	p, e := summarise(index, agents, r.cfg.Rules, result, crew.records, crew.gaps)
	if full {
		e.invalid, err = "the client failed: "+err.Error(), nil
	}
	r.checkClient(p, e, client)
	if look != nil {
		look.judge(p, e, result)
	} else {
		p.judge(r.cfg.Tiers, e)
	}
	p.warnOfUnfairness(r.cfg.Tiers, e.own)
	if r.client != nil {
		counted := r.client.Counters().Since(before)
		p.Reconnects, p.Warnings = counted.Reconnects, append(p.Warnings, counted.Warnings()...)
	}
	p.silence, r.silent = silence(crew.records)
	succeeded := 0
	for i := range crew.records {
		if !crew.records[i].failed() {
			succeeded++
		}
	}
	r.succeeded = r.succeeded || succeeded > 0
	gone := r.alive(ctx, p)
	if errors.Is(gone, ErrEndpointGone) {
		for i, v := range p.Verdicts { // a dead endpoint says nothing of this number
			p.Verdicts[i] = TierVerdict{Tier: v.Tier, Verdict: Invalid, Reason: "the endpoint has stopped answering: " + p.silence}
		}
	}
	r.report.Phases = append(r.report.Phases, *p)
	if err = errors.Join(err, gone); err == nil {
		err = errors.Join(r.observe(p), r.keep(p, result.Times, crew.records))
	}
	if r.cfg.Requests != nil {
		err = errors.Join(err, writeRequests(r.cfg.Requests, index, result.Times, crew.records))
	}
	if r.cfg.Progress != nil { // what is told of is in the journal
		r.cfg.Progress(Event{
			Phase: index, Agents: agents, Stage: "done", Elapsed: result.End.Sub(result.Start), Up: result.Up,
			Requests: len(crew.records), Succeeded: succeeded, Trajectories: p.Trajectories, Result: p,
		})
	}
	return err
}

// patience is how long a phase goes on waiting for the requests that it measures:
// somewhat longer than one can take.
func (r *run) patience() time.Duration {
	return max(r.cfg.Endpoint.Timeout, endpoint.DefaultTimeout) + 10*time.Second
}

// silence says why at the end of a phase no request succeeded, if none did.
func silence(all []record) (why string, silent bool) {
	succeeded := func(r record) bool { return !r.failed() }
	last := lastOf(all)
	switch silent = !slices.ContainsFunc(last, succeeded); {
	case !slices.ContainsFunc(all, succeeded):
		why = deadReason(all)
	case silent:
		why = "at its end, " + deadReason(last)
	}
	return why, silent
}

// alive makes sure, after a phase at whose end nothing succeeded, that the search
// goes on against something: one lone request must succeed, within 3 s or in the
// one attempt that takes longer.
func (r *run) alive(ctx context.Context, p *PhaseResult) error {
	if !r.silent || p.Verdicts[0].Verdict == Invalid || ctx.Err() != nil {
		return nil
	}
	why := p.silence
	if !r.succeeded {
		return fmt.Errorf("%w: %s", ErrNothingSucceeded, why)
	}
	for began := time.Now(); ; {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if r.answers(ctx) {
			return nil
		}
		if time.Since(began) >= 3*time.Second {
			break
		}
	}
	return fmt.Errorf("%w at %s: %s", ErrEndpointGone, agents(p.Agents), why)
}

// answers reports whether a lone request succeeds.
func (r *run) answers(ctx context.Context) bool {
	replayer := trajectory.NewReplayer(func() trajectory.Sender { return r.connect(0) }, r.cfg.Policy, nil)
	defer replayer.Close()
	for play := range r.cfg.schedule(-1).Plays(0) {
		for res := range replayer.Play(ctx, play) {
			return res.Err == nil
		}
	}
	return false
}
