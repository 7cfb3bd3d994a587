package maxusers

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/internal/screen"
	"github.com/agentperf/agentperf-go/metrics"
)

var update = flag.Bool("update", false, "write the screens of testdata anew: read the difference before you commit it")

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// A moment is an event, so long after the one before it.
type moment struct {
	after time.Duration
	event agentperf.Event
}

// done is a phase that has ended, with a verdict for each tier.
func done(phase, agents int, p25, ttft float64, requests int, tiers []agentperf.TierProgress, verdicts ...string) moment {
	e := agentperf.Event{Phase: phase, Agents: agents, Stage: "done", Elapsed: 12 * time.Second, Estimate: 18 * time.Second, Requests: requests, Tiers: tiers, Remaining: 40 * time.Second}
	e.Result = &agentperf.PhaseResult{Index: phase, Agents: agents, Figures: &agentperf.Figures{Requests: requests, P25Speed: &p25, P95TTFT: &ttft, OutputTokensPerSecond: p25 * float64(agents)}}
	for i, v := range verdicts {
		word, tentative := strings.CutSuffix(v, "?")
		verdict := agentperf.TierVerdict{Tier: tiers[i].Tier, Verdict: agentperf.Verdict(word)}
		if tentative {
			verdict.Verdict, verdict.Tentative = agentperf.Undecided, agentperf.Verdict(word)
		}
		e.Result.Verdicts = append(e.Result.Verdicts, verdict)
	}
	return moment{12 * time.Second, e}
}

// A search of two levels, as one went on the simulated system: between 14 and 15 nothing is
// sure yet, 8 and 9 are decided.
func search() []moment {
	known := func(a, b agentperf.TierProgress) []agentperf.TierProgress {
		a.Tier, b.Tier = "400@3s", "500@2s"
		return []agentperf.TierProgress{a, b}
	}
	type of = agentperf.TierProgress
	promises := func(low, share, high float64) [][]agentperf.Criterion {
		return [][]agentperf.Criterion{
			{{Name: "output_speed", Limit: 0.25, Estimate: share, Lower: &low, Upper: &high, Requests: 884}, {Name: "ttft", Limit: 0.05, Lower: new(0.0), Upper: new(0.024), Requests: 884}},
			{{Name: "output_speed", Limit: 0.25, Estimate: 0.9, Lower: new(0.8), Upper: new(0.95), Requests: 884}, {Name: "ttft", Limit: 0.05, Lower: new(0.0), Upper: new(0.03), Requests: 884}},
		}
	}
	last := known(of{Seems: 14, Limit: 14.4, Next: []int{14, 15}}, of{Holds: 8, Fails: 9, Seems: 8, Limit: 8.5})
	return []moment{
		{0, agentperf.Event{Stage: "starting", Tiers: known(of{}, of{}), Remaining: 5 * time.Minute}},
		done(8, 16, 383.3, 0.0104, 812, known(of{Seems: 8, Next: []int{14}}, of{Seems: 8, Next: []int{9}}), "fail?", "fail?"),
		done(9, 14, 397.1, 0.0094, 105, known(of{Seems: 14, Limit: 14.6, Next: []int{15}}, of{Seems: 8, Next: []int{9}}), "pass?", "fail?"),
		done(10, 15, 391.8, 0.0105, 847, known(of{Seems: 14, Limit: 14.4, Next: []int{14, 15}}, of{Seems: 8, Limit: 8.4, Next: []int{8, 9}}), "fail?", "fail?"),
		done(11, 8, 509.2, 0.0083, 653, known(of{Seems: 14, Limit: 14.4, Next: []int{14, 15}}, of{Holds: 8, Seems: 8, Limit: 8.5, Next: []int{9}}), "pass?", "pass"),
		done(12, 9, 489.4, 0.0092, 319, last, "pass?", "fail"),
		{5 * time.Second, agentperf.Event{Phase: 13, Agents: 14, Stage: "measuring", Elapsed: 5 * time.Second, Estimate: 18 * time.Second, Requests: 400, InFlight: 14, OutputTokens: 20_000, Tiers: last, Remaining: 26 * time.Second}},
		{6 * time.Second, agentperf.Event{Phase: 13, Agents: 14, Stage: "measuring", Elapsed: 11 * time.Second, Estimate: 18 * time.Second, Longest: 30 * time.Second, Requests: 897, InFlight: 13, Failed: 2, OutputTokens: 45_206, Pending: []string{"7s to measure"}, Tiers: last, Remaining: 20 * time.Second,
			Figures: &agentperf.Figures{P25Speed: new(400.2), P95TTFT: new(0.0262)}, Client: &metrics.ClientCheck{LagSeconds: 0.0009, CPUShare: new(0.1)}, Criteria: promises(0.18, 0.254, 0.34)}},
	}
}

// play returns the view after the events, and the time of the last.
func play(check int, moments []moment) (v *view, now time.Time) {
	h := history{view: view{title: "demo", rule: "wrong with a probability of at most 0.1", check: check}}
	now = noon
	for _, m := range moments {
		now = now.Add(m.after)
		v = h.add(m.event, now)
	}
	return v, now
}

// No line is wider than the terminal, whatever its size, and no frame higher.
func TestViewFits(t *testing.T) {
	v, now := play(0, search())
	for columns := 1; columns <= 220; columns++ {
		for _, rows := range []int{1, 5, 10, 15, 24, 80} {
			look := screen.NewLook(columns, rows, func(string) string { return "" })
			look.Color, look.Now = false, now
			lines := v.lines(look)
			for _, text := range look.Render(lines) {
				if plain.Width(text) > columns {
					t.Errorf("%q in %d columns", text, columns)
				}
			}
			if first := len(v.brackets(look)) + 1; len(lines) >= rows && len(lines) > first {
				t.Errorf("%d lines on a screen of %d", len(lines), rows)
			}
		}
	}
}

// What a frame costs; there are four a second.
func BenchmarkFrame(b *testing.B) {
	v, now := play(0, search())
	look := screen.NewLook(120, 40, func(string) string { return "" })
	look.Now = now
	b.ReportAllocs()
	for b.Loop() {
		look.Render(v.lines(look))
	}
}

// The screens of recorded runs, at several widths, with and without color, are those of
// testdata/view.txt.
func TestView(t *testing.T) {
	hostile := search()
	for i := range hostile {
		for j := range hostile[i].event.Tiers {
			hostile[i].event.Tiers[j].Tier = "東京\x1b[2J\n" + hostile[i].event.Tiers[j].Tier
		}
		if len(hostile[i].event.Pending) > 0 {
			hostile[i].event.Pending[0] = "\x1b[?25l\r\n7s"
		}
	}
	large := []moment{done(5, 1000, 40, 2.5, 90_000, []agentperf.TierProgress{{Tier: "e2e:50", Holds: 256, Seems: 300, Fails: 900, Limit: 412.3}, {Tier: "20@10s", Holds: 1000}}, "fail", "pass")}
	invalid := large[0].event
	invalid.Result = &agentperf.PhaseResult{Invalid: "the client was late"}
	large = append(large, moment{time.Hour, invalid})
	audit := append(search(), moment{time.Second, agentperf.Event{Agents: 14, Stage: "auditing", Requests: 12}})
	checked := search()[:4]
	var got strings.Builder
	for _, tt := range []struct {
		name    string
		moments []moment
		check   int
	}{
		{"a search", search(), 0},
		{"before the first phase", search()[:1], 0},
		{"one phase done", search()[:2], 0},
		{"many agents, an invalid phase", large, 0},
		{"a check", checked, 15},
		{"an audit", audit, 0},
		{"hostile names", hostile, 0},
	} {
		v, now := play(tt.check, tt.moments)
		for _, size := range []int{120, 80, 40, 24} {
			for _, env := range [][]string{{"LANG", "C.UTF-8", "NO_COLOR", "1"}, {"LANG", "C.UTF-8"}, {"NO_COLOR", "1"}} {
				if (len(env) == 2 || size == 24) && tt.name != "a search" {
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
				look.Now = now
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
