package slt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/internal/observe"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// ErrNothingSucceeded is returned if no query of the first level succeeded.
var ErrNothingSucceeded = errors.New("slt: no query succeeded")

// ErrEndpointGone is returned if no query of a level succeeded and the endpoint,
// which had answered before, does not answer a single query after the level either.
var ErrEndpointGone = errors.New("slt: the endpoint has stopped answering")

// ErrInvalid is returned if the client itself failed or was too late, so that a level
// says nothing about the system.
var ErrInvalid = errors.New("slt: invalid level")

// Run runs the levels one after the other and derives the figures of the report.
//
// The report is never nil; with an error it holds what was measured before. The error
// is that of the configuration, the preflight or the calibration, wraps
// [ErrNothingSucceeded], [ErrEndpointGone] or [ErrInvalid], or is the cause of ctx.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	s := &sweep{report: emptyReport(cfg), log: cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))}
	if err := cfg.Validate(); err != nil {
		return s.report, err
	}
	s.cfg, s.connect = cfg.resolve(), cfg.Connect
	s.growth.rule = s.cfg.Plateau
	s.observers = observe.New(s.cfg.Observers)
	defer s.identify()
	warning, err := s.cfg.fit(sockets.Here())
	s.report.Config = echo(s.cfg)
	if err != nil {
		return s.report, err
	}
	if warning != "" {
		s.warn("connection_limit", "%s", warning)
	}
	if s.connect == nil {
		client, err := endpoint.New(cfg.Endpoint)
		if err != nil {
			return s.report, err
		}
		defer client.Close()
		s.client, s.connect = client, func(int) trajectory.Sender { return load.HTTPSender(client.Conn()) }
	}
	if err := s.prepare(ctx); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return s.report, err
	}
	err = s.run(ctx)
	s.report.Complete = err == nil
	err = errors.Join(err, s.report.derive(s.cfg.AtSpeeds))
	for i := range s.report.Levels {
		l := &s.report.Levels[i]
		repeat(&s.report.Warnings, fmt.Sprintf("concurrency %d", l.Concurrency), l)
	}
	return s.report, err
}

// sweep is the state of a Run.
type sweep struct {
	cfg       Config
	client    *endpoint.Client // nil with Config.Connect
	connect   func(worker int) trajectory.Sender
	shape     shape
	report    *Report
	log       *slog.Logger
	observers *observe.Team
	density   derive.Density
	succeeded bool // any query so far
	growth    growth
}

// warn adds a warning to the report of the sweep.
func (s *sweep) warn(code, format string, args ...any) {
	derive.Warn(&s.report.Warnings, code, format, args...)
	s.log.Warn(fmt.Sprintf(format, args...), "code", code)
}

// prepare examines the endpoint and calibrates the length of prompts.
func (s *sweep) prepare(ctx context.Context) error {
	if s.cfg.Progress != nil {
		s.cfg.Progress(Event{Stage: "calibrating"})
	}
	s.shape = shape{api: s.cfg.api(), model: s.cfg.Model, fields: s.cfg.Fields, wanted: s.cfg.OutputTokens, tokens: s.cfg.OutputTokens, ignoreEOS: true}
	if s.client != nil {
		if err := s.preflight(ctx); err != nil {
			return err
		}
	}
	sender := s.connect(0)
	defer load.Close(sender)
	words, tokens, warning, err := calibrate(ctx, sender, s.shape, s.cfg.Seed, s.cfg.InputTokens)
	if err != nil {
		return err
	}
	if warning != "" {
		s.warn("input_length", "%s", warning)
	}
	s.shape.words = words
	e := &s.report.Config
	e.PromptWords, e.CalibratedInputTokens, e.IgnoreEOS = words, tokens, s.shape.ignoreEOS
	return nil
}

// preflight examines the endpoint.
func (s *sweep) preflight(ctx context.Context) error {
	found, err := s.client.Preflight(ctx, endpoint.PreflightRequest{Model: s.cfg.Model, Fields: s.cfg.Fields})
	s.report.Preflight = &found
	if err != nil {
		return fmt.Errorf("slt: preflight: %w", err)
	}
	for _, w := range found.Warnings {
		s.warn(w.Code, "%s", w.Text)
	}
	s.shape.limit = found.MaxTokensField
	s.shape.model, s.report.Config.Model = found.Model, found.Model
	if need := s.cfg.InputTokens + s.cfg.OutputTokens; found.ContextTokens > 0 && need > found.ContextTokens {
		return fmt.Errorf("slt: %d input and %d output tokens do not fit the context of %d tokens that the endpoint states", s.cfg.InputTokens, s.cfg.OutputTokens, found.ContextTokens)
	}
	if found.IgnoreEOS == endpoint.EOSIgnored && s.shape.forced() && s.shape.api != trajectory.APIMessages {
		s.warn("short_answers", "answers of fewer than %d tokens count as failed, since that length is forced; a field ignore_eos that is false (Config.Fields) leaves the length to the model", s.cfg.OutputTokens)
	}
	switch { // where Messages ignore it, as vLLM's do, every answer would count as short
	case found.IgnoreEOS == endpoint.EOSRejected:
		s.shape.ignoreEOS = false
		s.warn("ignore_eos_rejected", "answers are limited to their length but not forced to it: the endpoint rejects ignore_eos")
	case found.IgnoreEOS == endpoint.EOSIgnored && s.shape.api == trajectory.APIMessages && s.shape.forced():
		s.shape.ignoreEOS = false
		s.warn("not_forced", "answers are limited to their length but not forced to it: the endpoint ignores ignore_eos")
	}
	return nil
}

// identify says in the report what the system is.
func (s *sweep) identify() {
	var owner, version string
	if found := s.report.Preflight; found != nil {
		owner, version = found.Engine.OwnedBy, found.Engine.Version
	}
	var warning string
	if s.report.Identity, warning = s.cfg.Identity.ForReport(owner, version, string(s.cfg.Endpoint.APIKey)); warning != "" {
		s.warn("engine_version", "%s", warning)
	}
}

// run runs the levels.
func (s *sweep) run(ctx context.Context) error {
	if s.cfg.Progress != nil {
		e := Event{Stage: "starting", Warnings: slices.Clone(s.report.Warnings)}
		e.Remaining, e.RemainingMost = s.cfg.remaining(s.growth, 0)
		s.cfg.Progress(e)
	}
	levels, open := s.cfg.levels()
	for n := range levels {
		if err := s.level(ctx, n); err != nil {
			return err
		}
		if open && s.report.PlateauReached {
			return nil
		}
	}
	if !s.report.PlateauReached {
		s.warn("no_plateau", "throughput may grow beyond the last level: no plateau was seen")
	}
	return nil
}
