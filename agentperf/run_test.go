package agentperf_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

var short = agentperf.Point{SpawnRate: 4, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second}

// The published rules in full, on a system scaled down to 46 tokens/s: hours of
// virtual time.
func TestPublishedRules(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector, which the others serve as well")
	}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		report, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{
			Workload: workload(t, 7, []int{40, 25, 60, 35, 30}, 0), Tiers: floor(4), Rule: agentperf.Point{},
		}))
		if err != nil {
			t.Fatal(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 11 || *got.FirstFailingAgents != 12 {
			t.Errorf("%+v, want 11", got)
		}
		for _, p := range report.Phases {
			if p.MeasuredSeconds < 600 || p.Figures.Trajectories < 30 || p.Figures.LeastTrajectories < 3 || p.Ending != "complete" {
				t.Errorf("phase %d: %v s, %d trajectories, %d by the slowest agent, %s", p.Index, p.MeasuredSeconds, p.Figures.Trajectories, p.Figures.LeastTrajectories, p.Ending)
			}
			if p.Figures.OutputTokensPerSecond < 45.9 || p.Figures.OutputTokensPerSecond > 46.1 {
				t.Errorf("phase %d: %v tokens/s, want 46", p.Index, p.Figures.OutputTokensPerSecond)
			}
		}
		t.Logf("%v of virtual time", time.Since(began))
	})
}

// Minima that cannot be met do not keep a phase from being judged at the time-out; the verdict
// says so, and so does the report.
func TestMinimaUnmetIsJudged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := short
		rules.MinPerAgent, rules.Timeout = 500, time.Minute
		report, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{PerRequest: 100}, agentperf.Config{
			Workload: workload(t, 1, []int{40}, 0), Tiers: floor(1, 1000), Rule: rules,
		}), 2)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []agentperf.Verdict{agentperf.Pass, agentperf.Fail} {
			if v := report.Phases[0].Verdicts[i]; v.Verdict != want || !strings.Contains(v.Reason, "minima unmet: ") || !strings.Contains(v.Reason, "0 and 500 are required") {
				t.Errorf("%+v, want %s", v, want)
			}
			if text := report.Tiers[i].Sentence(); !strings.Contains(text, "minima unmet: ") {
				t.Errorf("%s", text)
			}
		}
	})
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := inMemory(t, &endpointtest.Engine{}, agentperf.Config{Workload: workload(t, 3, []int{40}, 0), Tiers: floor(50, 200), Rule: short, MaxAgents: 6})
		report, err := agentperf.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 6 || got.FirstFailingAgents != nil || got.Bounded {
			t.Errorf("nothing fails: %+v", got)
		}
		if got := report.Tiers[1]; got.MaxAgents != 0 || *got.FirstFailingAgents != 1 || !got.Bounded {
			t.Errorf("nothing passes: %+v", got)
		}
		cfg.MaxPhases = 2
		report, err = agentperf.Run(t.Context(), cfg)
		if err != nil || len(report.Phases) != 2 || report.Complete || report.Tiers[0].MaxAgents != 2 {
			t.Errorf("%v, %d phases, %+v", err, len(report.Phases), report.Tiers[0])
		}
	})
}

// Replaying in process needs no endpoint.
func TestConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Connect: func(int) trajectory.Sender { return inProcess{} }, Workload: workload(t, 2, []int{20}, 0), Tiers: floor(49, 51), Rule: short,
		}, 3)
		if err != nil {
			t.Fatal(err)
		}
		if p := report.Phases[0]; p.Verdicts[0].Verdict != agentperf.Pass || p.Verdicts[1].Verdict != agentperf.Fail {
			t.Errorf("%+v", p)
		}
	})
}

// inProcess answers 20 tokens at 50 a second.
type inProcess struct{}

func (inProcess) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	clock.Sent(time.Now())
	for range 20 {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		clock.Arrived(time.Now(), 5, 1)
	}
	clock.Done(time.Now())
	return nil
}

// Phases are shared by tiers, their prefixes by nobody.
func TestPhasesAreShared(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector, which the others serve as well")
	}
	synctest.Test(t, func(t *testing.T) {
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 1150}, agentperf.Config{Workload: workload(t, 3, []int{40, 60}, 0), Tiers: floor(100, 250), Rule: short})
		client, err := endpoint.New(cfg.Endpoint)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Policy.Model = "simulated"
		var mu sync.Mutex
		sessions := make(map[string]int) // session to phase
		phase := 0
		cfg.Connect = func(int) trajectory.Sender {
			return &spy{agentperf.HTTPSender(client.Conn()), func(session string, body [][]byte) {
				mu.Lock()
				defer mu.Unlock()
				_, rest, _ := strings.Cut(string(bytes.Join(body, nil)), `"content":"`)
				digits := rest[:63]
				for _, key := range []string{session, digits} {
					if old, ok := sessions[key]; ok && old != phase {
						t.Errorf("%q is used in phases %d and %d", key, old, phase)
					}
					sessions[key] = phase
				}
			}}
		}
		cfg.Progress = func(e agentperf.Event) {
			if e.Stage == "done" {
				mu.Lock()
				phase++
				mu.Unlock()
			}
		}
		report, err := agentperf.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		var asked []int
		for _, p := range report.Phases {
			asked = append(asked, p.Agents)
		}
		if got, want := fmt.Sprint(asked), "[1 2 4 8 16 12 10 11 6 5]"; got != want {
			t.Errorf("phases of %v agents, want %v", got, want)
		}
	})
}

type spy struct {
	trajectory.Sender
	see func(session string, body [][]byte)
}

func (s *spy) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	s.see(r.Session, r.Body)
	return s.Sender.Send(ctx, r, clock)
}

// A TTFT that is exactly the ceiling passes.
func TestTTFTTie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ms = time.Millisecond
		cfg := inMemory(t, &endpointtest.Engine{TTFT: 200 * ms}, agentperf.Config{
			Workload: workload(t, 3, []int{40}, 0), Rule: short,
			Tiers: []agentperf.Tier{{SpeedFloor: 100, TTFTCeiling: 200 * ms}, {SpeedFloor: 100, TTFTCeiling: 200*ms - 1}},
		})
		report, err := agentperf.Check(t.Context(), cfg, 3)
		if err != nil {
			t.Fatal(err)
		}
		if v := report.Phases[0].Verdicts; v[0].Verdict != agentperf.Pass || v[1].Verdict != agentperf.Fail {
			t.Errorf("%+v", v)
		}
	})
}

// Prompts that the server counts otherwise than they were recorded are said to be:
// the load is not the recorded one.
func TestInputDrift(t *testing.T) {
	for share, warns := range map[float64]bool{1: false, 0.95: false, 0.5: true, 1.5: true} {
		synctest.Test(t, func(t *testing.T) {
			w := workload(t, 3, []int{20, 20}, 0)
			for _, tr := range w.Trajectories {
				for i := range tr.Turns {
					// The engine counts 4 bytes as a token, brackets and prefix too.
					tr.Turns[i].PromptTokens = int(share * float64(tr.Turns[i].History.Size()+2+3) / 4)
				}
			}
			report, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{}, agentperf.Config{
				Workload: w, Tiers: floor(10), Rule: short, Policy: trajectory.Policy{Prefix: trajectory.PrefixNone},
			}), 2)
			if err != nil {
				t.Fatal(err)
			}
			p := report.Phases[0]
			if p.Figures.InputRatio == nil || math.Abs(*p.Figures.InputRatio*share-1) > 0.1 {
				t.Fatalf("recorded %v of what is sent: the ratio is %v", share, p.Figures.InputRatio)
			}
			if got := strings.Contains(texts(p.Warnings), "times the input tokens"); got != warns {
				t.Errorf("recorded %v of what is sent: warnings %q", share, p.Warnings)
			}
		})
	}
}
