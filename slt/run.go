package slt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/instant"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/internal/sockets"
)

// ErrNothingSucceeded is returned if no query of the first level succeeded.
var ErrNothingSucceeded = errors.New("slt: no query succeeded")

// ErrEndpointGone is returned if no query of a level succeeded and the endpoint,
// which had answered before, does not answer a single query after the level either.
var ErrEndpointGone = errors.New("slt: the endpoint has stopped answering")

// ErrInvalid is returned if the client itself failed, so that a level says nothing
// about the system.
var ErrInvalid = errors.New("slt: the client failed")

// Run runs the levels one after the other and derives the figures of the report.
//
// The report is never nil; with an error it holds what was measured before. The error
// is that of the configuration, the preflight or the calibration, wraps
// [ErrNothingSucceeded], [ErrEndpointGone] or [ErrInvalid], or is the cause of ctx.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	s := &sweep{report: emptyReport(cfg)}
	if err := cfg.Validate(); err != nil {
		return s.report, err
	}
	client, err := endpoint.New(cfg.Endpoint)
	if err != nil {
		return s.report, err
	}
	defer client.Close()
	s.cfg, s.client = cfg.resolve(), client
	s.report.Config = echo(s.cfg)
	warning, err := s.cfg.fit(sockets.Here())
	if err != nil {
		return s.report, err
	}
	if warning != "" {
		s.warn(warning)
	}
	s.report.Config = echo(s.cfg)
	if err := s.prepare(ctx); err != nil {
		return s.report, err
	}
	err = s.run(ctx)
	s.report.Complete = err == nil
	err = errors.Join(err, s.report.derive(s.cfg.AtSpeeds))
	s.repeatWarnings()
	return s.report, err
}

// sweep is the state of a Run.
type sweep struct {
	cfg       Config
	client    *endpoint.Client
	shape     shape
	report    *Report
	density   density
	succeeded bool // any query so far
}

func (s *sweep) warn(texts ...string) { s.report.Warnings = append(s.report.Warnings, texts...) }

// prepare examines the endpoint and calibrates the length of prompts.
func (s *sweep) prepare(ctx context.Context) error {
	if s.cfg.Progress != nil {
		s.cfg.Progress(Event{Stage: "calibrating"})
	}
	found, err := s.client.Preflight(ctx, s.cfg.Model, s.cfg.Fields)
	s.report.Preflight = &found
	if err != nil {
		return fmt.Errorf("slt: preflight: %w", err)
	}
	s.warn(found.Warnings...)
	s.cfg.Model, s.report.Config.Model = found.Model, found.Model
	if need := s.cfg.InputTokens + s.cfg.OutputTokens; found.ContextTokens > 0 && need > found.ContextTokens {
		return fmt.Errorf("slt: %d input and %d output tokens do not fit the context of %d tokens that the endpoint states", s.cfg.InputTokens, s.cfg.OutputTokens, found.ContextTokens)
	}
	s.shape = shape{model: found.Model, fields: s.cfg.Fields, wanted: s.cfg.OutputTokens, tokens: s.cfg.OutputTokens, ignoreEOS: found.IgnoreEOS != endpoint.EOSRejected}
	if !s.shape.ignoreEOS {
		s.warn("answers are limited to their length but not forced to it: the endpoint rejects ignore_eos")
	}
	conn := s.client.Conn()
	defer conn.Close()
	words, tokens, warning, err := calibrate(ctx, conn, s.shape, s.cfg.Seed, s.cfg.InputTokens)
	if err != nil {
		return err
	}
	if warning != "" {
		s.warn(warning)
	}
	s.shape.words = words
	e := &s.report.Config
	e.PromptWords, e.CalibratedInputTokens, e.IgnoreEOS = words, tokens, s.shape.ignoreEOS
	return nil
}

// run runs the levels.
func (s *sweep) run(ctx context.Context) error {
	if s.cfg.Progress != nil {
		s.cfg.Progress(Event{Stage: "starting", Warnings: slices.Clone(s.report.Warnings)})
	}
	levels, open := s.cfg.levels()
	growth := growth{rule: s.cfg.Plateau}
	for n := range levels {
		l, err := s.level(ctx, n)
		if err != nil {
			return err
		}
		plateau := growth.add(l.OutputTokensPerSecond)
		s.report.PlateauReached = s.report.PlateauReached || plateau
		if plateau && open {
			return nil
		}
	}
	if !s.report.PlateauReached {
		s.warn("throughput may grow beyond the last level: no plateau was seen")
	}
	return nil
}

// level runs one level of concurrency and adds it to the report. Without an error the
// level is valid.
func (s *sweep) level(ctx context.Context, concurrency int) (*Level, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	const giveUp = 3 // failures of each worker before a level without a success ends: more than a hiccup
	pc := phase.Config{
		Workers: concurrency, Settle: s.cfg.Settle, Measure: s.cfg.Measure, Drain: s.cfg.Drain, Fixed: true, GiveUp: giveUp,
		Progress: watch(s.cfg.Progress, concurrency), Interval: progressInterval,
	}
	if s.cfg.Ramp > 0 {
		pc.SpawnRate = float64(concurrency) / s.cfg.Ramp.Seconds()
	}
	full := false
	pc.Closed = func() { full = sockets.Full() }
	crew := &crew{client: s.client, shape: s.shape, seed: s.cfg.Seed, level: len(s.report.Levels)}
	before := s.client.Counters()
	result, err := phase.Run(ctx, pc, crew.work)
	l := summarize(concurrency, s.report.Config, &s.density, result, crew.records)
	if full && l.Invalid == "" {
		l.Invalid = sockets.ErrFull.Error()
	}
	l.Warnings = append(l.Warnings, s.client.Counters().Since(before).Warnings()...)
	s.report.Levels = append(s.report.Levels, l)
	succeeded := 0
	for i := range crew.records {
		if crew.records[i].outcome == endpoint.OutcomeOK {
			succeeded++
		}
	}
	s.succeeded = s.succeeded || succeeded > 0
	if s.cfg.Progress != nil {
		s.cfg.Progress(Event{
			Concurrency: concurrency, Stage: "done", Elapsed: result.End.Sub(result.Start),
			Queries: len(crew.records), Succeeded: succeeded, Result: &l,
		})
	}
	switch {
	case err != nil:
		return nil, err
	case l.Invalid != "":
		return nil, fmt.Errorf("%w at concurrency %d: %s", ErrInvalid, concurrency, l.Invalid)
	case succeeded == 0:
		if err := s.alive(ctx, concurrency, why(crew.records)); err != nil {
			// A dead endpoint says nothing about this concurrency.
			s.report.Levels[len(s.report.Levels)-1].Invalid = "no query succeeded, and the endpoint does not answer a single query either"
			return nil, err
		}
	}
	return &l, nil
}

// why says why no query succeeded.
func why(records []record) string {
	for i := range records {
		if r := &records[i]; r.failed() {
			return r.message
		}
	}
	return "none ended in time; a longer window or drain may help"
}

// alive checks, after a level without a success, that the endpoint still answers: a
// single query must succeed within 3 s, or in one attempt if that takes longer.
func (s *sweep) alive(ctx context.Context, concurrency int, why string) error {
	if !s.succeeded {
		return fmt.Errorf("%w: %s", ErrNothingSucceeded, why)
	}
	conn := s.client.Conn()
	defer conn.Close()
	prompts := s.shape.prompter(random(s.cfg.Seed, len(s.report.Levels), -1))
	for began := time.Now(); time.Since(began) < 3*time.Second; {
		if !instant.SleepUntil(ctx, time.Now().Add(time.Second)) {
			return context.Cause(ctx)
		}
		if _, err := probe(ctx, conn, prompts.next()); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%w at concurrency %d: %s", ErrEndpointGone, concurrency, why)
}

// repeatWarnings adds the warnings of the levels to those of the report.
func (s *sweep) repeatWarnings() {
	for i := range s.report.Levels {
		l := &s.report.Levels[i]
		if l.Invalid != "" {
			s.warn(fmt.Sprintf("concurrency %d: %s", l.Concurrency, l.Invalid))
		}
		for _, w := range l.Warnings {
			s.warn(fmt.Sprintf("concurrency %d: %s", l.Concurrency, w))
		}
	}
}
