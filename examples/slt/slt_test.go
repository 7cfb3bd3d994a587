package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/slt"
)

// program runs the program.
func program(t *testing.T, ctx context.Context, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(ctx, args, &out, &errs, func(string) string { return "" })
	return status, out.String(), errs.String()
}

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server, err := endpointtest.Serve(handler)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server.URL
}

// What the command line promises, where no figure depends on the clock.
func TestExitStatus(t *testing.T) {
	engine := serve(t, &endpointtest.Engine{PerRequest: 2000})
	dead := serve(t, http.NotFoundHandler())
	quick := []string{"-endpoint", engine, "-client-lag", "-1s", "-measure", "200ms", "-settle", "0s", "-ramp", "0s", "-input-tokens", "100", "-output-tokens", "20", "-levels", "1,2"}
	with := func(args ...string) []string { return append(append([]string{}, quick...), args...) }
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		words  string // on either output
	}{
		{"good", quick, cli.OK, "Peak system output throughput"},
		{"cost", with("-accelerators", "8", "-price", "2"), cli.OK, "(8 accelerators at $2.00 an hour, given)"},
		{"system", with("-system-name", "a box", "-precision", "FP8"), cli.OK, "    system: a box\n    precision: FP8\n"},
		{"no system", with("-system", filepath.Join("no", "such", "file")), cli.Usage, "-system: open "},
		{"never", with("-at-speed", "1e9"), cli.OK, "never reached; the fastest level, concurrency "},
		{"no server", []string{"-endpoint", "http://127.0.0.1:1", "-model", "x"}, cli.Failed, "refused"},
		{"no API", []string{"-endpoint", dead, "-model", "x"}, cli.Failed, "HTTP status 404"},
		{"no such model", with("-model", "other"), cli.Failed, `the model "other" does not exist`},
		{"levels", []string{"-levels", "1,two"}, cli.Usage, "expected whole numbers"},
		{"falling levels", []string{"-levels", "4,2"}, cli.Usage, "Levels[1] is 2 after 4"},
		{"no level", []string{"-levels", "0"}, cli.Usage, "Levels[0] is 0"},
		{"one output token", []string{"-output-tokens", "1"}, cli.Usage, "-output-tokens is 1, expected 2 or more"},
		{"no time", []string{"-measure", "0s"}, cli.Usage, "-measure is 0s"},
		{"negative", []string{"-settle", "-1s"}, cli.Usage, "-settle is -1s"},
		{"speed", []string{"-at-speed", "fast"}, cli.Usage, "expected tokens per second, such as 100"},
		{"no speed", []string{"-at-speed", "30,0"}, cli.Usage, "expected tokens per second, such as 100"},
		{"gain", []string{"-plateau-gain", "-2"}, cli.Usage, "-plateau-gain is -2"},
		{"price alone", []string{"-price", "2"}, cli.Usage, "need -accelerators"},
		{"power alone", []string{"-power", "5kW"}, cli.Usage, "needs -power-basis"},
		{"argument", []string{"what"}, cli.Usage, `unexpected argument "what"`},
		{"one to compare", []string{"-compare", "a.json"}, cli.Usage, "-compare takes two report files, not 1"},
		{"nothing to compare", []string{"-compare", "no-a.json", "no-b.json"}, cli.Failed, "no-a.json"},
		{"no key", with("-api-key-env", "NO_SUCH_KEY"), cli.Usage, "-api-key-env: the environment variable that it names is empty or not set"},
		{"no folder", with("-json", "no/such/folder/r.json"), cli.Usage, "-json"},
		{"help", []string{"-h"}, cli.OK, "-at-speed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := program(t, t.Context(), tt.args...)
			if status != tt.status || !strings.Contains(stdout+stderr, tt.words) {
				t.Errorf("status %d, want %d and %q\n%s%s", status, tt.status, tt.words, stdout, stderr)
			}
		})
	}
}

func TestInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.json")
	ctx, cancel := context.WithCancel(t.Context())
	var served atomic.Int64
	engine := &endpointtest.Engine{PerRequest: 2000}
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if served.Add(1) == 20 { // in the first level, one at a time
			cancel()
		}
		engine.ServeHTTP(w, r)
	}))
	status, stdout, stderr := program(t, ctx, "-endpoint", url, "-client-lag", "-1s", "-measure", "1h", "-settle", "0s", "-ramp", "0s", "-input-tokens", "100", "-output-tokens", "20", "-levels", "1", "-json", file)
	if status != cli.Failed || !strings.Contains(stderr, "interrupted; this is what was known") || !strings.Contains(stdout, "Concurrency") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	if r, err := report.ReadFile(file); err != nil || r.Complete() || len(r.SLT.Levels) != 1 || r.SLT.Levels[0].Figures.OutputTokensPerSecond == 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Two reports are merged, and what flags say of the system goes for both.
func TestCompare(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, change func(*slt.Report)) string {
		r := &slt.Report{Schema: slt.Schema, Config: slt.ConfigEcho{Model: "m", InputTokens: 1000, OutputTokens: 1000}}
		change(r)
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	level := func(n int, throughput, speed float64) slt.Level {
		return slt.Level{Concurrency: n, Figures: &slt.Figures{OutputTokensPerSecond: throughput, MedianOutputSpeed: &speed}}
	}
	a := write("a.json", func(r *slt.Report) {
		r.Config.Name = "Max Throughput"
		r.Levels = []slt.Level{level(1, 80, 80), level(100, 10_000, 100)}
		r.Config.AtSpeeds = append(r.Config.AtSpeeds, 100)
	})
	b := write("b.json", func(r *slt.Report) { r.Levels = []slt.Level{level(1, 200, 200), level(100, 5000, 50)} })
	merged, drawn := filepath.Join(folder, "merged.json"), filepath.Join(folder, "merged.html")
	status, stdout, stderr := program(t, t.Context(), "-json", merged, "-html", drawn, "-accelerators", "8", "-price", "2", "-compare", a, b)
	for _, words := range []string{b, "Max Throughput", "At 100 tokens/s per query: 10000.0 tokens/s, at concurrency 100.", "$0.444 for 1M input and 1M output tokens together"} {
		if status != cli.OK || !strings.Contains(stdout, words) {
			t.Errorf("status %d, %q is missing\n%s%s", status, words, stdout, stderr)
		}
	}
	if page, err := os.ReadFile(drawn); err != nil || !strings.Contains(string(page), "<dd>1,000 input and 1,000 output tokens</dd>") || !strings.HasSuffix(string(page), "</html>\n") {
		t.Errorf("%v, a page of %d bytes", err, len(page))
	}
	// At other speeds than the sweeps were asked about: 150 is halfway from 200 tokens/s at 1 to 100 at 100.
	if status, stdout, stderr := program(t, t.Context(), "-accelerators", "8", "-price", "2", "-at-speed", "150, 300", "-at-speed", "50", "-compare", a, b); status != cli.OK || strings.Contains(stdout, "At 100") ||
		!strings.Contains(stdout, "At 150 tokens/s per query: 5100.0 tokens/s, between concurrency 1 and 100.") ||
		!strings.Contains(stdout, "At 300 tokens/s per query: never reached; the fastest level, concurrency 1, has a median of 200.0 tokens/s.") ||
		!strings.Contains(stdout, "At 50 tokens/s per query: at least 10000.0") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	if r, err := report.ReadFile(merged); err != nil || len(r.SLT.Levels) != 2 || r.SLT.Levels[0].Configuration != b || r.SLT.Levels[1].Configuration != "Max Throughput" {
		t.Errorf("%+v, %v", r, err)
	}
	other := write("c.json", func(r *slt.Report) { r.Config.Model = "n" })
	if status, _, stderr := program(t, t.Context(), "-compare", a, other); status != cli.Failed || !strings.Contains(stderr, "differ in model: m and n") {
		t.Errorf("status %d: %s", status, stderr)
	}
	wrong := write("d.json", func(r *slt.Report) { r.Schema = agentperf.Schema; r.Levels = nil })
	if status, _, stderr := program(t, t.Context(), "-compare", a, wrong); status != cli.Failed || !strings.Contains(stderr, "d.json is a report of agents (agentperf.report/2), expected one of a System Load Test (slt.report/2); examples/report and examples/pricing read both") {
		t.Errorf("status %d: %s", status, stderr)
	}
	old := filepath.Join(folder, "old.json")
	if err := os.WriteFile(old, []byte(`{"schema":"slt.report/1","levels":[{"concurrency":1,"output_tokens_per_second":80,"warnings":["x"]}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := program(t, t.Context(), "-compare", old, a); status != cli.Failed || !strings.Contains(stderr, `schema is "slt.report/1", which another version of this module wrote`) {
		t.Errorf("status %d: %s", status, stderr)
	}
}
