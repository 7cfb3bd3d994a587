package slt

import (
	"context"
	"errors"
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/internal/load"
)

// level runs one level of concurrency and adds it to the report. Without an error the
// level is valid.
func (s *sweep) level(ctx context.Context, concurrency int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	index := len(s.report.Levels)
	now := Event{Concurrency: concurrency, Estimate: s.cfg.levelTime()}
	now.Remaining, now.RemainingMost = s.cfg.remaining(s.growth, concurrency-1)
	cfg := load.Config{
		Shape: record.Shape{
			Agents: concurrency, Settle: s.cfg.Settle, Measure: s.cfg.Measure, Drain: s.cfg.Drain, Fixed: true, GiveUp: load.GiveUp,
		},
		Header:   record.Header{Run: s.report.Run, Index: index, Seed: s.cfg.Seed},
		Interval: load.ProgressInterval,
	}
	cfg.Progress = watch(s.cfg.Progress, now, func(p *record.Phase) Level {
		return summarize(s.report.Config, -1, s.density, p)
	})
	if s.cfg.Ramp > 0 {
		cfg.SpawnRate = float64(concurrency) / s.cfg.Ramp.Seconds()
	}
	before := s.counters()
	s.log.Info("level begins", "concurrency", concurrency)
	phase, seen, err := s.observers.Around(ctx, s.cfg.System.Accelerators, func() (*record.Phase, error) { return load.Run(ctx, cfg, s.worker(index)) })
	s.density.Add(phase)
	l := summarize(s.report.Config, s.cfg.ClientLag, s.density, phase)
	for _, text := range s.counters().Since(before).Warnings() {
		derive.Warn(&l.Warnings, "connections", "%s", text)
	}
	l.Server, l.Power, l.Warnings = seen.Server, seen.Power, append(l.Warnings, seen.Warnings...)
	if s.cfg.Exclusive && l.Invalid == "" && seen.Foreign != "" {
		l.invalidate(seen.Foreign, phase)
	}
	if err == nil {
		err = s.valid(ctx, &l, phase)
	}
	if l.Figures != nil {
		l.Yields = l.Power.Yields(l.Figures.OutputTokensPerSecond)
	}
	err = errors.Join(err, seen.WriteSeries(s.cfg.Series))
	s.report.Levels = append(s.report.Levels, l)
	for _, w := range l.Warnings {
		s.log.Warn(w.Text, "code", w.Code, "concurrency", concurrency)
	}
	s.log.Info("level ended", "concurrency", concurrency, "ending", l.Ending, "invalid", l.Invalid, "tokens_per_second", l.throughput())
	plateau := err == nil && s.growth.add(l.throughput())
	s.report.PlateauReached = s.report.PlateauReached || plateau
	if s.cfg.Progress != nil {
		e := Event{
			Concurrency: concurrency, Stage: "done", Elapsed: phase.End, Estimate: s.cfg.levelTime(),
			Queries: len(phase.Rows), Succeeded: derive.Succeeded(phase), Failed: derive.Failed(phase), OutputTokens: derive.OutputTokens(phase), Result: &l,
		}
		if err == nil {
			e.Remaining, e.RemainingMost = s.cfg.remaining(s.growth, concurrency)
		}
		s.cfg.Progress(e)
	}
	return err
}

// valid returns why the sweep cannot go on after a level, or nil. A level at whose end
// nothing succeeded says something only if the endpoint is still there: it may have died
// in the middle.
func (s *sweep) valid(ctx context.Context, l *Level, p *record.Phase) error {
	if l.Invalid != "" {
		return fmt.Errorf("%w at concurrency %d: %s", ErrInvalid, l.Concurrency, l.Invalid)
	}
	why, silent := derive.Silence(p)
	s.succeeded = s.succeeded || derive.Succeeded(p) > 0
	if !silent {
		return nil
	}
	err := s.alive(ctx, l.Concurrency, why)
	if err != nil && ctx.Err() == nil {
		l.invalidate("the endpoint does not answer: "+why, nil)
	}
	return err
}

// alive checks that the endpoint still answers a single query.
func (s *sweep) alive(ctx context.Context, concurrency int, why string) error {
	if !s.succeeded {
		return fmt.Errorf("%w: %s", ErrNothingSucceeded, why)
	}
	sender := s.connect(0)
	defer load.Close(sender)
	rng := random(s.cfg.Seed, len(s.report.Levels), -1)
	prompts := s.shape.prompter(rng)
	err := load.Alive(ctx, func(ctx context.Context) error {
		_, err := probe(ctx, sender, s.shape.query(rng, prompts))
		return err
	})
	if errors.Is(err, load.ErrGone) {
		return fmt.Errorf("%w at concurrency %d: %s", ErrEndpointGone, concurrency, why)
	}
	return err
}

// counters are those of the connections so far; of a Sender nothing is known.
func (s *sweep) counters() (c endpoint.Counters) {
	if s.client != nil {
		c = s.client.Counters()
	}
	return c
}
