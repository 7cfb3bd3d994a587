package slt_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
	"github.com/agentperf/agentperf-go/trajectory"
)

// inProcess is an engine in this process: 100 tokens per second for each query, and a
// token of input for each word.
type inProcess struct {
	t      *testing.T
	late   func() time.Duration // how late it sends; nil is never
	closed *atomic.Int64
}

func (e inProcess) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	if e.late != nil {
		time.Sleep(e.late())
	}
	clock.Sent(time.Now())
	var body struct {
		Messages []struct{ Content string }
	}
	if err := json.Unmarshal(r.Body[0], &body); err != nil || len(r.Body) != 1 || r.Turn != nil || r.Trajectory != nil || r.Session == "" {
		e.t.Errorf("%v: %+v", err, r)
	}
	if r.ForcedTokens != r.MaxTokens && (r.MaxTokens != 1 || r.ForcedTokens != 0) {
		e.t.Errorf("%d tokens at most, %d forced", r.MaxTokens, r.ForcedTokens)
	}
	for range r.MaxTokens {
		select {
		case <-time.After(10 * ms):
		case <-ctx.Done():
			clock.Done(time.Now())
			return ctx.Err()
		}
		clock.Arrived(time.Now(), 4, 1)
	}
	clock.Usage(metrics.Usage{Prompt: len(strings.Fields(body.Messages[0].Content)), CachedStated: true, Completion: r.MaxTokens})
	clock.Done(time.Now())
	return nil
}

func (e inProcess) Close() error {
	if e.closed != nil {
		e.closed.Add(1)
	}
	return nil
}

// connecting is a sweep of what connect returns.
func connecting(cfg slt.Config, connect func(int) trajectory.Sender) slt.Config {
	cfg.Connect, cfg.Label, cfg.Seed = connect, "in process", 1
	return cfg
}

func TestConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var opened, closed atomic.Int64
		cfg := connecting(short(1, 4), func(worker int) trajectory.Sender {
			if opened.Add(1); worker < 0 || worker > 3 {
				t.Errorf("worker %d", worker)
			}
			return inProcess{t: t, closed: &closed}
		})
		cfg.Model = "m"
		report, err := slt.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range report.Levels {
			// A worker's query begins when the one before has ended, so that nothing is lost.
			near(t, "throughput", &l.Figures.OutputTokensPerSecond, 100*float64(l.Concurrency), 1)
			near(t, "speed", l.Figures.MedianOutputSpeed, 100, 1e-6)
			near(t, "E2E", l.Figures.MedianE2E, 1, 1e-6)
			near(t, "TTFT", l.Figures.MedianTTFT, 0.01, 1e-6)
			near(t, "input", l.Figures.MeanInputTokens, 200, 0)
			if want := 20 * l.Concurrency; l.Figures.Requests != want || l.Client == nil || len(l.Warnings) != 0 {
				t.Errorf("%d queries, want %d; %+v", l.Figures.Requests, want, l)
			}
		}
		if c := report.Config; c.Label != "in process" || c.Endpoint != "" || c.CalibratedInputTokens != 200 || c.Model != "m" || !c.IgnoreEOS || report.Preflight != nil {
			t.Errorf("%+v", report)
		}
		// One for the length of prompts, and one for each worker of each level.
		if opened.Load() != 6 || closed.Load() != 6 {
			t.Errorf("%d opened, %d closed", opened.Load(), closed.Load())
		}
	})
}

// A Sender that misuses its clock is the client's fault, and the call is named, be it
// found before the first level or in it.
func TestSenderMisusesItsClock(t *testing.T) {
	for _, tt := range []struct {
		name, call string
		send       func(r *trajectory.Request, clock *metrics.Clock)
		levels     int
	}{
		{"nothing", "Clock.Sent was not called", func(*trajectory.Request, *metrics.Clock) {}, 0},
		{"no end", "Clock.Done was not called", func(_ *trajectory.Request, clock *metrics.Clock) { clock.Sent(time.Now()) }, 0},
		{"running total", "not the running total", func(r *trajectory.Request, clock *metrics.Clock) {
			clock.Sent(time.Now())
			for i := range r.MaxTokens {
				time.Sleep(10 * ms)
				clock.Arrived(time.Now(), 4, i+1)
			}
			clock.Usage(metrics.Usage{Prompt: 200, Completion: r.MaxTokens})
			clock.Done(time.Now())
		}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				report, err := slt.Run(t.Context(), connecting(short(2, 4), func(int) trajectory.Sender {
					return trajectory.SenderFunc(func(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
						tt.send(r, clock)
						return nil
					})
				}))
				if err == nil || !strings.Contains(err.Error(), tt.call) || len(report.Levels) != tt.levels || errors.Is(err, slt.ErrInvalid) != (tt.levels > 0) {
					t.Errorf("%v, %d levels", err, len(report.Levels))
				}
				if report.PeakOutputTokensPerSecond != nil || report.Complete {
					t.Errorf("%+v", report)
				}
			})
		})
	}
}

// A Sender's own error is a failure of the system.
func TestSenderFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		report, err := slt.Run(t.Context(), connecting(short(1), func(int) trajectory.Sender {
			return trajectory.SenderFunc(func(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
				if n++; n > 10 && n%2 == 0 {
					return errors.New("out of blocks")
				}
				return inProcess{t: t}.Send(ctx, r, clock)
			})
		}))
		if err != nil {
			t.Fatal(err)
		}
		f := report.Levels[0].Figures
		if f.Failed == 0 || f.Outcomes["failed"] != f.Failed || f.FailureExample != "out of blocks" || !warned(report.Warnings, "out of blocks") {
			t.Errorf("%+v", f)
		}
	})
}
