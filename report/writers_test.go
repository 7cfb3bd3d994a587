package report_test

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/slt"
	"github.com/agentperf/agentperf-go/system"
)

// known is a report whose figures are chosen, and knownSweep one of a sweep.
func known() *report.Report {
	fails, low, high := 13, 23.5, 24.75
	return &report.Report{Name: "a.json", Agentperf: &agentperf.Report{
		Schema: agentperf.Schema, Run: "0123456789abcdef", Complete: true,
		Identity: &system.Identity{Name: "8x H200"},
		Config:   agentperf.ConfigEcho{Model: "gpt-oss", Rule: agentperf.RuleEcho{Name: "controlled", ErrorRate: 0.01}},
		Tiers: []agentperf.TierResult{{
			Name: "20@10s", SpeedFloorTokensPerSecond: 20, TTFTCeilingSeconds: 10, MaxAgents: 12, FirstFailingAgents: &fails, EstimateAgents: new(12), Confirmed: true, Bounded: true,
			Numbers: []agentperf.Number{{Agents: 12, Verdict: agentperf.Pass}},
		}},
		Numbers: []agentperf.NumberFigures{{
			Agents: 12, MeasuredSeconds: 100, Requests: 300, Failed: 2, P25Speed: new(24.1), P25SpeedInterval: &agentperf.Interval{Low: &low, High: &high},
			P95TTFT: new(0.75), P95TTFTState: "ok", OutputTokensPerSecond: new(310.5),
		}, {Agents: 13, P95TTFTState: "infinite", Requests: 4}},
		Phases: []agentperf.PhaseResult{{
			Index: 0, Agents: 12, Run: "0123456789abcdef", MeasuredSeconds: 100, Ending: "complete",
			Figures:  &agentperf.Figures{Requests: 300, Failed: 2, P25Speed: new(24.1), P25SpeedInterval: &agentperf.Interval{Low: &low}, P95TTFT: new(0.75), P95TTFTState: "ok", Outcomes: map[endpoint.Outcome]int{"ok": 298}},
			Verdicts: []agentperf.TierVerdict{{Tier: "20@10s", Verdict: agentperf.Pass}},
		}, {Index: 1, Agents: 13, Invalid: "the client was late", Client: &metrics.ClientCheck{LagSeconds: 0.25}}},
		Warnings: []metrics.Warning{{Code: "x", Text: "a warning"}},
	}}
}

func knownSweep() *report.Report {
	return &report.Report{Name: "s.json", SLT: &slt.Report{
		Schema: slt.Schema, Run: "fedcba9876543210", PeakOutputTokensPerSecond: new(1000.), PeakConcurrency: 2,
		AtSpeed: []slt.AtSpeed{{Speed: 100, OutputTokensPerSecond: new(900.), Case: slt.Interpolated}, {Speed: 300, Case: slt.NeverReached, Reason: "too slow"}},
		Levels: []slt.Level{
			{Concurrency: 2, Figures: &slt.Figures{OutputTokensPerSecond: 1000, MedianOutputSpeed: new(500.), MedianTTFT: new(0.1), P95TTFT: new(0.2), Requests: 40, Failed: 1}},
			{Concurrency: 4, Invalid: "late"},
		},
	}}
}

// hostile is a report whose text wants to be a cell, a tag, a label, a line or a formula.
const hostileText = "=1+1|x\n| a | b |\n`</details><script>[x](http://e)\x1b[2J\u202e\"} 1\n# EOF @u #1 www.e \\"

func hostile(t *testing.T) *report.Report {
	t.Helper()
	r := known()
	a := r.Agentperf
	r.Name, a.Run, a.Config.Model, a.Identity.Name, a.Config.Rule.Name, a.Tool.Version = hostileText, hostileText, hostileText, hostileText, hostileText, hostileText
	a.Tiers[0].Name, a.Tiers[0].Assumption, a.Tiers[0].Numbers[0].Verdict = hostileText, hostileText, hostileText
	a.Numbers[1].P95TTFTState, a.Audit.Outcome = hostileText, hostileText
	a.Phases[1].Invalid, a.Phases[0].Verdicts[0].Tier = hostileText, hostileText
	a.Warnings[0].Text, a.Config.Load = hostileText, hostileText
	a.Phases[0].Clients = []agentperf.ClientResult{{Name: hostileText}, {Name: "b"}}
	return r
}

func hostileSweep(t *testing.T) *report.Report {
	t.Helper()
	r := knownSweep()
	s := r.SLT
	r.Name, s.Run, s.Config.Model, s.Config.Label, s.Tool.Version = hostileText, hostileText, hostileText, hostileText, hostileText
	s.AtSpeed[1].Reason, s.Levels[0].Configuration, s.Levels[1].Invalid = hostileText, hostileText, hostileText
	s.Warnings = []metrics.Warning{{Code: hostileText, Text: hostileText}}
	return r
}

func written(t *testing.T, write func(io.Writer, ...*report.Report) error, reports ...*report.Report) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b, reports...); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexFunc(b.String(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("it has %q", b.String()[i:min(i+10, b.Len())])
	}
	return b.String()
}

func TestMarkdown(t *testing.T) {
	want := `## Agents: 8x H200

Model gpt-oss.

| Service level | Agents | First too many | Estimate |
| --- | ---: | ---: | ---: |
| 20@10s | 12 | 13 | 12 |

- 20 tokens/s with TTFT of at most 10s: 12 agents; 13 are too many.

| Agents | P25 speed, tokens/s | P95 TTFT, s | Output, tokens/s | Failed | 20@10s |
| ---: | ---: | ---: | ---: | ---: | ---: |
| 12 | 24.1 (23.5 to 24.75) | 0.75 | 310.5 | 2 of 300 | pass |
| 13 | - | infinite | - | 0 of 4 | - |

<details><summary>Warnings: 1</summary>

- a warning

</details>

## System Load Test: s.json

**The run did not come to its end.**

Peak: at least 1000 tokens/s, at concurrency 2.

At 100 tokens/s per query: 900 tokens/s.

At 300 tokens/s per query: too slow.

| Concurrency | Output, tokens/s | Median speed, tokens/s | Median TTFT, s | P95 TTFT, s | Failed |
| ---: | ---: | ---: | ---: | ---: | ---: |
| 2 | 1000 | 500 | 0.1 | 0.2 | 1 of 40 |
| 4 | invalid | - | - | - | - |
`
	if got := written(t, report.WriteMarkdown, known(), knownSweep()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got := written(t, report.WriteMarkdown, hostile(t), hostileSweep(t))
	const shown = `\n\| a \| b \|\n\` + "`" + `\</details\>\<script\>\[x\](http\://e)`
	if !strings.Contains(got, strings.ReplaceAll(shown, `\n`, `\\n`)) {
		t.Errorf("%q is missing in\n%s", shown, got)
	}
	for line := range strings.Lines(got) {
		// What is left without a backslash is what the writer itself writes.
		plain := strings.NewReplacer(`\\`, "", `\|`, "", `\<`, "", `\>`, "", "\\`", "", `\[`, "", `\]`, "", `\#`, "", `\_`, "", `\=`, "", `\:`, "", `\.`, "", "<!-- -->", "", "<details><summary>", "", "</summary>", "", "</details>", "").Replace(line)
		if strings.ContainsAny(plain, "<>`[]\\") || strings.Contains(plain, "|") && !strings.HasPrefix(plain, "| ") {
			t.Errorf("%q has something of the report in it", line)
		}
	}
	if n := strings.Count(got, "</details>"); n != strings.Count(got, "<details>") || n != 2 {
		t.Errorf("%d", n)
	}
}

func TestOpenMetrics(t *testing.T) {
	got := written(t, report.WriteOpenMetrics, known(), knownSweep())
	const run = `run="0123456789abcdef",model="gpt-oss",system="8x H200"`
	for _, want := range []string{
		"# TYPE agentperf_tier_max_agents gauge\n# HELP agentperf_tier_max_agents The largest number of agents at which the service level held.\nagentperf_tier_max_agents{" + run + `,tier="20@10s"} 12` + "\n# TYPE",
		`agentperf_p25_output_speed_tokens_per_second{` + run + `,agents="12"} 24.1` + "\n#",
		`agentperf_requests{` + run + `,agents="12"} 300` + "\nagentperf_requests{" + run + `,agents="13"} 4` + "\n",
		`agentperf_run_complete{` + run + `} 1` + "\n" + `agentperf_run_complete{run="fedcba9876543210"} 0` + "\n",
		`slt_at_speed_output_tokens_per_second{run="fedcba9876543210",speed="100"} 900` + "\n#",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if !strings.HasSuffix(got, "\n# EOF\n") || strings.Contains(got, "NaN") {
		t.Error(got)
	}
	got = written(t, report.WriteOpenMetrics, hostile(t))
	if strings.Count(got, "# EOF") != 1+strings.Count(got, `\\n# EOF`) || !strings.Contains(got, `tier="=1+1|x\\n| a | b |\\n`+"`"+`</details><script>[x](http://e)\\u001b[2J\\u202e\"} 1\\n# EOF @u #1 www.e \\"} 12`+"\n") {
		t.Error(got)
	}
	if err := report.WriteOpenMetrics(io.Discard, known(), known()); err == nil || !strings.Contains(err.Error(), "would be there twice") {
		t.Error(err)
	}
	if got := written(t, report.WriteOpenMetrics); got != "# EOF\n" {
		t.Error(got)
	}
}

func TestBenchfmt(t *testing.T) {
	got := written(t, report.WriteBenchfmt, known(), knownSweep())
	_, results, _ := strings.Cut(got, "Unit median-ttft-sec better=lower\n")
	want := `model: gpt-oss
rule: controlled
BenchmarkAgents/agents=12 300 24.1 p25-tok/s 0.75 p95-ttft-sec 310.5 out-tok/s
BenchmarkLimit/tier=20@10s 1 12 agents
model: 
rule: 
BenchmarkSLT/concurrency=2 40 1000 out-tok/s 500 median-tok/s 0.1 median-ttft-sec 0.2 p95-ttft-sec
BenchmarkSLTPeak 1 1000 out-tok/s
`
	if results != want || !strings.HasPrefix(got, "Unit p25-tok/s better=higher\n") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got = written(t, report.WriteBenchfmt, hostile(t))
	if !strings.HasSuffix(got, "\nBenchmarkLimit/tier=_1+1|x_|_a_|_b_|_`<_details><script>[x](http:__e)_[2J_\"}_1_#_EOF_@u_#1_www.e_\\ 1 12 agents\n") || strings.Count(got, "\n") != 11 {
		t.Errorf("%s%d", got, strings.Count(got, "\n"))
	}
}

func TestPhasesCSV(t *testing.T) {
	read := func(text string) (rows []map[string]string) {
		all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range all[1:] {
			row := make(map[string]string)
			for i, name := range all[0] {
				if _, twice := row[name]; twice {
					t.Errorf("two columns are called %s", name)
				}
				row[name] = line[i]
			}
			rows = append(rows, row)
		}
		return rows
	}
	rows := read(written(t, report.WritePhasesCSV, known()))
	if len(rows) != 2 {
		t.Fatal(rows)
	}
	for i, want := range []map[string]string{
		{
			"report": "a.json", "run": "0123456789abcdef", "index": "0", "agents": "12", "requests": "300", "p25_speed_tokens_per_second": "24.1", "p25_speed_interval_tokens_per_second_low": "23.5",
			"p25_speed_interval_tokens_per_second_high": "", "p95_ttft_seconds": "0.75", "invalid": "", "verdicts": "20@10s: pass", "client_lag_seconds": "", "p50_speed_tokens_per_second": "",
		},
		{"agents": "13", "requests": "", "invalid": "the client was late", "client_lag_seconds": "0.25", "verdicts": ""},
	} {
		for name, value := range want {
			if got, ok := rows[i][name]; !ok || got != value {
				t.Errorf("row %d: %s is %q, %t, want %q", i, name, got, ok, value)
			}
		}
	}
	levels := read(written(t, report.WritePhasesCSV, knownSweep()))
	if len(levels) != 2 || levels[0]["median_output_speed_tokens_per_second"] != "500" || levels[1]["invalid"] != "late" || levels[0]["concurrency"] != "2" {
		t.Error(levels)
	}
	if err := report.WritePhasesCSV(io.Discard, known(), knownSweep()); err == nil || !strings.Contains(err.Error(), "write them apart") {
		t.Error(err)
	}
	got := read(written(t, report.WritePhasesCSV, hostile(t)))
	for _, row := range got {
		for name, text := range row {
			if text != "" && strings.ContainsAny(text[:1], "=+@\t\r") {
				t.Errorf("%s is the formula %q", name, text)
			}
		}
	}
	if !strings.HasPrefix(got[1]["invalid"], `'=1+1|x\n| a`) {
		t.Errorf("%q", got[1]["invalid"])
	}
}

func TestRequestsCSV(t *testing.T) {
	var requests, out bytes.Buffer
	searched(t, 14, point(), func(cfg *agentperf.Config) { cfg.Requests = &requests })
	lines, phases := bytes.Count(requests.Bytes(), []byte("\n")), bytes.Count(requests.Bytes(), []byte(`"window_end_ns"`))
	if err := report.WriteRequestsCSV(&out, bytes.NewReader(requests.Bytes())); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != lines-phases+1 || phases == 0 {
		t.Fatalf("%d rows, want %d: %v", len(rows), lines-phases+1, err)
	}
	measured := 0
	for _, row := range rows {
		if row[len(row)-1] == "true" {
			measured++
		}
	}
	if measured == 0 || measured == lines-phases || rows[0][0] != "phase_idx" {
		t.Errorf("%d of %d measured; %v", measured, lines-phases, rows[0])
	}

	out.Reset()
	open := `{"request_id":"0-0-0","begun_ns":-1,"error":"=cmd|'/c calc'!A0","conversation_id":"-x","subagent":"a\u001b\nb","start_time":-1.5}`
	if err := report.WriteRequestsCSV(&out, strings.NewReader(open+"\n\n")); err != nil || !strings.Contains(out.String(), `,'=cmd|'/c calc'!A0,`) || !strings.Contains(out.String(), `,'-x,a\u001b\nb,`) || !strings.Contains(out.String(), ",-1.5,") || !strings.HasSuffix(out.String(), ",\n") {
		t.Errorf("%s, %v", out.String(), err)
	}
	const of = `{"phase_idx":3,"run":"r","request_id":"x","begun_ns":5,"user_id":`
	out.Reset()
	clients := of + "0}\n" + of + "1}\n" + of + "2}\n" + of + "3}\n" + of + "-1}\n" + `{"phase_idx":3,"run":"r","settled_ns":5,"window_end_ns":6,"clients":["w1","=w2"],"owners":[1,0,7]}` + "\n"
	if err := report.WriteRequestsCSV(&out, strings.NewReader(clients)); err != nil {
		t.Fatal(err)
	}
	written := strings.Split(out.String(), "\n")
	for i, want := range []string{",client,measured", ",'=w2,true", ",w1,true", ",,true", ",,true", ",,true"} {
		if !strings.HasSuffix(written[i], want) {
			t.Errorf("%q, want it to end in %q", written[i], want)
		}
	}

	for text, want := range map[string]string{
		open + "\n{":                                                    "report: line 2: it ends in the middle of a value",
		`{"schema":"agentperf.report/2"}`:                               "line 1: it is neither a request",
		`{"request_id":"x","begun_ns":1,"agents":"3"}`:                  "line 1: agents is text, expected a whole number",
		`{"request_id":"` + strings.Repeat("x", 1<<20) + `"}`:           "line 1 has more than 1048576 bytes",
		`{"window_end_ns":1,"anchor":"x"}`:                              "line 1: ",
		`{"request_id":"x","begun_ns":1,"ttft":NaN}`:                    "line 1: it is not JSON",
		`{"request_id":"x","begun_ns":1,"ttft":` + `1e999` + `}` + "\n": "line 1: ttft is the number 1e999",
	} {
		if err := report.WriteRequestsCSV(io.Discard, strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", text, err, want)
		}
	}
}
