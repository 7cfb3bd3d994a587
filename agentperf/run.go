package agentperf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/search"
	"github.com/agentperf/agentperf-go/trajectory"
)

// ErrNothingSucceeded is returned when no request of a whole run succeeded, so
// that there is no answer, not even 0.
var ErrNothingSucceeded = errors.New("agentperf: no request succeeded")

// ErrUndecided is returned when a run came to its end and not one tier has an
// answer, because no phase could be judged.
var ErrUndecided = errors.New("agentperf: no phase could be judged")

// ErrEndpointGone is returned when the endpoint, which had answered before, has
// answered nothing in a phase and does not answer a lone request after it.
var ErrEndpointGone = errors.New("agentperf: the endpoint has stopped answering")

// Run finds the largest number of agents for each tier. One search serves all
// tiers: every phase is judged for each of them.
//
// The report is never nil and holds what is known even when there is an
// error: that of the configuration or the preflight, [ErrNothingSucceeded],
// [ErrEndpointGone], [ErrUndecided], one of writing to Config.Requests, or the
// cause for which ctx was done.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	r, err := newRun(ctx, cfg)
	defer r.close()
	if err != nil {
		return r.report, err
	}
	brackets := make([]search.Bracket, len(r.cfg.Tiers))
	for i := range brackets {
		brackets[i] = r.cfg.bracket()
	}
	settled := false
	for {
		n, ok := next(brackets)
		if !ok {
			settled = true
			break
		}
		if max := r.cfg.MaxPhases; max > 0 && len(r.report.Phases) == max {
			r.warn(fmt.Sprintf("the search was ended after %d phases", max))
			break
		}
		if err = r.ask(ctx, n, brackets); err != nil {
			break
		}
	}
	r.conclude(brackets)
	if err == nil && !r.answered() {
		err = fmt.Errorf("%w: %s", ErrUndecided, r.lastReason())
	}
	r.report.Complete = settled && err == nil
	return r.report, err
}

// ask runs a phase and tells the searches what it says. A phase at whose end
// nothing succeeded says something only if the endpoint is still there: it may
// have died in the middle.
func (r *run) ask(ctx context.Context, n int, brackets []search.Bracket) error {
	p, err := r.phase(ctx, n)
	if p == nil {
		return err
	}
	if err := errors.Join(err, r.alive(ctx, p)); err != nil {
		return err
	}
	for i := range brackets {
		brackets[i].Observe(n, p.Verdicts[i].Verdict.answer())
	}
	return nil
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

// Check runs one phase with the given number of agents and judges every tier:
// for test suites, where the capacity wanted is known. In the report a tier
// that passes has MaxAgents = agents. The error is as for Run.
//
// Two checks with one seed send the same requests: the second may find the
// server's cache filled by the first. Leave Config.Seed 0 to avoid that.
func Check(ctx context.Context, cfg Config, agents int) (*Report, error) {
	if agents < 1 {
		return emptyReport(cfg), fmt.Errorf("agentperf: a check of %d agents, expected 1 or more", agents)
	}
	cfg.Start, cfg.MaxAgents = agents, agents
	r, err := newRun(ctx, cfg)
	defer r.close()
	if err != nil {
		return r.report, err
	}
	brackets := make([]search.Bracket, len(r.cfg.Tiers))
	err = r.ask(ctx, agents, brackets)
	r.report.Complete = err == nil
	r.conclude(brackets)
	return r.report, err
}

// next returns the number of agents to try next: what the first tier that is
// still open asks for. The tiers after it learn from it too.
func next(brackets []search.Bracket) (n int, ok bool) {
	for i := range brackets {
		if n, ok := brackets[i].Next(); ok {
			return n, true
		}
	}
	return 0, false
}

// patience is how long after the longest request a phase goes on waiting for
// those it measures.
const patience = 10 * time.Second

// run is a Run or Check under way.
type run struct {
	cfg       Config
	connect   func(agent int) trajectory.Sender
	client    *endpoint.Client // nil with Config.Connect
	report    *Report
	succeeded bool // any request so far
	silent    bool // the latest phase ended with nothing succeeding
}

func (r *run) close() {
	if r.client != nil {
		r.client.Close()
	}
}

func newRun(ctx context.Context, cfg Config) (*run, error) {
	r := &run{report: emptyReport(cfg)}
	if err := cfg.Validate(); err != nil {
		return r, err
	}
	r.report.Config = echo(cfg)
	defaulted := cfg.Policy.Output == ""
	cfg = cfg.resolve()
	r.connect = cfg.Connect
	if cfg.Connect == nil {
		client, err := endpoint.New(cfg.Endpoint)
		if err != nil {
			return r, err
		}
		r.client = client
		found, err := client.Preflight(ctx, cfg.Policy.Model, cfg.Policy.Fields)
		r.report.Preflight = &found
		if err != nil {
			return r, fmt.Errorf("agentperf: preflight: %w", err)
		}
		cfg.Policy.Model = found.Model
		if cfg.ContextTokens == 0 {
			cfg.ContextTokens = found.ContextTokens
		}
		r.connect = func(int) trajectory.Sender { return client.Conn() }
		r.warn(found.Warnings...)
		if found.IgnoreEOS == endpoint.Rejected && cfg.Policy.Output == trajectory.OutputExact {
			if !defaulted {
				return r, errors.New("agentperf: the endpoint rejects ignore_eos, which Policy.Output exact needs; use cap or free")
			}
			cfg.Policy.Output = trajectory.OutputCap
			r.warn("answers are not forced to the recorded length, only limited to it: the endpoint rejects ignore_eos")
		}
	}
	cfg.Policy.Window = max(0, cfg.ContextTokens)
	fitted, fit := cfg.Workload.Fit(cfg.Policy)
	if len(fitted.Trajectories) == 0 {
		return r, fmt.Errorf("agentperf: no trajectory fits a context of %d tokens with its answers; see Policy.Output and MaxTokens", cfg.ContextTokens)
	}
	if fit != (trajectory.Fit{}) {
		r.warn(fmt.Sprintf("%d trajectories were cut and %d dropped (%d turns in all) to fit a context of %d tokens", fit.Cut, fit.Dropped, fit.Turns, cfg.ContextTokens))
	}
	waits := fitted.Waits(cfg.Policy)
	if cut := waits.Human - waits.HumanReplayed; cut > 0 {
		r.warn(fmt.Sprintf("%v of %v that agents waited for people in the recording are cut", cut.Round(time.Second), waits.Human.Round(time.Second)))
	}
	if cut := waits.Tool - waits.ToolReplayed; cut > 0 && cfg.Policy.ToolDelay != trajectory.ToolDelaySampled {
		r.warn(fmt.Sprintf("%v of %v that tools took in the recording are cut", cut.Round(time.Second), waits.Tool.Round(time.Second)))
	}
	if missing, all := lengths(fitted); missing > 0 && cfg.Policy.Output != trajectory.OutputFree {
		r.warn(fmt.Sprintf("%d of %d answers have no recorded length: theirs is left to the model, up to what the recorded request allowed or %d tokens", missing, all, cfg.Policy.Resolve().MaxTokens))
	}
	r.warn(guessed(fitted)...)
	if cfg.Policy.Prefix == trajectory.PrefixNone {
		r.warn("plays have no prefix of their own: the server may answer from the cache of another play")
	}
	cfg.Workload = fitted
	r.cfg = cfg
	r.report.Config = echo(cfg)
	return r, nil
}

// guessed says how much of what is replayed was not recorded. Of a workload that
// was made up as a whole nothing needs to be said.
func guessed(w *trajectory.Workload) (warnings []string) {
	from := w.Origins()
	for _, of := range []struct {
		text   string
		counts trajectory.OriginCounts
	}{
		{"%.0f %% of the output lengths are estimates", from.Output},
		{"%.0f %% of the delays between turns are estimates", from.Delay},
		{"%.0f %% of the prompts are in part made up, from the recorded number of tokens", from.Text},
	} {
		if share := of.counts.Share(trajectory.Estimated); share > 0 {
			warnings = append(warnings, fmt.Sprintf(of.text, math.Ceil(100*share)))
		}
	}
	if share := from.Text.Share(trajectory.Synthetic); share > 0 && from.Output.Synthetic == 0 {
		warnings = append(warnings, fmt.Sprintf("%.0f %% of the prompts are synthetic text of the recorded lengths: speculative decoding and tokenizers may treat it unlike the original", math.Ceil(100*share)))
	}
	return warnings
}

// phase runs and judges one phase. The result is nil when there was none.
func (r *run) phase(ctx context.Context, agents int) (*PhaseResult, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	pc, err := r.cfg.Rules.phase(agents)
	if err != nil {
		return nil, err
	}
	index := len(r.report.Phases)
	pc.Progress, pc.Interval = watch(r.cfg.Progress, index, agents), progressInterval
	pc.Patience = max(r.cfg.Endpoint.Timeout, endpoint.DefaultTimeout) + patience
	var before endpoint.Counters
	if r.client != nil {
		before = r.client.Counters()
	}
	crew := newCrew(r.cfg, r.connect, index, agents)
	result, err := phase.Run(ctx, pc, crew.work)
	p := summarise(index, agents, r.cfg.Tiers, r.cfg.Rules, result, crew.records, crew.gaps)
	if r.client != nil {
		counted := r.client.Counters().Since(before)
		p.Reconnects, p.Warnings = counted.Reconnects, append(p.Warnings, counted.Warnings()...)
	}
	succeeded := 0
	for i := range crew.records {
		if !crew.records[i].failed() {
			succeeded++
		}
	}
	r.succeeded = r.succeeded || succeeded > 0
	last := lastOf(crew.records)
	r.silent = !slices.ContainsFunc(last, func(rec record) bool { return !rec.failed() })
	switch {
	case succeeded == 0:
		p.silence = deadReason(crew.records)
	case r.silent:
		p.silence = "at its end, " + deadReason(last)
	}
	r.report.Phases = append(r.report.Phases, p)
	if r.cfg.Requests != nil {
		err = errors.Join(err, writeRequests(r.cfg.Requests, index, result.Times, crew.records))
	}
	if r.cfg.Progress != nil {
		r.cfg.Progress(Event{
			Phase: index, Agents: agents, Stage: "done", Elapsed: result.End.Sub(result.Start), Up: result.Up,
			Requests: len(crew.records), Succeeded: succeeded, Trajectories: p.Trajectories, Result: &p,
		})
	}
	return &p, err
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
	return fmt.Errorf("%w at %d agents: %s", ErrEndpointGone, p.Agents, why)
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

func (r *run) warn(texts ...string) { r.report.Warnings = append(r.report.Warnings, texts...) }

// conclude draws the results from what the searches know.
func (r *run) conclude(brackets []search.Bracket) {
	for i := range brackets {
		t := r.cfg.Tiers[i]
		s := brackets[i].Summary()
		res := newTierResult(t)
		res.MaxAgents = s.LargestPassing
		if s.SmallestFailing > 0 {
			res.FirstFailingAgents, res.Bounded = &s.SmallestFailing, true
		}
		for _, n := range s.Unclear {
			if n > s.LargestPassing && (s.SmallestFailing == 0 || n < s.SmallestFailing) {
				res.UndecidedAgents = &n
				break
			}
		}
		res.normalise(r.report.System)
		r.report.Tiers = append(r.report.Tiers, res)
		for _, c := range s.Contradictions {
			r.warn(fmt.Sprintf("tier %s passed at %d agents although it failed at %d: the answer stays below the failure", t.name(), c.Pass, c.Fail))
		}
		for _, n := range s.Unclear {
			r.warn(fmt.Sprintf("tier %s: nothing could be said of %d agents: %s", t.name(), n, r.reason(t, n)))
		}
	}
	r.warnOfDeciders()
}

// reason returns what the latest phase of n agents said of a tier.
func (r *run) reason(t Tier, n int) (reason string) {
	for _, p := range r.report.Phases {
		for _, v := range p.Verdicts {
			if p.Agents == n && v.Tier == t.name() {
				reason = v.Reason
			}
		}
	}
	return reason
}

// warnOfDeciders repeats the warnings of the phases on which the results rest,
// each once.
func (r *run) warnOfDeciders() {
	decides := make(map[int]bool)
	for _, t := range r.report.Tiers {
		decides[t.MaxAgents] = true
		if t.FirstFailingAgents != nil {
			decides[*t.FirstFailingAgents] = true
		}
	}
	for _, p := range r.report.Phases {
		if !decides[p.Agents] {
			continue
		}
		for _, w := range p.Warnings {
			r.warn(fmt.Sprintf("phase %d (%s): %s", p.Index, agents(p.Agents), w))
		}
	}
}
