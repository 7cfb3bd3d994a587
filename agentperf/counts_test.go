package agentperf_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/memnet"
)

// An answering server makes a token every 10 ms, after 200 ms, and sends it as its function
// does.
type answering func(number, tokens int, send func(after time.Duration, text string))

func (a answering) serve(count *atomic.Int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			io.WriteString(w, `{"data":[{"id":"m"}]}`)
			return
		}
		var q struct {
			MaxTokens int `json:"max_tokens"`
		}
		json.NewDecoder(r.Body).Decode(&q)
		w.Header().Set("Content-Type", "text/event-stream")
		send := func(after time.Duration, text string) {
			time.Sleep(after)
			io.WriteString(w, text)
			http.NewResponseController(w).Flush()
		}
		send(200*time.Millisecond, event(`{"role":"assistant","content":""}`))
		a(int(count.Add(1)), q.MaxTokens, send)
		send(0, `data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}`+"\n\n")
		send(0, fmt.Sprintf(`data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":%d}}`+"\n\ndata: [DONE]\n\n", q.MaxTokens))
	})
}

func event(delta string) string {
	return `data: {"choices":[{"index":0,"delta":` + delta + `}]}` + "\n\n"
}

const made = 10 * time.Millisecond

// paced sends each token when it was made, held all of them at the end, with a flush each.
func paced(_, tokens int, send func(time.Duration, string)) {
	for range tokens {
		send(made, event(`{"content":" word"}`))
	}
}

func held(_, tokens int, send func(time.Duration, string)) {
	time.Sleep(time.Duration(tokens) * made)
	for range tokens {
		send(5*time.Microsecond, event(`{"content":" word"}`))
	}
}

// Whatever is sent how, the tokens are made at 100 a second: no rule says that they come at
// 300, and where the answers say nothing of it, none says that they come at 50.
func TestCountsAndBursts(t *testing.T) {
	stripped := func(_, tokens int, send func(time.Duration, string)) {
		for i := range tokens {
			if i < tokens/4 {
				send(made, event(`{"content":" tok"}`))
			} else {
				send(made, event(`{"content":""}`))
			}
		}
	}
	// Three quarters of the tokens are made before the first that is seen, and not stated.
	hidden := func(_, tokens int, send func(time.Duration, string)) {
		time.Sleep(time.Duration(tokens-tokens/4) * made)
		paced(0, tokens/4, send)
	}
	sometimes := func(number, tokens int, send func(time.Duration, string)) {
		if number%5 < 2 {
			held(number, tokens, send)
		} else {
			paced(number, tokens, send)
		}
	}
	for _, tt := range []struct {
		name     string
		answers  answering
		at300    agentperf.Verdict
		at50     agentperf.Verdict
		reason   string
		e2e, p25 float64 // 0: none
	}{
		{"paced", paced, agentperf.Fail, agentperf.Pass, "", 90, 100},
		{"stripped", stripped, agentperf.Fail, agentperf.Pass, "", 90, 100},
		{"hidden", hidden, agentperf.Undecided, agentperf.Undecided, "does not fit their output", 90, 0},
		{"held", held, agentperf.Undecided, agentperf.Undecided, "arrive in bursts: something between holds them back", 90, 0},
		// Two in five might be the slow ones.
		{"held sometimes", sometimes, agentperf.Fail, agentperf.Undecided, "arrive in bursts", 90, 100},
	} {
		for _, http2 := range []bool{false, true} {
			for _, rule := range []agentperf.Rule{short, brief()} {
				t.Run(fmt.Sprintf("%s/http2=%v/%T", tt.name, http2, rule), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						server := memnet.Serve(tt.answers.serve(new(atomic.Int64)))
						t.Cleanup(server.Close)
						cfg := agentperf.Config{Workload: workload(t, 3, []int{200}, 0), Tiers: floor(300, 50), Rule: rule, Seed: 1}
						cfg.Endpoint.URL, cfg.Endpoint.Dial, cfg.Endpoint.HTTP2 = "http://mem", server.Dial, http2
						report, err := agentperf.Check(t.Context(), cfg, 3)
						if err != nil && !errors.Is(err, agentperf.ErrUndecided) {
							t.Fatal(err)
						}
						p := report.Phases[len(report.Phases)-1]
						f := p.Figures
						for i, want := range []agentperf.Verdict{tt.at300, tt.at50} {
							if got := report.Tiers[i].Number(3); got == nil || got.Verdict != want || want == agentperf.Undecided && !strings.Contains(got.Reason, tt.reason) {
								t.Errorf("%s: %+v, want %s", report.Tiers[i].Name, got, want)
							}
						}
						if v := f.P25Speed; tt.p25 == 0 && v != nil || tt.p25 > 0 && (v == nil || *v < 0.99*tt.p25 || *v > 1.01*tt.p25) {
							t.Errorf("P25 speed %v, want %v", v, tt.p25)
						}
						if v := f.P25E2ESpeed; v == nil || *v < 0.95*tt.e2e || *v > 1.05*tt.e2e {
							t.Errorf("P25 E2E speed %v, want about %v", v, tt.e2e)
						}
						if f.CachedInputTokens != nil || !strings.Contains(texts(p.Warnings), "does not state cached tokens") {
							t.Errorf("cached tokens %v; warnings %q", f.CachedInputTokens, p.Warnings)
						}
						if unmeasurable := f.Unmeasurable > 0; unmeasurable != (tt.reason != "") || unmeasurable && !strings.Contains(texts(p.Warnings), tt.reason) {
							t.Errorf("%d unmeasurable (%v); warnings %q", f.Unmeasurable, f.UnmeasurableReasons, p.Warnings)
						}
					})
				})
			}
		}
	}
}
