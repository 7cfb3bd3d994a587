package agentperf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/replay"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// prepare returns a run that can begin, of a configuration as the caller wrote it; numbers
// are those of a Check or Measure. The run is never nil and must be closed.
func prepare(ctx context.Context, written Config, numbers ...int) (r *run, err error) {
	if len(numbers) > 0 { // all of them need their connections
		written.Start, written.MaxAgents = slices.Max(numbers), slices.Max(numbers)
	}
	cfg, err := written.resolve()
	if err != nil {
		return &run{report: newReport()}, err
	}
	synthetic := hasSynthetic(cfg.Workload)
	if !synthetic {
		cfg.Policy.SyntheticFactor = 0 // of nothing
	}
	r = newRun(&cfg, numbers)
	defer func() { // the report says what there is, also beside an error
		r.report.Config = echo(&cfg)
		r.identify(&cfg)
		r.report.Config.WorkloadSHA256, r.report.Config.Reuse, r.report.Config.Agents = r.digest, reuseEcho(r.reuse), numbers
	}()
	if limited(&cfg) {
		warning, err := fit(&r.bounds, cfg.Workload, sockets.Here())
		if err != nil {
			return r, err
		}
		if warning != "" {
			r.warn("connections", warning)
		}
	}
	if cfg.Connect == nil {
		if err := r.probe(ctx, &cfg, &written.Policy); err != nil {
			return r, err
		}
	}
	if err := r.fitWorkload(&cfg); err != nil {
		return r, err
	}
	if err := r.compare(&cfg); err != nil {
		return r, err
	}
	scaled := written.Policy.SyntheticFactor != 0
	if p := r.report.Profile; p != nil && scaled && synthetic {
		p.add("Policy.SyntheticFactor", "Policy.SyntheticFactor is %v; %s has recorded text", written.Policy.SyntheticFactor, p.Name)
	}
	if synthetic && !scaled {
		if err := r.calibrate(ctx, &cfg); err != nil {
			return r, err
		}
	}
	cfg.Workload.Encode(cfg.Policy)
	r.policy, r.digest, r.reuse = cfg.Policy, replay.Digest(cfg.Workload, &cfg.Policy), cfg.Workload.Reuse(cfg.Policy.Prefix)
	r.schedule = trajectory.Schedule{Workload: cfg.Workload, Seed: cfg.Seed, MaxStart: given(cfg.MaxStart)}
	if r.schedule.Assigned, err = replay.Assigned(cfg.Assigned, cfg.Workload); err != nil {
		return r, fmt.Errorf("agentperf: %w", err)
	}
	r.assigned = cfg.Assigned
	r.population = &population{Paces: replay.Paces{Workload: cfg.Workload, Policy: cfg.Policy}, schedule: r.schedule}
	r.script = replay.ScriptOf(&r.population.Paces, r.digest)
	if r.load = cfg.Load; r.load == nil {
		r.load = &LocalLoad{Workload: cfg.Workload, Connect: r.connect, script: r.script, client: r.client, warn: func(agent int, err error) {
			r.log.Warn("closing a Sender", "agent", agent, "err", err)
		}}
	}
	if cfg.Rule.steady() {
		r.steady = r.population
	}
	r.rule = cfg.Rule.start(r.criteria, r.bounds, r.population)
	if p, ok := cfg.Rule.(Point); ok {
		r.warn(codeMinimaTime, p.minimaTexts(r.population, r.criteria, r.bounds)...)
	}
	return r, r.resume(&cfg, written.Seed != 0, scaled)
}

// probe looks at the endpoint and takes over what it says, where the policy as the caller
// wrote it does not say otherwise.
func (r *run) probe(ctx context.Context, cfg *Config, written *trajectory.Policy) error {
	client, err := endpoint.New(cfg.Endpoint)
	if err != nil {
		return err
	}
	r.client, r.connect = client, func(int) trajectory.Sender { return HTTPSender(client.Conn()) }
	found, err := client.Preflight(ctx, endpoint.PreflightRequest{
		Model: cfg.Policy.Model, Fields: cfg.Policy.Fields, Tools: replay.Tools(cfg.Workload, cfg.Policy.API), MaxTokensField: written.MaxTokensField,
	})
	r.report.Preflight = &found
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("agentperf: preflight: %w", err)
	}
	cfg.Policy.Model = found.Model
	if p, ok := profileOf(cfg); ok {
		// Until now the model's effort was that of its service levels.
		cfg.Policy.Fields = p.apply(Config{Policy: trajectory.Policy{Model: found.Model, Fields: written.Fields}, Tiers: cfg.Tiers}).Policy.Fields
	}
	cfg.ContextTokens = cmp.Or(cfg.ContextTokens, found.ContextTokens)
	cfg.Policy.MaxTokensField = cmp.Or(found.MaxTokensField, cfg.Policy.MaxTokensField)
	for _, w := range found.Warnings {
		r.warn(w.Code, w.Text)
	}
	if cfg.Policy.Output == trajectory.OutputExact && unforced(found.IgnoreEOS, cfg.Policy.API) {
		rejected := found.IgnoreEOS == endpoint.EOSRejected
		switch {
		case written.Output == "":
			does := "ignores"
			if rejected {
				does = "rejects"
			}
			cfg.Policy.Output = trajectory.OutputFree
			r.warn("not_forced", "deviation: answers are as long as the model makes them (Output free) and not forced to the recorded length, since the endpoint "+does+" ignore_eos: other systems may have done more or less work")
		case rejected:
			return errors.New("agentperf: the endpoint rejects ignore_eos, which Policy.Output exact needs; use cap or free")
		}
	}
	return nil
}

// fitWorkload leaves out what does not fit the context window, and warns of all that is
// not replayed as it was recorded.
func (r *run) fitWorkload(cfg *Config) error {
	policy := &cfg.Policy
	policy.Window = max(0, cfg.ContextTokens)
	fitted, fit := cfg.Workload.Fit(*policy)
	if len(fitted.Trajectories) == 0 {
		return fmt.Errorf("agentperf: no trajectory fits a context of %d tokens with its answers; see Policy.Output and MaxTokens", cfg.ContextTokens)
	}
	cfg.Workload = fitted
	if fit != (trajectory.Fit{}) {
		r.warn("context", fmt.Sprintf("%d trajectories were cut and %d dropped (%d turns in all) to fit a context of %d tokens", fit.Cut, fit.Dropped, fit.Turns, cfg.ContextTokens))
	}
	waits := fitted.Waits(*policy)
	if cut := waits.Human - waits.HumanReplayed; cut > 0 {
		r.warn("waits_cut", fmt.Sprintf("%v of %v that agents waited for people in the recording are cut", cut.Round(time.Second), waits.Human.Round(time.Second)))
	}
	scale := min(1, policy.ToolDelayScale) // asked for, and no news
	if cut := time.Duration(scale*float64(waits.Tool)) - waits.ToolReplayed; cut >= time.Second && policy.ToolDelay != trajectory.ToolDelaySampled {
		r.warn("waits_cut", fmt.Sprintf("%v of %v that tools took in the recording are cut", cut.Round(time.Second), waits.Tool.Round(time.Second)))
	}
	if l := lengths(fitted); l.missing > 0 && policy.Output != trajectory.OutputFree {
		r.warn("no_lengths", fmt.Sprintf("%d of %d answers have no recorded length: theirs is left to the model, up to what the recorded request allowed or %d tokens", l.missing, l.turns, policy.MaxTokens))
	}
	r.warn("not_recorded", guessed(fitted)...)
	if policy.Prefix == trajectory.PrefixNone {
		r.warn("no_cache_prefix", "plays have no prefix of their own: the server may answer from the cache of another play")
	}
	return nil
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
