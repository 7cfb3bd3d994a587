package agentperf_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

var short = agentperf.Rules{SpawnRate: 4, Settle: 5 * time.Second, Measure: 20 * time.Second, Drain: 10 * time.Second}

// The published rules in full, on a system scaled down to 46 tokens/s: hours of
// virtual time.
func TestPublishedRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		report, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{
			Workload: workload(t, 7, []int{40, 25, 60, 35, 30}, 0), Tiers: floor(4), Rules: agentperf.Published(),
		}))
		if err != nil {
			t.Fatal(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 11 || *got.FirstFailingAgents != 12 {
			t.Errorf("%+v, want 11", got)
		}
		for _, p := range report.Phases {
			if p.MeasuredSeconds < 600 || p.Trajectories < 30 || p.LeastTrajectories < 3 || p.Ending != "complete" {
				t.Errorf("phase %d: %v s, %d trajectories, %d by the slowest agent, %s", p.Index, p.MeasuredSeconds, p.Trajectories, p.LeastTrajectories, p.Ending)
			}
			if p.OutputTokensPerSecond < 45.9 || p.OutputTokensPerSecond > 46.1 {
				t.Errorf("phase %d: %v tokens/s, want 46", p.Index, p.OutputTokensPerSecond)
			}
		}
		t.Logf("%v of virtual time", time.Since(began))
	})
}

// Minima that cannot be met leave a phase undecided, however fast it was.
func TestMinimaUnmetIsUndecided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := short
		rules.MinPerAgent, rules.Timeout = 500, time.Minute
		report, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{}, agentperf.Config{
			Workload: workload(t, 1, []int{40}, 0), Tiers: floor(1, 1000), Rules: rules,
		}), 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range report.Phases[0].Verdicts {
			if v.Verdict != agentperf.Undecided || !strings.Contains(v.Reason, "0 and 500 are required") {
				t.Errorf("%+v", v)
			}
		}
		if got := report.Tiers[0]; got.MaxAgents != 0 || got.FirstFailingAgents != nil || got.Bounded {
			t.Errorf("%+v", got)
		}
	})
}

func TestTimeoutTooShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := short
		rules.Timeout = 26 * time.Second
		report, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{}, agentperf.Config{Workload: workload(t, 1, []int{40}, 0), Tiers: floor(1), Rules: rules}))
		if err == nil || !strings.Contains(err.Error(), "a phase of 8 agents takes 1.75s to ramp up, 5s to settle and 20s to measure, longer than its time-out of 26s") {
			t.Error(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 4 || got.Bounded || report.Complete {
			t.Errorf("%+v", got)
		}
	})
}

// Failures count against the verdict, whatever they are; those of our own
// making do not, and those of the machine make the phase invalid.
func TestFailuresInVerdicts(t *testing.T) {
	every := func(k int, f endpointtest.Fault) func(int) endpointtest.Fault {
		return func(n int) endpointtest.Fault {
			if n%k == k-1 {
				return f
			}
			return endpointtest.Fault{}
		}
	}
	for _, kind := range []struct {
		fault endpointtest.Fault
		want  endpoint.Outcome
	}{
		{endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 429}, endpoint.Status},
		{endpointtest.Fault{Kind: endpointtest.FaultHang}, endpoint.TimeoutBeforeHeaders},
		{endpointtest.Fault{Kind: endpointtest.FaultStall, After: 5}, endpoint.TimeoutMidStream},
		{endpointtest.Fault{Kind: endpointtest.FaultCut, After: 5}, endpoint.Reset},
		{endpointtest.Fault{Kind: endpointtest.FaultTruncate, After: 5}, endpoint.Truncated},
		{endpointtest.Fault{Kind: endpointtest.FaultErrorEvent, After: 5}, endpoint.ErrorEvent},
		{endpointtest.Fault{Kind: endpointtest.FaultBadJSON, After: 5}, endpoint.Malformed},
		{endpointtest.Fault{Kind: endpointtest.FaultNotHTTP}, endpoint.Malformed},
		{endpointtest.Fault{Kind: endpointtest.FaultEmpty}, endpoint.Empty},
	} {
		t.Run(string(kind.fault.Kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				run := func(share int) *agentperf.PhaseResult {
					cfg := inMemory(t, &endpointtest.Engine{Fault: every(share, kind.fault)}, agentperf.Config{
						Workload: workload(t, 3, []int{40, 30, 50}, 0), Tiers: floor(50), Rules: short,
					})
					cfg.Endpoint.Timeout = 8 * time.Second
					report, err := agentperf.Check(t.Context(), cfg, 4)
					if err != nil {
						t.Fatal(err)
					}
					return &report.Phases[0]
				}
				// 1 in 10: P95 TTFT is infinite, P25 speed is not touched.
				p := run(10)
				if p.Verdict("50@1m0s") != agentperf.Fail || p.P95TTFT != nil || p.P95TTFTState != "infinite" || *p.P25Speed < 99 {
					t.Errorf("1 in 10: %+v", p)
				}
				if p.Failed == 0 || p.Outcomes[kind.want] != p.Failed || p.Requests != p.Failed+p.Outcomes[endpoint.OK] {
					t.Errorf("1 in 10: %d of %d failed: %v", p.Failed, p.Requests, p.Outcomes)
				}
				// 1 in 3: and P25 speed is that of a failure.
				if p = run(3); *p.P25Speed != 0 {
					t.Errorf("1 in 3: P25 speed %v", *p.P25Speed)
				}
				// 1 in 50: neither.
				if p = run(50); p.Verdict("50@1m0s") != agentperf.Pass || p.Failed == 0 {
					t.Errorf("1 in 50: %+v", p)
				}
			})
		})
	}
}

func TestLocalFailureIsInvalid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 1000}, agentperf.Config{Workload: workload(t, 3, []int{40}, 0), Tiers: floor(10), Rules: short, MaxAgents: 16})
		dial := cfg.Endpoint.Dial
		var open atomic.Int32
		cfg.Endpoint.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if open.Add(1) > 6 {
				open.Add(-1)
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", syscall.EMFILE)}
			}
			c, err := dial(ctx, network, addr)
			return &counted{Conn: c, open: &open}, err
		}
		report, err := agentperf.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		got := report.Tiers[0]
		if got.MaxAgents < 4 || got.MaxAgents > 6 || got.FirstFailingAgents != nil || got.Bounded {
			t.Errorf("%+v: the client's limit is taken for the system's", got)
		}
		if !strings.Contains(strings.Join(report.Warnings, "\n"), "the client failed: endpoint: local") {
			t.Errorf("warnings %q", report.Warnings)
		}
		logPhases(t, report)
	})
}

type counted struct {
	net.Conn
	open *atomic.Int32
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

func TestNothingEverSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The preflight's two probes are answered, nothing else is.
		engine := &endpointtest.Engine{Fault: func(n int) endpointtest.Fault {
			if n < 2 {
				return endpointtest.Fault{}
			}
			return endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 503, Body: `{"error":"loading"}`}
		}}
		began := time.Now()
		report, err := agentperf.Run(t.Context(), inMemory(t, engine, agentperf.Config{Workload: workload(t, 3, []int{40}, 0), Rules: agentperf.Published()}))
		if !errors.Is(err, agentperf.ErrNothingSucceeded) || !strings.Contains(err.Error(), "3 status (endpoint: HTTP status 503: loading)") {
			t.Error(err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v to see that", took)
		}
		if len(report.Phases) != 1 || report.Complete {
			t.Errorf("%d phases", len(report.Phases))
		}
	})
}

// A server that dies ends the search with what is known.
func TestEndpointGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Capacity: 1000}
		var dead atomic.Bool
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if dead.Load() {
				panic(http.ErrAbortHandler)
			}
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		cfg := agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial},
			Workload: workload(t, 3, []int{40}, 0), Tiers: floor(10), Rules: short, Seed: 1,
			Progress: func(e agentperf.Event) {
				if e.Agents == 4 && e.Stage == "done" {
					dead.Store(true)
				}
			},
		}
		report, err := agentperf.Run(t.Context(), cfg)
		if !errors.Is(err, agentperf.ErrEndpointGone) || !strings.Contains(err.Error(), "at 8 agents") {
			t.Error(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 4 || report.Complete {
			t.Errorf("%+v", got)
		}
	})
}

func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var requests bytes.Buffer
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 1000}, agentperf.Config{Workload: workload(t, 3, []int{40}, 0), Tiers: floor(10), Rules: short, Requests: &requests})
		cfg.Progress = func(e agentperf.Event) {
			if e.Agents == 8 && e.Stage == "measuring" {
				cancel()
			}
		}
		report, err := agentperf.Run(ctx, cfg)
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 4 || got.Bounded || report.Complete || len(report.Phases) != 4 {
			t.Errorf("%+v after %d phases", got, len(report.Phases))
		}
		last := report.Phases[3]
		if last.Ending != "canceled" || last.Verdicts[0].Verdict != agentperf.Undecided || last.Failed != 0 {
			t.Errorf("last phase %+v", last)
		}
		if n := strings.Count(requests.String(), `"phase_idx":3`); n == 0 {
			t.Error("the requests of the interrupted phase are not written")
		}
	})
}

// Above half of unmeasurable answers there is no speed to judge.
func TestUnmeasurable(t *testing.T) {
	for _, tt := range []struct {
		batch int
		want  agentperf.Verdict
	}{{30, agentperf.Pass}, {40, agentperf.Undecided}} {
		synctest.Test(t, func(t *testing.T) {
			report, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{TokensPerEvent: tt.batch}, agentperf.Config{
				Workload: workload(t, 3, []int{30, 40, 50}, 0), Tiers: floor(50), Rules: short,
			}), 2)
			if err != nil {
				t.Fatal(err)
			}
			p := report.Phases[0]
			if p.Verdicts[0].Verdict != tt.want || p.Unmeasurable == 0 || p.Requests != p.Outcomes[endpoint.OK] {
				t.Errorf("batches of %d: %+v, %d of %d unmeasurable", tt.batch, p.Verdicts[0], p.Unmeasurable, p.Requests)
			}
			// A tier may still fail by its TTFT.
		})
	}
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := inMemory(t, &endpointtest.Engine{}, agentperf.Config{Workload: workload(t, 3, []int{40}, 0), Tiers: floor(50, 200), Rules: short, MaxAgents: 6})
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

// The names that other programs rely on.
func TestReportJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests bytes.Buffer
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 100, TTFT: 50 * time.Millisecond}, agentperf.Config{
			Workload: workload(t, 3, []int{40, 20}, 0), Tiers: floor(30), Rules: short, Requests: &requests,
		})
		cfg.Endpoint.APIKey, cfg.Endpoint.Header = "sk-secret", http.Header{"X-Token": {"hunter2"}}
		report, err := agentperf.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "sk-secret") || strings.Contains(string(text), "hunter2") {
			t.Error("the report holds a secret")
		}
		var got map[string]any
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		has := func(where string, m map[string]any, names ...string) {
			t.Helper()
			for _, n := range names {
				if _, ok := m[n]; !ok {
					t.Errorf("%s has no %q", where, n)
				}
			}
		}
		if got["schema"] != "agentperf.report/1" {
			t.Errorf("schema %v", got["schema"])
		}
		has("report", got, "tiers", "phases", "config", "warnings")
		has("tier", got["tiers"].([]any)[0].(map[string]any), "name", "speed_floor_tokens_per_second", "ttft_ceiling_seconds", "max_agents", "first_failing_agents", "bounded")
		p := got["phases"].([]any)[0].(map[string]any)
		has("phase", p, "index", "agents", "requests", "failed", "unmeasurable", "trajectories", "p25_speed_tokens_per_second", "p95_ttft_seconds",
			"p95_ttft_state", "measured_seconds", "output_tokens_per_second", "cached_input_tokens", "lateness_p99_seconds", "verdicts")
		has("verdict", p["verdicts"].([]any)[0].(map[string]any), "tier", "verdict")
		if p["cached_input_tokens"].(float64) <= 0 || p["p95_ttft_seconds"].(float64) != 0.05 {
			t.Errorf("cached %v, TTFT %v", p["cached_input_tokens"], p["p95_ttft_seconds"])
		}

		measured := 0
		for line := range strings.Lines(requests.String()) {
			var r agentperf.Request
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			if r.Measured {
				measured++
			}
		}
		sum := 0
		for _, p := range report.Phases {
			sum += p.Requests
		}
		if measured != sum || sum == 0 {
			t.Errorf("%d measured requests written, %d in the report", measured, sum)
		}
	})
}

func TestBadConfig(t *testing.T) {
	tr := &trajectory.Trajectory{ID: "bad"}
	_, err := agentperf.Run(t.Context(), agentperf.Config{
		Workload: &trajectory.Workload{Trajectories: []*trajectory.Trajectory{tr}},
		Tiers:    []agentperf.Tier{{SpeedFloor: -1}, {SpeedFloor: 5}, {SpeedFloor: 5}}, Rules: agentperf.Rules{SpawnRate: -1}, Start: 9, MaxAgents: 3,
		Policy: trajectory.Policy{Output: "x"},
	})
	for _, want := range []string{"URL is missing", "(bad) has no turns", "Tiers[0].SpeedFloor is -1", `a second tier is called "5"`, "Rules.SpawnRate is -1", "Rules.Measure is 0s", "Start is 9", `Output is "x"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not mention %q", err, want)
		}
	}
	var s trajectory.Store
	c, _ := s.Append(nil, []byte(`{"role":"user","content":"x"}`))
	tr.Turns = []trajectory.Turn{{Context: c}}
	cfg := agentperf.Config{Endpoint: endpoint.Config{URL: "http://h"}, Workload: &trajectory.Workload{Trajectories: []*trajectory.Trajectory{tr}}, Policy: trajectory.Policy{Output: trajectory.OutputExact}}
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "no length was recorded for turn 0 of bad") {
		t.Error(err)
	}
	if _, err := agentperf.Check(t.Context(), cfg, 0); err == nil {
		t.Error("a check of 0 agents was accepted")
	}
}

// Replaying in process needs no endpoint.
func TestConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Connect: func(int) trajectory.Sender { return inProcess{} }, Workload: workload(t, 2, []int{20}, 0), Tiers: floor(49, 51), Rules: short,
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

func (inProcess) Send(ctx context.Context, _ string, body [][]byte, clock *metrics.Clock) error {
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

func TestTable(t *testing.T) {
	var b bytes.Buffer
	r := agentperf.Report{
		Tiers: []agentperf.TierResult{{Name: "a", SpeedFloorTokensPerSecond: 100, TTFTCeilingSeconds: 5, MaxAgents: 11, FirstFailingAgents: new(12)}},
		Phases: []agentperf.PhaseResult{
			{Agents: 11, Requests: 20, P25Speed: new(104.6), P95TTFT: new(0.012), Verdicts: []agentperf.TierVerdict{{Tier: "a", Verdict: agentperf.Pass}}},
			{Index: 1, Agents: 12, Requests: 20, Failed: 3, P95TTFTState: "infinite", Verdicts: []agentperf.TierVerdict{{Tier: "a", Verdict: agentperf.Fail}}},
		},
		Warnings: []string{"beware"},
	}
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	want := `  Phase  Agents    P25 speed  P95 TTFT  failed     a
      0      11  104.6 tok/s   0.012 s    0/20  pass
      1      12            -  infinite    3/20  fail

100 tokens/s with TTFT of at most 5s: 11 agents; 12 are too many.

Warnings:
  - beware
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	for _, tt := range []struct {
		r    agentperf.TierResult
		want string
	}{
		{agentperf.TierResult{SpeedFloorTokensPerSecond: 20}, "20 tokens/s: no answer."},
		{agentperf.TierResult{SpeedFloorTokensPerSecond: 20, FirstFailingAgents: new(1)}, "20 tokens/s: 0 agents; not even 1 gets it."},
		{agentperf.TierResult{SpeedFloorTokensPerSecond: 20, FirstFailingAgents: new(2)}, "20 tokens/s: 2 agents are too many; no number was seen to hold."},
		{agentperf.TierResult{SpeedFloorTokensPerSecond: 20, MaxAgents: 1}, "20 tokens/s: at least 1 agent; more were not seen to fail."},
		{agentperf.TierResult{SpeedFloorTokensPerSecond: 20, MaxAgents: 8, FirstFailingAgents: new(16)}, "20 tokens/s: at least 8 agents; 16 are too many."},
	} {
		if got := tt.r.Sentence(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	if err := r.WriteTable(failingWriter{}); err == nil {
		t.Error("a failed write was not reported")
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestTiers(t *testing.T) {
	for _, s := range []string{"100@5s", "0.5@210ms", " 20 @ 1m ", "2000@1s"} {
		tier, err := agentperf.ParseTier(s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
		}
		if again, err := agentperf.ParseTier(tier.String()); err != nil || again != tier {
			t.Errorf("%q: %v, %v", s, again, err)
		}
	}
	for _, s := range []string{"", "100", "@5s", "100@", "100@5", "-1@5s", "0@5s", "NaN@5s", "Inf@5s", "100@-5s", "100@5s@6s"} {
		if _, err := agentperf.ParseTier(s); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", s)) {
			t.Errorf("%q: error %v", s, err)
		}
	}
	for _, s := range agentperf.TierSets() {
		if got, err := agentperf.LookupTiers(s.Name); err != nil || got.Date != s.Date || len(got.Tiers) < 3 {
			t.Errorf("%s: %+v, %v", s.Name, got, err)
		}
	}
	if _, err := agentperf.LookupTiers("gpt-9"); err == nil || !strings.Contains(err.Error(), "deepseek-v4-pro") {
		t.Errorf("unknown set: %v", err)
	}
}

// Agents whose requests from before the window get no answer are not served,
// whatever the others get.
func TestStarvedAgents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{}
		var mu sync.Mutex
		served := make(map[string]bool) // connections
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			session := r.Header.Get("X-Agent")
			mu.Lock()
			ok := served[session] || len(served) < 4
			if ok {
				served[session] = true
			}
			mu.Unlock()
			if !ok {
				io.Copy(io.Discard, r.Body) // or the server does not notice that the client leaves
				<-r.Context().Done()
				return
			}
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Connect: func(agent int) trajectory.Sender {
				client, err := endpoint.New(endpoint.Config{URL: "http://mem", Dial: server.Dial, Header: http.Header{"X-Agent": {fmt.Sprint(agent)}}})
				if err != nil {
					t.Error(err)
				}
				return client.Conn()
			},
			Policy: trajectory.Policy{Model: "simulated"}, Workload: workload(t, 3, []int{40}, 0), Tiers: floor(50), Rules: short, Seed: 1,
		}, 16)
		if err != nil {
			t.Fatal(err)
		}
		p := report.Phases[0]
		if p.StarvedAgents != 12 || p.Verdicts[0].Verdict != agentperf.Fail || !strings.Contains(p.Verdicts[0].Reason, "12 of 16 agents got no token") {
			t.Errorf("%d starved, %+v", p.StarvedAgents, p.Verdicts[0])
		}
	})
}

// A server that dies in the middle of a phase is gone, and the phase no failure
// of the system at its number of agents.
func TestEndpointDiesInAPhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Capacity: 1000}
		var dead atomic.Bool
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if dead.Load() {
				panic(http.ErrAbortHandler)
			}
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		report, err := agentperf.Run(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial},
			Workload: workload(t, 3, []int{40}, 0), Tiers: floor(10), Rules: short, Seed: 1,
			Progress: func(e agentperf.Event) {
				if e.Agents == 4 && e.Stage == "measuring" && e.Elapsed > 15*time.Second {
					dead.Store(true)
				}
			},
		})
		if !errors.Is(err, agentperf.ErrEndpointGone) || !strings.Contains(err.Error(), "at 4 agents") {
			t.Error(err)
		}
		if got := report.Tiers[0]; got.MaxAgents != 2 || got.FirstFailingAgents != nil || got.Bounded {
			t.Errorf("%+v", got)
		}
	})
}

// A phase that begins with nothing succeeding is no evidence against the system
// until the endpoint is known to be there.
func TestSlowFailuresAreNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{}
		requests := 0
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if requests++; requests <= 3 { // the preflight
				engine.ServeHTTP(w, r)
				return
			}
			time.Sleep(17 * time.Second)
			http.Error(w, "upstream timed out", http.StatusGatewayTimeout)
		}))
		t.Cleanup(server.Close)
		report, err := agentperf.Run(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: workload(t, 3, []int{40}, 0), Tiers: floor(50), Rules: short,
		})
		if !errors.Is(err, agentperf.ErrNothingSucceeded) || report.Complete || report.Tiers[0].FirstFailingAgents != nil {
			t.Errorf("%v, %+v", err, report.Tiers[0])
		}
	})
}

// Phases are shared by tiers, their prefixes by nobody.
func TestPhasesAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 1150}, agentperf.Config{Workload: workload(t, 3, []int{40, 60}, 0), Tiers: floor(100, 250), Rules: short})
		client, err := endpoint.New(cfg.Endpoint)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Policy.Model = "simulated"
		var mu sync.Mutex
		sessions := make(map[string]int) // session to phase
		phase := 0
		cfg.Connect = func(int) trajectory.Sender {
			return &spy{client.Conn(), func(session string, body [][]byte) {
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
	*endpoint.Conn
	see func(session string, body [][]byte)
}

func (s *spy) Send(ctx context.Context, session string, body [][]byte, clock *metrics.Clock) error {
	s.see(session, body)
	return s.Conn.Send(ctx, session, body, clock)
}

// A TTFT that is exactly the ceiling passes.
func TestTTFTTie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const ms = time.Millisecond
		cfg := inMemory(t, &endpointtest.Engine{TTFT: 200 * ms}, agentperf.Config{
			Workload: workload(t, 3, []int{40}, 0), Rules: short,
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

// An endpoint that rejects ignore_eos is measured without it, unless that was
// asked for.
func TestIgnoreEOSRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{}
		server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if bytes.Contains(body, []byte("ignore_eos")) {
				http.Error(w, `{"error":"unknown field ignore_eos"}`, http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			engine.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		cfg := agentperf.Config{Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: workload(t, 3, []int{40}, 0), Tiers: floor(50), Rules: short}
		report, err := agentperf.Check(t.Context(), cfg, 2)
		if err != nil || report.Phases[0].Verdicts[0].Verdict != agentperf.Pass || report.Config.Output != trajectory.OutputCap {
			t.Errorf("%v, %+v", err, report.Config)
		}
		cfg.Policy.Output = trajectory.OutputExact
		if _, err := agentperf.Check(t.Context(), cfg, 2); err == nil || !strings.Contains(err.Error(), "rejects ignore_eos") {
			t.Error(err)
		}
	})
}
