package agentperf_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// A dedicated system serves each request, whose answer is as long as the recorded one, at a speed
// that depends on the number of agents connected and on the prompt, after a second.
type dedicated struct {
	speed  func(agents, prompt int) float64 // tokens/s
	agents atomic.Int64
}

type dedicatedConn struct{ s *dedicated }

func (s *dedicated) connect(int) trajectory.Sender {
	s.agents.Add(1)
	return dedicatedConn{s}
}

func (c dedicatedConn) Close() error {
	c.s.agents.Add(-1)
	return nil
}

func (c dedicatedConn) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	prompt := r.Turn.PromptEstimate()
	each := 1 / c.s.speed(int(c.s.agents.Load()), prompt)
	clock.Sent(time.Now())
	wait := func(seconds float64) error {
		select {
		case <-time.After(time.Duration(seconds * float64(time.Second))):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := wait(1); err != nil {
		return err
	}
	out := max(2, r.Turn.OutputTokens)
	clock.Arrived(time.Now(), 4, 1)
	for left := out - 1; left > 0; { // some now and then: an agent without any looks starved
		n := min(left, 200)
		if err := wait(float64(n) * each); err != nil {
			return err
		}
		clock.Arrived(time.Now(), 4*n, n)
		left -= n
	}
	clock.Usage(metrics.Usage{Prompt: prompt, Completion: out})
	clock.Done(time.Now())
	return nil
}

// tier1 is the slowest service level of DeepSeek V4 Pro.
var tier1 = agentperf.Tier{SpeedFloor: 20, TTFTCeiling: 10 * time.Second}

func aaLike(speed func(agents, prompt int) float64) agentperf.Config {
	return agentperf.Config{
		Profile: "aa-2026-06", Connect: (&dedicated{speed: speed}).connect, Tiers: []agentperf.Tier{tier1},
		Workload: generate.Preset("aa-like").Workload(), ClientLag: -1, Seed: 5,
	}
}

// At the speed of tier 1 the minima take longer than the time-out on a set of the published
// shape. What the system does is judged all the same, and the report says what is unmet.
func TestSlowTierIsJudged(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector, which the others serve as well")
	}
	for _, tt := range []struct {
		agents int
		speed  float64
		want   agentperf.Verdict
		unmet  bool
	}{
		{4, 20.5, agentperf.Pass, true}, {16, 30, agentperf.Pass, false}, {16, 20.5, agentperf.Pass, true}, {64, 15, agentperf.Fail, true}, {1, 20.5, agentperf.Pass, true}, {1, 19.5, agentperf.Fail, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			var said []metrics.Warning
			var remaining time.Duration
			cfg := aaLike(func(int, int) float64 { return tt.speed })
			cfg.Progress = func(e agentperf.Event) {
				if e.Stage == "starting" {
					said, remaining = e.Warnings, e.Remaining
				}
			}
			report, err := agentperf.Check(t.Context(), cfg, tt.agents)
			if err != nil {
				t.Fatalf("%d agents at %v tokens/s: %v", tt.agents, tt.speed, err)
			}
			n := report.Tiers[0].Number(tt.agents)
			if n.Verdict != tt.want || strings.Contains(n.Reason, "minima unmet") != tt.unmet || slices.Contains(codes(report.Profile), "minima_unmet") != tt.unmet {
				t.Errorf("%d agents at %v tokens/s: %s, %q, %q", tt.agents, tt.speed, n.Verdict, n.Reason, codes(report.Profile))
			}
			if !slices.ContainsFunc(said, func(w metrics.Warning) bool {
				return w.Code == "minima_time" && strings.Contains(w.Text, "a window ends after 60 min at most")
			}) {
				t.Errorf("nothing is said before the first request: %v", said)
			}
			if took := time.Since(began); remaining < time.Hour || took > remaining+10*time.Minute { // what is open at the time-out may take five
				t.Errorf("%d agents at %v tokens/s took %v, %v was expected", tt.agents, tt.speed, took, remaining)
			}
			t.Logf("%d agents at %v tokens/s: %s after %v; %v", tt.agents, tt.speed, n.Verdict, time.Since(began), report.Phases[0].Warnings)
		})
	}
}

// A system that gives agents an equal share of 230 tokens/s holds 11 at tier 1. The profile
// finds that, within the bounds of the default rule.
func TestProfileFindsAKnownLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector, which the others serve as well")
	}
	share := func(agents, _ int) float64 { return 230 / float64(agents) }
	synctest.Test(t, func(t *testing.T) {
		report, err := agentperf.Run(t.Context(), aaLike(share))
		if err != nil {
			t.Fatal(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 11 || *got.FirstFailingAgents != 12 {
			t.Errorf("%s, want 11", got.Sentence())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		cfg := aaLike(share)
		cfg.Rule = agentperf.Controlled{}
		report, err := agentperf.Run(t.Context(), cfg)
		if err != nil && !errors.Is(err, agentperf.ErrUndecided) {
			t.Fatal(err)
		}
		got := report.Tiers[0]
		if got.MaxAgents > 11 || got.FirstFailingAgents != nil && *got.FirstFailingAgents < 12 {
			t.Errorf("by the default rule %s, want 11", got.Sentence())
		}
		t.Log(got.Sentence())
	})
}

// Where the speed depends on the context, the profile says by how much what it measured is
// unlike the steady state.
func TestProfileSaysHowFarFromTheSteadyState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := aaLike(func(_, prompt int) float64 { return 60 / (1 + float64(prompt)/20_000) })
		cfg.Rule = agentperf.Point{Timeout: 15 * time.Minute}
		report, err := agentperf.Check(t.Context(), cfg, 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range report.Warnings {
			if w.Code == "unlike_steady_state" {
				t.Log(w.Text)
				return
			}
		}
		t.Errorf("nothing is said: %v", report.Warnings)
	})
}
