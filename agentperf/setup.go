package agentperf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// newRun prepares a run, or a check of a number of agents.
func newRun(ctx context.Context, cfg Config, check int) (*run, error) {
	r := &run{report: emptyReport(cfg), log: cfg.Logger}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if err := cfg.Validate(); err != nil {
		return r, err
	}
	defaulted, seeded, asked := cfg.Policy.Output == "", cfg.Seed != 0, cfg.Policy.MaxTokensField
	cfg = cfg.resolve()
	r.report.Config = echo(cfg)
	r.tiers = criteriaOf(cfg.Tiers)
	r.bounds = decide.Bounds{Min: max(1, check), Max: cfg.MaxAgents, Start: cfg.Start}
	warning, err := cfg.fit(&r.bounds, sockets.Here())
	if err != nil {
		return r, err
	}
	if warning != "" {
		r.warn("connections", warning)
	}
	r.connect = cfg.Connect
	if cfg.Connect == nil {
		client, err := endpoint.New(cfg.Endpoint)
		if err != nil {
			return r, err
		}
		r.client = client
		found, err := client.Preflight(ctx, endpoint.PreflightRequest{
			Model: cfg.Policy.Model, Fields: cfg.Policy.Fields, Tools: tools(cfg.Workload), MaxTokensField: asked,
		})
		r.report.Preflight = &found
		if err != nil {
			return r, fmt.Errorf("agentperf: preflight: %w", err)
		}
		cfg.Policy.Model = found.Model
		if cfg.ContextTokens == 0 {
			cfg.ContextTokens = found.ContextTokens
		}
		r.connect = func(int) trajectory.Sender { return HTTPSender(client.Conn()) }
		for _, w := range found.Warnings {
			r.warn(w.Code, w.Text)
		}
		cfg.Policy.MaxTokensField = cmp.Or(found.MaxTokensField, cfg.Policy.MaxTokensField)
		if found.IgnoreEOS == endpoint.EOSRejected && cfg.Policy.Output == trajectory.OutputExact {
			if !defaulted {
				return r, errors.New("agentperf: the endpoint rejects ignore_eos, which Policy.Output exact needs; use cap or free")
			}
			cfg.Policy.Output = trajectory.OutputCap
			r.warn("not_forced", "answers are not forced to the recorded length, only limited to it: the endpoint rejects ignore_eos")
		}
	}
	cfg.Policy.Window = max(0, cfg.ContextTokens)
	fitted, fit := cfg.Workload.Fit(cfg.Policy)
	if len(fitted.Trajectories) == 0 {
		return r, fmt.Errorf("agentperf: no trajectory fits a context of %d tokens with its answers; see Policy.Output and MaxTokens", cfg.ContextTokens)
	}
	if fit != (trajectory.Fit{}) {
		r.warn("context", fmt.Sprintf("%d trajectories were cut and %d dropped (%d turns in all) to fit a context of %d tokens", fit.Cut, fit.Dropped, fit.Turns, cfg.ContextTokens))
	}
	waits := fitted.Waits(cfg.Policy)
	if cut := waits.Human - waits.HumanReplayed; cut > 0 {
		r.warn("waits_cut", fmt.Sprintf("%v of %v that agents waited for people in the recording are cut", cut.Round(time.Second), waits.Human.Round(time.Second)))
	}
	scale := min(1, cfg.Policy.ToolDelayScale) // asked for, and no news
	if cut := time.Duration(scale*float64(waits.Tool)) - waits.ToolReplayed; cut >= time.Second && cfg.Policy.ToolDelay != trajectory.ToolDelaySampled {
		r.warn("waits_cut", fmt.Sprintf("%v of %v that tools took in the recording are cut", cut.Round(time.Second), waits.Tool.Round(time.Second)))
	}
	if missing, all := lengths(fitted); missing > 0 && cfg.Policy.Output != trajectory.OutputFree {
		r.warn("no_lengths", fmt.Sprintf("%d of %d answers have no recorded length: theirs is left to the model, up to what the recorded request allowed or %d tokens", missing, all, cfg.Policy.Resolve().MaxTokens))
	}
	r.warn("not_recorded", guessed(fitted)...)
	if cfg.Policy.Prefix == trajectory.PrefixNone {
		r.warn("no_cache_prefix", "plays have no prefix of their own: the server may answer from the cache of another play")
	}
	cfg.Workload = fitted
	r.cfg = cfg
	r.report.Config = echo(cfg)
	r.report.Config.WorkloadSHA256 = digest(fitted)
	r.rule = cfg.Rule.start(r.tiers, r.bounds)
	if err := r.earlier(); err != nil {
		return r, err
	}
	return r, r.resume(seeded)
}

// tools returns the tools of the first turn that has any, nil if none has.
func tools(w *trajectory.Workload) []byte {
	for t := range w.Threads() {
		for i := range t.Turns {
			if t.Turns[i].Tools != nil {
				return t.Turns[i].Tools
			}
		}
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
