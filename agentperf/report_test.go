package agentperf_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// The names that other programs rely on.
func TestReportJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests bytes.Buffer
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 100, TTFT: 50 * time.Millisecond}, agentperf.Config{
			Workload: workload(t, 3, []int{40, 20}, 0), Tiers: floor(30), Rule: short, Requests: &requests,
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
		if got["schema"] != "agentperf.report/2" {
			t.Errorf("schema %v", got["schema"])
		}
		has("report", got, "tiers", "phases", "config", "warnings")
		has("tier", got["tiers"].([]any)[0].(map[string]any), "name", "speed_floor_tokens_per_second", "ttft_ceiling_seconds", "max_agents", "first_failing_agents", "bounded", "limit", "limit_low", "limit_high", "tried", "estimate_agents")
		p := got["phases"].([]any)[0].(map[string]any)
		has("phase", p, "index", "agents", "measured_seconds", "figures", "verdicts")
		f := p["figures"].(map[string]any)
		has("figures", f, "requests", "failed", "unmeasurable", "trajectories", "p25_speed_tokens_per_second", "p95_ttft_seconds",
			"p95_ttft_state", "output_tokens_per_second", "cached_input_tokens", "lateness_p99_seconds")
		has("verdict", p["verdicts"].([]any)[0].(map[string]any), "tier", "verdict")
		if f["cached_input_tokens"].(float64) <= 0 || f["p95_ttft_seconds"].(float64) != 0.05 {
			t.Errorf("cached %v, TTFT %v", f["cached_input_tokens"], f["p95_ttft_seconds"])
		}

		measured, begun := 0, []time.Duration(nil)
		for line := range strings.Lines(requests.String()) {
			var r struct {
				agentperf.Request
				Anchor    *time.Time    `json:"anchor"`
				Settled   time.Duration `json:"settled_ns"`
				WindowEnd time.Duration `json:"window_end_ns"`
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			if r.Run != report.Run || r.Agents < 1 {
				t.Errorf("run %q, agents %d: %s", r.Run, r.Agents, line)
			}
			if r.Anchor == nil {
				begun = append(begun, r.Begun)
				continue
			}
			for _, at := range begun {
				if at >= r.Settled && at < r.WindowEnd {
					measured++
				}
			}
			begun = nil
		}
		sum := 0
		for _, p := range report.Phases {
			sum += p.Figures.Requests
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
		Tiers:    []agentperf.Tier{{SpeedFloor: -1}, {SpeedFloor: 5}, {SpeedFloor: 5}}, Rule: agentperf.Point{SpawnRate: 1e-6, Settle: 5, Measure: 30}, Start: 9, MaxAgents: 3,
		Policy: trajectory.Policy{Output: "x"},
	})
	for _, want := range []string{"URL is missing", `("bad"): no turns`, "Tiers[0].SpeedFloor is -1", `a second tier is called "5"`, "Rule.SpawnRate is 1e-06", "Rule.Measure is 30ns, which looks like a number without a unit", "Rule.Settle is 5ns", "Start is 9", `Output is "x"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not mention %q", err, want)
		}
	}
	var s trajectory.Store
	c, _ := s.Append(nil, []byte(`{"role":"user","content":"x"}`))
	tr.Turns = []trajectory.Turn{{History: c}}
	cfg := agentperf.Config{Endpoint: endpoint.Config{URL: "http://h"}, Workload: &trajectory.Workload{Trajectories: []*trajectory.Trajectory{tr}}, Policy: trajectory.Policy{Output: trajectory.OutputExact}}
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "no length was recorded for turn 0 of bad") {
		t.Error(err)
	}
	if _, err := agentperf.Check(t.Context(), cfg, 0); err == nil {
		t.Error("a check of 0 agents was accepted")
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	r := agentperf.Report{
		Tiers: []agentperf.TierResult{{Name: "a", SpeedFloorTokensPerSecond: 100, TTFTCeilingSeconds: 5, MaxAgents: 11, FirstFailingAgents: new(12)}},
		Phases: []agentperf.PhaseResult{
			{Agents: 11, Figures: &agentperf.Figures{Requests: 20, P25Speed: new(104.6), P95TTFT: new(0.012)}, Verdicts: []agentperf.TierVerdict{{Tier: "a", Verdict: agentperf.Pass}}},
			{Index: 1, Agents: 12, Figures: &agentperf.Figures{Requests: 20, Failed: 3, P95TTFTState: "infinite"}, Verdicts: []agentperf.TierVerdict{{Tier: "a", Verdict: agentperf.Fail}}},
		},
		Warnings: []metrics.Warning{{Code: "x", Text: "beware"}},
	}
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	want := `Phase  Agents  P25, tok/s  P25 E2E, tok/s  P95 TTFT, s  Failed     a
    0      11       104.6               -        0.012    0/20  pass
    1      12           -               -     infinite    3/20  fail

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
		{agentperf.TierResult{SpeedFloorTokensPerSecond: 20, MaxAgents: 8, FirstFailingAgents: new(16)}, "20 tokens/s: 8 agents hold, 16 do not."},
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
	for _, s := range []string{"100@5s", "0.5@210ms", " 20 @ 1m ", "2000@1s", "e2e:50", " e2e: 0.5 @ p10 "} {
		tier, err := agentperf.ParseTier(s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
		}
		if again, err := agentperf.ParseTier(tier.String()); err != nil || again != tier {
			t.Errorf("%q: %v, %v", s, again, err)
		}
	}
	for _, s := range []string{"", "100", "@5s", "100@", "100@5", "-1@5s", "0@5s", "NaN@5s", "Inf@5s", "100@-5s", "100@5s@6s", "e2e:", "e2e:0", "e2e:-1", "e2e:NaN", "e2e:50@", "e2e:50@10", "e2e:50@p0", "e2e:50@p100", "e2e:50@5s"} {
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
