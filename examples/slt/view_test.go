package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/internal/screen"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
)

var update = flag.Bool("update", false, "write the screens of testdata anew: read the difference before you commit it")

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// sweep are the events of one until a plateau: an engine of 2,000 tokens/s, 200 for each.
func sweep(levels int) (events []slt.Event) {
	events = append(events, slt.Event{Stage: "starting", Remaining: 54 * time.Second, RemainingMost: 20 * time.Minute})
	for i := range levels {
		n := 1 << i
		f := &slt.Figures{Requests: 24 * n, OutputTokensPerSecond: min(200*float64(n), 2000), MedianOutputSpeed: new(min(200, 2000/float64(n)))}
		events = append(events, slt.Event{Concurrency: n, Stage: "done", Elapsed: 18 * time.Second, Estimate: 18 * time.Second, Remaining: 36 * time.Second, RemainingMost: 19 * time.Minute, Queries: 36 * n, Result: &slt.Level{Concurrency: n, Figures: f}})
	}
	n := 1 << levels
	return append(events,
		slt.Event{Concurrency: n, Stage: "measuring", Elapsed: 6 * time.Second, Estimate: 18 * time.Second, Remaining: 30 * time.Second, RemainingMost: 19 * time.Minute, Queries: 200 + n, InFlight: n, OutputTokens: 10_000},
		slt.Event{Concurrency: n, Stage: "measuring", Elapsed: 12 * time.Second, Estimate: 18 * time.Second, Remaining: 24 * time.Second, RemainingMost: 19 * time.Minute, Queries: 320 + n, InFlight: n, Failed: 3, OutputTokens: 22_000, Pending: []string{"6s to measure"},
			Figures: &slt.Figures{MedianOutputSpeed: new(31.4), MedianTTFT: new(0.121)}, Client: &metrics.ClientCheck{LagSeconds: 0.0021, CPUShare: new(0.31)}})
}

// The screens of recorded sweeps, at several widths, with and without color, are those of
// testdata/view.txt.
func TestView(t *testing.T) {
	invalid := sweep(3)
	invalid[2].Result = &slt.Level{Concurrency: 2, Invalid: "the client was late"}
	invalid[5].Pending = []string{"\x1b[?25l\r\n7s"}
	var got strings.Builder
	for _, tt := range []struct {
		name   string
		given  bool
		events []slt.Event
	}{
		{"calibrating", false, []slt.Event{{Stage: "calibrating"}}},
		{"a sweep", false, sweep(6)},
		{"given levels, one invalid", true, invalid},
		{"past its time", true, append(sweep(2), slt.Event{Concurrency: 4, Stage: "finishing", Elapsed: 6100 * time.Millisecond, Estimate: 4500 * time.Millisecond, Queries: 40, InFlight: 1})},
		{"more levels than lines", true, sweep(19)},
	} {
		h := history{view: view{title: "two\nlines\x1b[2J", plateau: slt.Plateau{Gain: 0.01, Levels: 2}, given: tt.given}}
		var v *view
		now := noon
		for _, e := range tt.events {
			now = now.Add(6 * time.Second)
			v = h.add(e, now)
		}
		for _, size := range []int{120, 80, 40, 24} {
			for _, env := range [][]string{{"LANG", "C.UTF-8", "NO_COLOR", "1"}, {"LANG", "C.UTF-8"}} {
				if len(env) == 2 && tt.name != "a sweep" {
					continue
				}
				look := screen.NewLook(size, 24, func(name string) string {
					for i := 0; i < len(env); i += 2 {
						if env[i] == name {
							return env[i+1]
						}
					}
					return ""
				})
				look.Now = now.Add(time.Second)
				fmt.Fprintf(&got, "== %s, %d columns, %s\n", tt.name, size, strings.Join(env, " "))
				lines := v.lines(look)
				for i, text := range look.Render(lines) {
					if look.Color {
						text = strings.ReplaceAll(text, "\x1b", "\\e")
					} else if plain.Width(text) > size || strings.ContainsAny(text, "\x1b\r\n") {
						t.Errorf("%s: line %d is %q, in %d columns", tt.name, i, text, size)
					}
					got.WriteString(text + "\n")
				}
				if len(lines) >= 24 {
					t.Errorf("%s: %d lines", tt.name, len(lines))
				}
			}
		}
	}
	file := filepath.Join("testdata", "view.txt")
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("other screens than in %s (-update writes them):\n%s", file, got.String())
	}
}

// Where nothing is redrawn, a level has a line when it has ended, and one each 30 s until then.
func TestLines(t *testing.T) {
	var out bytes.Buffer
	p := progress{screen: screen.New(&out, false, func(string) string { return "" })}
	for _, n := range []int{1, 2} {
		for s := range 70 {
			p.show(slt.Event{Concurrency: n, Stage: "measuring", Elapsed: time.Duration(s) * time.Second, Estimate: 72 * time.Second, Queries: s * n})
		}
		p.show(slt.Event{Concurrency: n, Stage: "done", Elapsed: 72 * time.Second, Result: &slt.Level{Concurrency: n, Figures: &slt.Figures{Requests: 70 * n, Failed: 1, OutputTokensPerSecond: 99.6}}})
	}
	p.show(slt.Event{Concurrency: 4, Stage: "done", Elapsed: time.Second, Result: &slt.Level{Invalid: "late\n\x1b[2J"}})
	want := `concurrency 1, 30 s of 72 s: 30 queries, 0 failed; measuring
concurrency 1, 60 s of 72 s: 60 queries, 0 failed; measuring
concurrency 1, 1m12s: 70 queries measured, 1 failed, 100 tokens/s
concurrency 2, 30 s of 72 s: 60 queries, 0 failed; measuring
concurrency 2, 60 s of 72 s: 120 queries, 0 failed; measuring
concurrency 2, 1m12s: 140 queries measured, 1 failed, 100 tokens/s
concurrency 4, 1s: invalid: late\n\u001b[2J
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// A quiet run shows the table and nothing else.
func TestQuiet(t *testing.T) {
	status, stdout, stderr := program(t, t.Context(), "-quiet", "-levels", "1,2", "-measure", "200ms", "-settle", "0s", "-ramp", "0s")
	if status != 0 || stderr != "" || !strings.HasPrefix(stdout, "Concurrency  Throughput") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	if status, _, stderr := program(t, t.Context(), "-quiet", "-endpoint", "http://127.0.0.1:1", "-model", "x"); status != 1 || !strings.Contains(stderr, "refused") {
		t.Errorf("status %d: %s", status, stderr)
	}
}
