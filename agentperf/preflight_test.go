package agentperf_test

import (
	"encoding/json"
	"errors"
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
	prompt func(body map[string]any) int // its tokens; nil means 10

	mu     sync.Mutex
	bodies []map[string]any
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		io.WriteString(w, `{"data":[{"id":"m"}]}`)
		return
	}
	if !strings.HasSuffix(r.URL.Path, "/chat/completions") {
		http.NotFound(w, r) // the preflight asks for the other APIs
		return
	}
	var body map[string]any
	json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	s.bodies = append(s.bodies, body)
	status, text := s.refuse(body)
	s.mu.Unlock()
	if status != 0 {
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
	prompt := 10
	if s.prompt != nil {
		prompt = s.prompt(body)
	}
	event(0, fmt.Sprintf(`{"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":20,"total_tokens":%d}}`, prompt, prompt+20))
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

// Requests that are longer than the context are no failures of the system: the run ends
// with the ratio of the server's tokens to the recorded ones and the context that would do.
// Turns of 1,000, 2,000 and 3,000 recorded tokens are 1.3 times as many to a server whose
// context is 3,500: the third is 3,900. 3,500 / 1.3 is 2,692.
func TestContextOverflow(t *testing.T) {
	overflows := func(text string) *scripted {
		return &scripted{refuse: func(body map[string]any) (int, string) {
			if last := body["messages"].([]any); len(last) == 3 {
				return 400, text
			}
			return 0, ""
		}, prompt: func(body map[string]any) int { return 1300 * len(body["messages"].([]any)) }}
	}
	const llama = `{"error":{"code":400,"message":"request (3900 tokens) exceeds the available context size (3500 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":3900,"n_ctx":3500}}`
	const vllm = `{"error":{"message":"This model's maximum context length is 3500 tokens. However, you requested 20 output tokens and your prompt contains at least 3481 input tokens, for a total of at least 3501 tokens."}}`
	for _, tt := range []struct{ name, text string }{{"the refusal counts", llama}, {"other requests count", vllm}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := memnet.Serve(overflows(tt.text))
				t.Cleanup(server.Close)
				w := workload(t, 3, []int{20, 20, 20}, 0)
				for _, tr := range w.Trajectories {
					for i := range tr.Turns {
						tr.Turns[i].PromptTokens = 1000 * (i + 1)
					}
				}
				cfg := agentperf.Config{
					Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: w, Tiers: floor(150), Rule: short, MaxStart: -1,
				}
				report, err := agentperf.Run(t.Context(), cfg)
				want := []string{"longer than the endpoint's context of 3500 tokens", "the server counts 1.30 times the input tokens that were recorded", "with a context of 2692 tokens", "-context"}
				for _, words := range want {
					if !errors.Is(err, agentperf.ErrInvalid) || !strings.Contains(err.Error(), words) {
						t.Errorf("error %v, want %q", err, words)
					}
				}
				p := report.Phases[0]
				if p.Figures != nil || p.InvalidFigures.Failed != 0 || p.Verdicts[0].Verdict != agentperf.Invalid || len(report.Phases) != 1 {
					t.Errorf("%+v", p)
				}
				// What was advised works.
				cfg.ContextTokens = 2692
				report, err = agentperf.Check(t.Context(), cfg, 1)
				if err != nil || report.Phases[0].Verdicts[0].Verdict != agentperf.Pass || math.Abs(*report.Phases[0].Figures.InputRatio-1.3) > 1e-9 {
					t.Errorf("error %v, %+v", err, report.Phases)
				}
			})
		})
	}
}

// An invalid phase says what else failed in it, in its reason and in the table.
func TestInvalidShowsFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		s := &scripted{refuse: func(body map[string]any) (int, string) {
			switch requests++; {
			case requests < 12:
				return 0, ""
			case requests < 30:
				return 503, "too busy"
			}
			return 400, "prompt is too long: 9 tokens > 8 maximum"
		}}
		server := memnet.Serve(s)
		t.Cleanup(server.Close)
		rule := short
		rule.Settle = -1
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial},
			Workload: workload(t, 3, []int{20}, 0), Tiers: floor(150), Rule: rule,
		}, 1)
		const want = "besides, 18 of 28 requests failed, 18 of them status (endpoint: HTTP status 503: too busy)"
		if !errors.Is(err, agentperf.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v", err)
		}
		var table strings.Builder
		if err := report.WriteTable(&table); err != nil || !strings.Contains(table.String(), "18/27") || !strings.Contains(table.String(), "1 agent invalid: ") {
			t.Errorf("%v\n%s", err, table.String())
		}
	})
}
