package agentperf_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/trajectory"
)

// worked checks three agents at tiers of 100 tokens per second, with and without a ceiling.
func worked(t *testing.T, a answering, rule agentperf.Rule, output trajectory.Output, lengths ...int) *agentperf.Report {
	t.Helper()
	server := memnet.Serve(a.serve(new(atomic.Int64)))
	t.Cleanup(server.Close)
	cfg := agentperf.Config{Workload: workload(t, 3, lengths, 0), Rule: rule, Seed: 1, Tiers: []agentperf.Tier{{SpeedFloor: 100}, {SpeedFloor: 100, TTFTCeiling: 20 * time.Second}}}
	cfg.Policy.Output = output
	cfg.Endpoint.URL, cfg.Endpoint.Dial = "http://mem", server.Dial
	report, _ := agentperf.Check(t.Context(), cfg, 3) // the verdicts say it
	return report
}

// Nine of twenty answers are made at 40 tokens per second and sent as one event, so that they
// have no output speed; the others are fast. No rule takes that for 100.
func TestSlowAtOnce(t *testing.T) {
	server := func(number, tokens int, send func(time.Duration, string)) {
		if number*9%20 < 9 {
			send(time.Duration(tokens)*25*time.Millisecond, event(`{"content":"`+strings.Repeat(" word", tokens)+`"}`))
			return
		}
		for range tokens {
			send(5*time.Millisecond, event(`{"content":" word"}`))
		}
	}
	for _, rule := range []agentperf.Rule{agentperf.Point{Settle: 5 * time.Second, Measure: 2 * time.Minute, MinTrajectories: -1, MinPerAgent: -1}, brief()} {
		t.Run(fmt.Sprintf("%T", rule), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				report := worked(t, server, rule, "", 400)
				for i := range report.Tiers {
					if got := report.Tiers[i].Number(3); got == nil || got.Verdict == agentperf.Pass {
						t.Errorf("%s: %+v", report.Tiers[i].Name, got)
					}
				}
			})
		})
	}
}

// Tool calls that a parser holds back until they are whole are no reason to doubt a fast
// server, nor to warn.
func TestToolCallsInOneEvent(t *testing.T) {
	server := func(_, tokens int, send func(time.Duration, string)) {
		if tokens <= 40 {
			send(time.Duration(tokens)*5*time.Millisecond, event(`{"tool_calls":[{"index":0,"id":"c","function":{"name":"read","arguments":"`+strings.Repeat("word ", tokens)+`"}}]}`))
			return
		}
		for range tokens {
			send(5*time.Millisecond, event(`{"content":" word"}`))
		}
	}
	for _, rule := range []agentperf.Rule{agentperf.Point{Settle: 5 * time.Second, Measure: time.Minute, MinTrajectories: -1, MinPerAgent: -1}, brief()} {
		t.Run(fmt.Sprintf("%T", rule), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				report := worked(t, server, rule, "", 2, 150, 30, 200, 120)
				for i := range report.Tiers {
					if got := report.Tiers[i].Number(3); got == nil || got.Verdict != agentperf.Pass {
						t.Errorf("%s: %+v", report.Tiers[i].Name, got)
					}
				}
				for _, p := range report.Phases {
					for _, w := range p.Warnings {
						if w.Code != "cached_unknown" && w.Code != "few_samples" {
							t.Errorf("%s: %s", w.Code, w.Text)
						}
					}
					if p.Figures.Unmeasurable == 0 || p.Figures.P50TenthEvent == nil {
						t.Errorf("the test tests nothing: %+v", p.Figures)
					}
				}
			})
		})
	}
}

// An eighth of the work fails under a forced length, with the figures, also where it claims
// the whole; where the length is free it is as much as the model had to say.
func TestAnEighthOfTheWork(t *testing.T) {
	server := func(_, tokens int, send func(time.Duration, string)) {
		if tokens > 1000 {
			tokens = 60 // it was left free, and says 16384 in the end
		}
		for range tokens / 8 {
			send(5*time.Millisecond, event(`{"content":" word"}`))
		}
	}
	synctest.Test(t, func(t *testing.T) {
		report := worked(t, server, short, "", 480)
		f := report.Phases[0].Figures
		if f.Outcomes["implausible"] != f.Requests || f.Failed != f.Requests || !strings.Contains(f.FailureExample, "480 tokens are claimed of which the output, 61 events of 300 bytes, holds at most") {
			t.Errorf("%+v", f)
		}
		if got := report.Tiers[0].Number(3); got.Verdict != agentperf.Fail {
			t.Errorf("%+v", got)
		}
	})
}
