package agentperf_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/trajectory"
)

// scripted answers each request with 20 tokens of 5 ms, 50 ms after it came, unless refuse
// does.
type scripted struct {
	refuse func(body map[string]any) (status int, text string)

	mu     sync.Mutex
	bodies []map[string]any
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		io.WriteString(w, `{"data":[{"id":"m"}]}`)
		return
	}
	var body map[string]any
	json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	s.bodies = append(s.bodies, body)
	s.mu.Unlock()
	if status, text := s.refuse(body); status != 0 {
		w.WriteHeader(status)
		io.WriteString(w, text)
		return
	}
	event := func(pause time.Duration, text string) {
		time.Sleep(pause)
		fmt.Fprintf(w, "data: %s\n\n", text)
		http.NewResponseController(w).Flush()
	}
	event(50*time.Millisecond, `{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}`)
	for range 20 {
		event(5*time.Millisecond, `{"choices":[{"index":0,"delta":{"content":" word"}}]}`)
	}
	event(0, `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`)
	event(0, `{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}`)
	event(0, "[DONE]")
}

// A server of OpenAI's reasoning models refuses max_tokens. What it serves is measured all
// the same: 20 tokens of 5 ms are 200 tokens/s, the first of them after 55 ms.
func TestMaxCompletionTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{refuse: func(body map[string]any) (int, string) {
			if body["max_tokens"] != nil {
				return 400, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}`
			}
			return 0, ""
		}}
		server := memnet.Serve(s)
		t.Cleanup(server.Close)
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial},
			Workload: workload(t, 3, []int{20}, 0), Tiers: floor(150, 250), Rule: short,
		}, 1)
		if err != nil {
			t.Fatal(err)
		}
		p := report.Phases[0]
		if f := p.Figures; f.Failed != 0 || math.Abs(*f.P25Speed-200) > 1e-3 || math.Abs(*f.P95TTFT-0.055) > 1e-9 {
			t.Errorf("%+v", f)
		}
		if p.Verdicts[0].Verdict != agentperf.Pass || p.Verdicts[1].Verdict != agentperf.Fail {
			t.Errorf("verdicts %v", p.Verdicts)
		}
		if report.Config.MaxTokensField != "max_completion_tokens" || !strings.Contains(texts(report.Warnings), "every request has max_completion_tokens instead") {
			t.Errorf("field %q, warnings %q", report.Config.MaxTokensField, report.Warnings)
		}
		for i, body := range s.bodies[1:] {
			limit, _ := body["max_completion_tokens"].(float64)
			if body["max_tokens"] != nil || limit != 20 && i > 1 { // the preflight's first
				t.Fatalf("request %d: %v", i+1, body)
			}
		}
	})
}

// The preflight declares the tools of the load, without which vLLM refuses a tool_choice.
func TestPreflightHasTools(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{refuse: func(body map[string]any) (int, string) {
			if body["tool_choice"] != nil && body["tools"] == nil {
				return 400, "When using tool_choice, tools must be set."
			}
			return 0, ""
		}}
		server := memnet.Serve(s)
		t.Cleanup(server.Close)
		w := workload(t, 3, []int{20, 20}, 0)
		for _, tr := range w.Trajectories {
			for i := range tr.Turns {
				tr.Turns[i].Tools = []byte(`[{"type":"function","function":{"name":"run"}}]`)
			}
		}
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: w, Tiers: floor(150), Rule: short,
			Policy: trajectory.Policy{Fields: map[string]json.RawMessage{"tool_choice": json.RawMessage(`"auto"`)}},
		}, 1)
		if err != nil || report.Phases[0].Figures.Failed != 0 {
			t.Errorf("error %v", err)
		}
	})
}
