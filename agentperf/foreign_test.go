package agentperf_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/requestlog"
	"github.com/agentperf/agentperf-go/metrics"
)

// percentile is R-7: linear interpolation at rank (n-1)q.
func percentile(q float64, all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	at := q * float64(len(all)-1)
	low := int(at)
	if low+1 == len(all) {
		return all[low]
	}
	return all[low] + (at-float64(low))*(all[low+1]-all[low])
}

// near reports whether two figures are equal to a millionth.
func near(got *float64, want float64) bool {
	return got != nil && math.Abs(*got-want) <= 1e-6*max(1, math.Abs(want))
}

func write(t *testing.T, folder, name string, lines ...string) string {
	t.Helper()
	name = filepath.Join(folder, name)
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// Rows of Artificial Analysis' client: those count that begin at the end of settling or
// later, and before the end of the phase.
func TestJudgeRowsByHand(t *testing.T) {
	const epoch = 1_790_000_000.
	row := func(id int, user string, start, ttft, end float64, tokens int) string {
		return fmt.Sprintf(`{"phase_idx":0,"request_id":"r%d","user_id":"%s","conversation_id":"c%d","conversation_idx":0,"start_time":%.6f,"end_time":%.6f,"success":true,"ttft":%v,"server_input_tokens":1000,"server_output_tokens":%d,"server_cached_tokens":900,"messages":[{"role":"user","content":"..."}]}`,
			id, user, id, epoch+start, epoch+end, ttft, tokens)
	}
	folder := t.TempDir()
	write(t, folder, "phase_manifest.jsonl", fmt.Sprintf(`{"phase_idx":0,"settling_end":%.6f,"actual_phase_end":%.6f}`, epoch+60, epoch+100))
	write(t, folder, "m__2u__phase0__dur40s__settle60s__traj30.jsonl",
		row(0, "a", 59.999, 9, 70, 2),      // before the window
		row(1, "a", 60, 0.5, 62.5, 201),    // 200 tokens in 2 s: 100 tok/s
		row(2, "b", 60.25, 0.25, 61.5, 51), // 50 in 1 s: 50
		row(3, "a", 70, 1, 74, 91),         // 90 in 3 s: 30
		row(4, "b", 99.999, 2, 105, 61),    // 60 in 2.999 s
		row(5, "a", 100, 30, 140, 5),       // at the end: after the window
		strings.Replace(row(6, "b", 80, 0, 81, 0), `"success":true,"ttft":0`, `"success":false,"ttft":null,"error":"boom"`, 1), // speed 0, TTFT infinite
	)
	// The liveness log has other figures, and is not believed.
	write(t, folder, "requests.jsonl", row(1, "a", 60, 2.4, 62.5, 201))
	report, err := agentperf.Judge(t.Context(), agentperf.JudgeConfig{Files: []string{folder}, Tiers: floor(30.1, 29.9)})
	if err != nil {
		t.Fatal(err)
	}
	f := report.Phases[0].Figures
	speeds := []float64{100, 50, 30, 60 / (105 - 99.999 - 2), 0}
	if p := report.Phases[0]; p.Agents != 2 || p.MeasuredSeconds != 40 || f.Requests != 5 || f.Failed != 1 || f.FailureExample != "boom" {
		t.Errorf("agents %d, measured %v, requests %d, failed %d (%s)", p.Agents, p.MeasuredSeconds, f.Requests, f.Failed, f.FailureExample)
	}
	if !near(f.P25Speed, percentile(0.25, speeds)) {
		t.Errorf("P25 %v, want %v", *f.P25Speed, percentile(0.25, speeds))
	}
	if f.P95TTFTState != "infinite" || !near(f.P50TTFT, 1) || *f.CachedInputTokens != 4500 || f.P95EndLag != nil || f.LatenessP99 != nil {
		t.Errorf("TTFT %s, P50 %v, cached %d", f.P95TTFTState, *f.P50TTFT, *f.CachedInputTokens)
	}
	for _, v := range report.Phases[0].Verdicts { // one failure of five is beyond a P95
		if v.Verdict != agentperf.Fail {
			t.Errorf("%v, want a fail", v)
		}
	}
	if s := report.Source; s == nil || s.Clients[0] != "Artificial Analysis' client" || !strings.Contains(s.SpeedBasis[0], "end - start - ttft") || report.Warnings[0].Code != "judged_from_records" {
		t.Errorf("source %+v", report.Source)
	}
}

// P25 and P95 are those that AIPerf itself states of the same records.
func TestJudgeAIPerf(t *testing.T) {
	folder := "../internal/requestlog/testdata/aiperf"
	text, err := os.ReadFile(filepath.Join(folder, "profile_export.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var speeds, firsts []float64
	for line := range bytes.Lines(text) {
		var r struct {
			Metadata struct {
				Phase string `json:"benchmark_phase"`
			}
			Metrics map[string]struct{ Value float64 }
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if m := r.Metrics; r.Metadata.Phase == "profiling" {
			speeds = append(speeds, (m["output_sequence_length"].Value-1)/(m["request_latency"].Value-m["time_to_first_token"].Value)*1000)
			firsts = append(firsts, m["time_to_first_token"].Value/1000)
		}
	}
	var stated struct {
		Speed struct{ P25 float64 } `json:"output_token_throughput_per_user"`
		TTFT  struct{ P95 float64 } `json:"time_to_first_token"`
	}
	if text, err = os.ReadFile(filepath.Join(folder, "profile_export_aiperf.json")); err == nil {
		err = json.Unmarshal(text, &stated)
	}
	if err != nil {
		t.Fatal(err)
	}
	p25, p95 := percentile(0.25, speeds), percentile(0.95, firsts)
	report, err := agentperf.Judge(t.Context(), agentperf.JudgeConfig{
		Files: []string{folder},
		Tiers: []agentperf.Tier{{SpeedFloor: 163, TTFTCeiling: 73 * time.Millisecond}, {SpeedFloor: 164, TTFTCeiling: 73 * time.Millisecond}, {SpeedFloor: 163, TTFTCeiling: 72 * time.Millisecond}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := report.Phases[0]
	if !near(p.Figures.P25Speed, p25) || !near(p.Figures.P95TTFT, p95) || !near(&stated.Speed.P25, p25) || !near(&stated.TTFT.P95, 1000*p95) {
		t.Errorf("P25 %v and P95 %v, want %v and %v; AIPerf has %v and %v ms", *p.Figures.P25Speed, *p.Figures.P95TTFT, p25, p95, stated.Speed.P25, stated.TTFT.P95)
	}
	var verdicts []agentperf.Verdict
	for _, v := range p.Verdicts {
		verdicts = append(verdicts, v.Verdict)
	}
	if p.Agents != 4 || p.Figures.Requests != len(speeds) || !slices.Equal(verdicts, []agentperf.Verdict{agentperf.Pass, agentperf.Fail, agentperf.Fail}) {
		t.Errorf("%d agents, %d requests, verdicts %v", p.Agents, p.Figures.Requests, verdicts)
	}
}

// sameFigures are those of a phase that its rows hold: the gaps between events and the part
// of an answer that came within the window are not in them.
var sameFigures = cmp.Options{
	// The workload is not in the records, and with it what a cache may reuse.
	cmpopts.IgnoreFields(agentperf.Figures{}, "P99InterEventGap", "P99InterTokenGap", "OutputTokensPerSecond", "CachedRatio", "AllowedCachedRatio"),
	cmpopts.IgnoreFields(agentperf.PhaseResult{}, "Client", "Warnings"),
}

// A run is judged again from its own files, in each of their forms: the verdicts and figures
// are those of the run.
func TestJudgeRoundTrip(t *testing.T) {
	var requests bytes.Buffer
	journal := t.TempDir()
	run, err := measured(t, journal, func(c *agentperf.Config) { c.Requests, c.Tiers, c.Rule = &requests, floor(15, 6), short })
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	file := write(t, folder, "requests.jsonl", strings.TrimSuffix(requests.String(), "\n"))
	aa := filepath.Join(folder, "aa")
	if n, err := requestlog.WriteAA(t.Context(), file, aa, "openai/m"); err != nil || n != len(run.Phases) {
		t.Fatalf("%d phases written of %d: %v", n, len(run.Phases), err)
	}
	if names, _ := filepath.Glob(filepath.Join(aa, "openai-m__*u__phase*__dur*s__settle*s__traj*.jsonl")); len(names) != len(run.Phases) {
		t.Errorf("files %v", names)
	}
	for name, files := range map[string][]string{"requests": {file}, "rows": {aa}, "journal": {journal}} {
		got, err := agentperf.Judge(t.Context(), agentperf.JudgeConfig{Files: files, Tiers: floor(15, 6)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(run.Phases, got.Phases, sameFigures, cmpopts.EquateApprox(1e-9, 0)); diff != "" {
			t.Errorf("%s: (-run +judged)\n%s", name, diff)
		}
		for i, want := range run.Tiers {
			if got := got.Tiers[i]; got.MaxAgents != want.MaxAgents || !cmp.Equal(got.FirstFailingAgents, want.FirstFailingAgents) {
				t.Errorf("%s: tier %s: %d agents, want %d", name, want.Name, got.MaxAgents, want.MaxAgents)
			}
		}
	}
	// By another tier, the same rows have the answer of a run with that tier.
	other, err := measured(t, "", func(c *agentperf.Config) { c.Tiers, c.Rule, c.Start, c.MaxAgents = floor(8), short, 3, 3 })
	if err != nil {
		t.Fatal(err)
	}
	got, err := agentperf.Judge(t.Context(), agentperf.JudgeConfig{Files: []string{file}, Tiers: floor(8)})
	if err != nil || got.Tiers[0].Number(3).Verdict != other.Tiers[0].Number(3).Verdict {
		t.Errorf("3 agents at 8 tokens/s: %+v, %v", got.Tiers[0].Number(3), err)
	}
}

// What only the client's own fields hold is not needed where an answer ends with its last
// token, and its tokens come one by one.
func TestJudgeBareRows(t *testing.T) {
	var requests bytes.Buffer
	var run *agentperf.Report
	synctest.Test(t, func(t *testing.T) {
		var err error
		run, err = agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{
			Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(15), Rule: short, Requests: &requests,
		}))
		if err != nil {
			t.Fatal(err)
		}
	})
	folder := t.TempDir()
	var rows []string
	var manifest []string
	for line := range bytes.Lines(requests.Bytes()) {
		var q agentperf.Request
		var p agentperf.RequestPhase
		if bytes.Contains(line, []byte(`"window_end_ns"`)) {
			if err := json.Unmarshal(line, &p); err != nil {
				t.Fatal(err)
			}
			stamp := func(at time.Duration) float64 { return float64(p.Anchor.Add(at).UnixMicro()) / 1e6 }
			manifest = append(manifest, fmt.Sprintf(`{"phase_idx":%d,"settling_end":%.6f,"actual_phase_end":%.6f,"concurrency":%d}`, p.Phase, stamp(p.Settled), stamp(p.WindowEnd), p.Agents))
			continue
		}
		if err := json.Unmarshal(line, &q); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(map[string]any{
			"phase_idx": q.Phase, "request_id": q.ID, "user_id": q.Agent, "conversation_id": q.Trajectory, "conversation_idx": q.Turn, "start_time": q.Start, "end_time": q.End,
			"success": q.Success, "ttft": q.TTFT, "server_input_tokens": q.InputTokens, "server_output_tokens": q.OutputTokens, "server_cached_tokens": q.CachedTokens,
		})
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, string(text))
	}
	write(t, folder, "requests.jsonl", rows...)
	write(t, folder, "phase_manifest.jsonl", manifest...)
	got, err := agentperf.Judge(t.Context(), agentperf.JudgeConfig{Files: []string{folder}, Tiers: floor(15)})
	if err != nil {
		t.Fatal(err)
	}
	if got.Tiers[0].MaxAgents != run.Tiers[0].MaxAgents || len(got.Phases) != len(run.Phases) {
		t.Errorf("%d agents of %d phases, want %d of %d", got.Tiers[0].MaxAgents, len(got.Phases), run.Tiers[0].MaxAgents, len(run.Phases))
	}
	for i, p := range run.Phases {
		f, want := got.Phases[i].Figures, p.Figures
		if f.Requests != want.Requests || math.Abs(*f.P95TTFT-*want.P95TTFT) > 1e-6 {
			t.Errorf("phase %d: %d requests with P95 TTFT %v, want %d with %v", i, f.Requests, *f.P95TTFT, want.Requests, *want.P95TTFT)
		}
		// The least decode time is that of 6 tokens, over which a microsecond is spread.
		if tolerance := *want.P25Speed * *want.P25Speed / 6 * 3e-6; math.Abs(*f.P25Speed-*want.P25Speed) > tolerance {
			t.Errorf("phase %d: P25 %v, want %v", i, *f.P25Speed, *want.P25Speed)
		}
	}
}

// The journal of a controlled run, judged anew with the same error rate, has the same
// verdicts; with a smaller one it has no others, and with one of its tiers alone as well.
func TestJudgeJournal(t *testing.T) {
	journal := t.TempDir()
	run, err := measured(t, journal, func(c *agentperf.Config) { c.Tiers = floor(15, 6) })
	if err != nil {
		t.Fatal(err)
	}
	cfg := agentperf.JudgeConfig{Files: []string{journal}, Tiers: floor(15, 6), Rule: agentperf.Controlled{}, Workload: workload(t, 3, []int{20, 7, 33}, 0)}
	got, err := agentperf.Judge(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run.Phases, got.Phases); diff != "" {
		t.Errorf("phases (-run +judged)\n%s", diff)
	}
	if diff := cmp.Diff(run.Tiers, got.Tiers, cmpopts.IgnoreFields(agentperf.TierResult{}, "FixedRuleSeconds")); diff != "" {
		t.Errorf("tiers (-run +judged)\n%s", diff)
	}
	// By the point rule the windows are short, and the answer is that of this exact engine.
	got, err = agentperf.Judge(t.Context(), agentperf.JudgeConfig{Files: []string{journal}, Tiers: floor(15, 6)})
	if err != nil || got.Tiers[0].MaxAgents != 3 || got.Tiers[1].MaxAgents != 7 || !slices.ContainsFunc(got.Warnings, func(w metrics.Warning) bool { return w.Code == "decided_phases" }) {
		t.Errorf("by the point rule: %v, %d and %d agents, warnings %v", err, got.Tiers[0].MaxAgents, got.Tiers[1].MaxAgents, got.Warnings)
	}
	strict := cfg
	strict.Rule, strict.Tiers = agentperf.Controlled{ErrorRate: 1e-4}, floor(6)
	if got, err = agentperf.Judge(t.Context(), strict); got.Config.Rule.ErrorRate != 1e-4 || got.Tiers[0].MaxAgents > run.Tiers[1].MaxAgents {
		t.Errorf("%v, %+v", err, got.Tiers)
	}
	for want, change := range map[string]func(*agentperf.JudgeConfig){
		"Workload is nil":            func(c *agentperf.JudgeConfig) { c.Workload = nil },
		"with the digest":            func(c *agentperf.JudgeConfig) { c.Workload = workload(t, 3, []int{20, 7, 34}, 0) },
		"has no tier 7@1m0s":         func(c *agentperf.JudgeConfig) { c.Tiers = floor(7) },
		"JudgeConfig.Files is empty": func(c *agentperf.JudgeConfig) { c.Files = nil },
		"the folder of one journal":  func(c *agentperf.JudgeConfig) { c.Files = append(c.Files, journal) },
		"no such file or directory":  func(c *agentperf.JudgeConfig) { c.Files = []string{t.TempDir()} },
		"Rule.ErrorRate is 0.7":      func(c *agentperf.JudgeConfig) { c.Rule = agentperf.Controlled{ErrorRate: 0.7} },
		"JudgeConfig.Agents is -1":   func(c *agentperf.JudgeConfig) { c.Agents = -1 },
	} {
		c := cfg
		change(&c)
		if _, err := agentperf.Judge(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	point := t.TempDir()
	if _, err := measured(t, point, func(c *agentperf.Config) { c.Rule, c.Start, c.MaxAgents = short, 2, 2 }); err != nil {
		t.Fatal(err)
	}
	cfg.Files, cfg.Tiers = []string{point}, floor(15)
	if _, err := agentperf.Judge(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "not by the controlled rule") {
		t.Errorf("the journal of a point rule: %v", err)
	}
}

// Whatever records hold, the judgment is a report or an error.
func FuzzJudge(f *testing.F) {
	f.Add([]byte(`{"phase_idx":0,"request_id":"a","user_id":7,"conversation_id":"c","conversation_idx":1,"start_time":1790000061.5,"end_time":1790000063.25,"success":true,"ttft":0.25,"server_output_tokens":31}`))
	f.Add([]byte(`{"phase_idx":0,"user_id":0,"outcome":"ok","rest_ns":0,"begun_ns":2000000000,"due_ns":2000000000,"sent_ns":2000000000,"first_ns":2250000000,"lead_ns":2250000000,"tenth_ns":-1,"last_ns":3250000000,"made_ns":3250000000,"end_ns":3250000000,"events":3,"tokens":3}
{"phase_idx":0,"agents":1,"anchor":"2026-09-21T14:13:20Z","all_up_ns":0,"settled_ns":1000000000,"window_end_ns":9000000000,"end_ns":9000000000,"ending":"decided"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		for name, text := range map[string][]byte{"requests.jsonl": data, "phase_manifest.jsonl": []byte(`{"phase_idx":0,"settling_end":1790000060,"actual_phase_end":1790000100}`)} {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		report, err := agentperf.Judge(t.Context(), agentperf.JudgeConfig{Files: []string{dir}, Tiers: floor(15)})
		if report == nil || err == nil && report.Source == nil {
			t.Fatalf("%v, %+v", err, report)
		}
		if _, err := json.Marshal(report); err != nil {
			t.Error(err)
		}
		if err := report.WriteTable(io.Discard); err != nil {
			t.Error(err)
		}
	})
}
