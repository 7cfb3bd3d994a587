package slt_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
)

// A server makes a token every 10 ms. What it strips, or a gateway holds back, changes the
// peak of speeds by nothing.
func TestCountsAndBursts(t *testing.T) {
	for _, tt := range []struct {
		name    string
		visible int // of 4 tokens
		held    bool
		why     metrics.Unmeasurable
	}{
		{"paced", 4, false, ""},
		{"three in four are stripped", 1, false, ""},
		{"held back", 4, true, metrics.Burst},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := memnet.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodGet {
						io.WriteString(w, `{"data":[{"id":"m"}]}`)
						return
					}
					var q struct {
						MaxTokens int `json:"max_tokens"`
					}
					body, _ := io.ReadAll(r.Body)
					json.Unmarshal(body, &q)
					send := func(after time.Duration, text string) {
						time.Sleep(after)
						io.WriteString(w, "data: "+text+"\n\n")
						http.NewResponseController(w).Flush()
					}
					pause := 10 * ms
					if tt.held {
						time.Sleep(time.Duration(q.MaxTokens) * pause)
						pause = 5 * time.Microsecond
					}
					for i := range q.MaxTokens {
						text := " tok"
						if i >= q.MaxTokens*tt.visible/4 {
							text = ""
						}
						send(pause, `{"choices":[{"index":0,"delta":{"content":"`+text+`"}}]}`)
					}
					send(0, `{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}`)
					send(0, fmt.Sprintf(`{"choices":[],"usage":{"prompt_tokens":200,"completion_tokens":%d}}`, q.MaxTokens))
					send(0, "[DONE]")
				}))
				t.Cleanup(server.Close)
				cfg := short(1, 2)
				cfg.Endpoint = endpoint.Config{URL: "http://mem", Dial: server.Dial}
				report, err := slt.Run(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				if p := report.PeakOutputSpeed; tt.why != "" && p != nil || tt.why == "" && (p == nil || *p < 99 || *p > 101) {
					t.Errorf("peak speed %v (%q)", p, tt.why)
				}
				for _, l := range report.Levels {
					f := l.Figures
					near(t, "throughput", &f.OutputTokensPerSecond, 100*float64(l.Concurrency), 3*float64(l.Concurrency))
					near(t, "E2E speed", f.MedianE2ESpeed, 100, 1)
					if f.CachedInputTokens != nil || !warned(l.Warnings, "does not state cached tokens") {
						t.Errorf("cached tokens %v, warnings %q", f.CachedInputTokens, l.Warnings)
					}
					if got := f.UnmeasurableReasons[tt.why]; tt.why != "" && got != f.Requests || tt.why != "" && !warned(l.Warnings, "arrive in bursts") {
						t.Errorf("%d of %d unmeasurable, warnings %q", got, f.Requests, l.Warnings)
					}
				}
			})
		})
	}
}
