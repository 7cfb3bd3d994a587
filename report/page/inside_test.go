package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/report"
)

// steady are the requests of phases of 10 s, as maxusers writes them: each second 10 of them
// begin and take 2 s, with the first token after 100 ms and 100 tokens/s from then on. The first
// of each second fails.
func steady(t *testing.T, run string, agents ...int) (file string) {
	t.Helper()
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	for phase, n := range agents {
		for i := range 100 {
			sent := time.Duration(i) * 100 * time.Millisecond
			q := agentperf.Request{
				Run: run, Agents: n, Phase: phase, ID: fmt.Sprintf("%d-%d", phase, i), Session: "s", Trajectory: "s", Outcome: "ok", Success: true, Turn: i,
				Events: 191, FirstEvents: 1, Bytes: 1000, Tokens: 191, TokenSource: "usage", FirstTokens: 1, FirstSource: "usage", OutputTokens: new(191),
				Begun: sent, Due: sent, Sent: sent, First: sent + 100*time.Millisecond, Lead: sent + 100*time.Millisecond, Tenth: sent + 200*time.Millisecond,
				Last: sent + 2*time.Second, Made: sent + 2*time.Second, Finished: sent + 2*time.Second,
			}
			if i%10 == 0 {
				q.Outcome, q.Success = "status", false
			}
			if err := out.Encode(q); err != nil {
				t.Fatal(err)
			}
		}
		if err := out.Encode(agentperf.RequestPhase{
			Run: run, Phase: phase, Agents: n, Anchor: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), Settled: 2 * time.Second, WindowEnd: 10 * time.Second, End: 12 * time.Second, Ending: "complete",
		}); err != nil {
			t.Fatal(err)
		}
	}
	file = filepath.Join(t.TempDir(), "requests.jsonl")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// What happened inside a phase is what its requests say.
func TestInsidePhase(t *testing.T) {
	const run = "0123456789abcdef"
	q, err := ReadRequests(t.Context(), steady(t, run, 4, 5))
	if err != nil {
		t.Fatal(err)
	}
	in := q.phases[phaseOf{run, 1}]
	if in == nil || in.from != 2 || in.to != 10 || in.end != 12 || len(in.requests) != 100 {
		t.Fatalf("%+v", in)
	}
	bins := in.bins(1)
	if len(bins) != 12 || bins[3].started != 10 || bins[3].failed != 1 || math.Abs(bins[3].p25-100) > 1e-9 || bins[11].started != 0 || !math.IsNaN(bins[11].p25) {
		t.Errorf("%+v", bins)
	}
	// 20 requests are open from 2 s to 10 s, and none at the end.
	flying := in.flying()
	if mid, end := flying[len(flying)/2], flying[len(flying)-1]; mid.X != 6 || math.Abs(mid.Y-20) > 1 || end.Y != 0 {
		t.Errorf("%v open at %v, %v at the end", mid.Y, mid.X, end.Y)
	}

	tier := agentperf.TierResult{Name: "90@1s", SpeedFloorTokensPerSecond: 90, TTFTCeilingSeconds: 1, MaxAgents: 4, FirstFailingAgents: new(5)}
	r := &agentperf.Report{Run: run, Tiers: []agentperf.TierResult{tier}}
	for i, n := range []int{4, 5} {
		r.Phases = append(r.Phases, agentperf.PhaseResult{Index: i, Agents: n, Figures: &agentperf.Figures{P25Speed: new(100.0)}})
	}
	for _, tt := range []struct {
		run   string
		shown bool
	}{{run, true}, {"fedcba9876543210", false}} {
		r.Run = tt.run
		var out bytes.Buffer
		if err := Write(&out, []*report.Report{{Name: "x.json", Agentperf: r}}, Options{Requests: q}); err != nil {
			t.Fatal(err)
		}
		checkMarkup(t, out.Bytes())
		if strings.Contains(out.String(), "Inside the phases") != tt.shown {
			t.Errorf("requests of run %s beside a report of %s: shown is %v", run, tt.run, !tt.shown)
			continue
		}
		if !tt.shown {
			continue
		}
		part := figure(t, out.Bytes(), "Inside the phases around the limit of x at 90\u00a0tok/s")
		for what, want := range map[string]int{
			`<h4>\d.agents <small>phase \d, 10 failed</small></h4>`: 2, // the last that holds, the first that fails
			`<g class="m n inv">`: 20,         // failed requests
			`M\d+ \d+h0`:          2 * 2 * 90, // phases, TTFT and speed, requests that did not fail
			`<tr>`:                1 + 2*12,   // bins
		} {
			if got := count(part, what); got != want {
				t.Errorf("%d of %s, want %d", got, what, want)
			}
		}
	}
}

func TestQuantile(t *testing.T) {
	for _, tt := range []struct {
		vs      []float64
		q, want float64
	}{{nil, 0.5, 0}, {[]float64{7}, 0.25, 7}, {[]float64{4, 1, 3, 2}, 0.25, 1.75}, {[]float64{1, 2}, 1, 2}} {
		if got := quantile(tt.vs, tt.q); got != tt.want {
			t.Errorf("%v at %v: %v, want %v", tt.vs, tt.q, got, tt.want)
		}
	}
}
