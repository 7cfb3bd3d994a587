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

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
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
	quick := []string{"-endpoint", engine, "-measure", "200ms", "-settle", "0s", "-ramp", "0s", "-input-tokens", "100", "-output-tokens", "20", "-levels", "1,2"}
	with := func(args ...string) []string { return append(append([]string{}, quick...), args...) }
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		words  string // on either output
	}{
		{"good", quick, answered, "Peak system output throughput"},
		{"cost", with("-accelerators", "8", "-price", "2"), answered, "(8 accelerators at $2.00 an hour, given)"},
		{"never", with("-at-speed", "1e9"), answered, "never reached; no level is as fast"},
		{"no server", []string{"-endpoint", "http://127.0.0.1:1", "-model", "x"}, noAnswer, "refused"},
		{"no API", []string{"-endpoint", dead, "-model", "x"}, noAnswer, "HTTP status 404"},
		{"no such model", with("-model", "other"), noAnswer, `the model "other" does not exist`},
		{"levels", []string{"-levels", "1,two"}, usage, "expected whole numbers"},
		{"falling levels", []string{"-levels", "4,2"}, usage, "Levels[1] is 2 after 4"},
		{"no level", []string{"-levels", "0"}, usage, "Levels[0] is 0"},
		{"one output token", []string{"-output-tokens", "1"}, usage, "-output-tokens is 1, expected 2 or more"},
		{"no time", []string{"-measure", "0s"}, usage, "-measure is 0s"},
		{"negative", []string{"-settle", "-1s"}, usage, "-settle is -1s"},
		{"speed", []string{"-at-speed", "fast"}, usage, "-at-speed"},
		{"gain", []string{"-plateau-gain", "-2"}, usage, "-plateau-gain is -2"},
		{"price alone", []string{"-price", "2"}, usage, "need -accelerators"},
		{"power alone", []string{"-power", "5kW"}, usage, "needs -power-basis"},
		{"argument", []string{"what"}, usage, `unexpected argument "what"`},
		{"one to compare", []string{"-compare", "a.json"}, usage, "-compare takes two report files, not 1"},
		{"nothing to compare", []string{"-compare", "no-a.json", "no-b.json"}, noAnswer, "no-a.json"},
		{"no key", with("-api-key-env", "NO_SUCH_KEY"), usage, "NO_SUCH_KEY is empty"},
		{"no folder", with("-json", "no/such/folder/r.json"), usage, "-json"},
		{"help", []string{"-h"}, answered, "-at-speed"},
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
	status, stdout, stderr := program(t, ctx, "-endpoint", url, "-measure", "1h", "-settle", "0s", "-ramp", "0s", "-input-tokens", "100", "-output-tokens", "20", "-levels", "1", "-json", file)
	if status != noAnswer || !strings.Contains(stderr, "interrupted; this is what was known") || !strings.Contains(stdout, "Concurrency") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	if r, err := load(file); err != nil || r.Complete || len(r.Levels) != 1 || r.Levels[0].OutputTokensPerSecond == 0 {
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
		return slt.Level{Concurrency: n, OutputTokensPerSecond: throughput, MedianOutputSpeed: &speed}
	}
	a := write("a.json", func(r *slt.Report) {
		r.Config.Name = "Max Throughput"
		r.Levels = []slt.Level{level(1, 80, 80), level(100, 10_000, 100)}
		r.Config.AtSpeeds = append(r.Config.AtSpeeds, 100)
	})
	b := write("b.json", func(r *slt.Report) { r.Levels = []slt.Level{level(1, 200, 200), level(100, 5000, 50)} })
	merged := filepath.Join(folder, "merged.json")
	status, stdout, stderr := program(t, t.Context(), "-json", merged, "-accelerators", "8", "-price", "2", "-compare", a, b)
	for _, words := range []string{b, "Max Throughput", "At 100 tokens/s per query: 10000.0 tokens/s, at concurrency 100.", "$0.444 for 1M input and 1M output tokens together"} {
		if status != answered || !strings.Contains(stdout, words) {
			t.Errorf("status %d, %q is missing\n%s%s", status, words, stdout, stderr)
		}
	}
	if r, err := load(merged); err != nil || len(r.Levels) != 2 || r.Levels[0].Configuration != b || r.Levels[1].Configuration != "Max Throughput" {
		t.Errorf("%+v, %v", r, err)
	}
	other := write("c.json", func(r *slt.Report) { r.Config.Model = "n" })
	if status, _, stderr := program(t, t.Context(), "-compare", a, other); status != noAnswer || !strings.Contains(stderr, "differ in model: m and n") {
		t.Errorf("status %d: %s", status, stderr)
	}
	wrong := write("d.json", func(r *slt.Report) { r.Schema = "agentperf.report/1" })
	if status, _, stderr := program(t, t.Context(), "-compare", a, wrong); status != noAnswer || !strings.Contains(stderr, `schema is "agentperf.report/1", expected "slt.report/1"`) {
		t.Errorf("status %d: %s", status, stderr)
	}
}
