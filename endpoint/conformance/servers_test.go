package conformance_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/agentperf/agentperf-go/endpoint/conformance"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// usual is what no plain server in memory shows.
var usual = []string{"event_order skipped", "count_tokens skipped", "reasoning skipped", "cancel skipped", "context_overflow skipped", "utf8 skipped", "tls skipped"}

// Servers that are odd but legal conform; what they lack is information. The behaviors are
// those of real servers, re-created.
func TestOddServersConform(t *testing.T) {
	zeros := func(prompt, _, n int) string {
		return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d}`, prompt, n)
	}
	for _, tt := range []struct {
		name string
		odd  *odd
		more []string // findings beside the usual
		less []string // of the usual
	}{
		{"plain", &odd{}, nil, nil},
		{"llama-server", &odd{role: `{"role":"assistant","content":null}`, noRunning: true, anyModel: true, window: 4096, comments: true},
			[]string{"running_usage failed", "unknown_model failed"}, []string{"context_overflow skipped"}},
		{"llm-d-inference-sim", &odd{beside: `,"usage":null`}, nil, nil},
		{"llm-d-inference-sim v0.3.0, but for ignore_eos", &odd{role: `{"role":"assistant","content":""}`, roleEarly: true, usage: zeros, textErrors: true},
			[]string{"cached_tokens failed", "errors failed"}, nil},
		{"ollama", &odd{role: "-", delta: func(text string) string { return fmt.Sprintf(`{"role":"assistant","content":%q}`, text) }, usage: zeros, wholeCall: true, noRunning: true},
			[]string{"running_usage failed", "cached_tokens failed", "tool_calls failed"}, nil},
		{"KoboldCpp", &odd{finish: `"null"`, role: "-"}, []string{"role failed"}, nil},
		{"no blank line after the last event", &odd{end: "cut"}, []string{"done failed"}, nil},
		{"no [DONE]", &odd{end: "-"}, []string{"done failed"}, nil},
		{"CRLF", &odd{crlf: true}, nil, nil},
		{"Mistral", &odd{delta: func(text string) string {
			return fmt.Sprintf(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":%q}]}]}`, text)
		}}, nil, []string{"reasoning skipped"}},
		{"vLLM's reasoning", &odd{delta: func(text string) string { return fmt.Sprintf(`{"reasoning":%q}`, text) }}, nil, []string{"reasoning skipped"}},
		{"vLLM without details", &odd{usage: zeros}, []string{"cached_tokens failed"}, nil},
		{"silent tokens at the end of forced answers", &odd{natural: 60, silent: 60}, nil, nil},
		{"OpenAI's reasoning models", &odd{limit: "max_completion_tokens"}, nil, nil},
		{"running counts refused", &odd{fields: []string{"stream_options.continuous_usage_stats"}}, []string{"running_usage failed"}, nil},
		{"tools refused where they are forced", &odd{fields: []string{"tool_choice"}}, []string{"tool_calls failed"}, nil},
		{"sampling that is never the same", &odd{random: true}, []string{"deterministic failed"}, nil},
		{"a model that ends early", &odd{natural: 20}, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := look(t, tt.odd, conformance.Config{})
			if err != nil || r.Err() != nil {
				t.Fatal(err, r.Err())
			}
			want := slices.DeleteFunc(slices.Concat(usual, tt.more), func(s string) bool { return slices.Contains(tt.less, s) })
			got := not(r)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("not passed: %q\nwant %q", got, want)
				show(t, r)
			}
		})
	}
}

// What a server lacks is found by the rule about it, and by no other that is required.
func TestRules(t *testing.T) {
	torn := func(i int) string { return []string{"\xf0\x9f", "\x99\x82"}[i%2] }
	for _, tt := range []struct {
		name   string
		server http.Handler
		rule   conformance.Capability
		saw    string
	}{
		{"closed before the headers", &endpointtest.Engine{Fault: func(int) endpointtest.Fault { return endpointtest.Fault{Kind: endpointtest.FaultCut} }}, conformance.Answer, "endpoint: reset"},
		{"held back", &odd{hold: true}, conformance.Pace, "something holds them back"},
		{"one event", &endpointtest.Engine{TokensPerEvent: 1000}, conformance.Pace, "in one event"},
		{"ignore_eos ignored", &odd{natural: 9, ignoresEOS: true}, conformance.IgnoreEOS, "9 of 128 tokens"},
		{"ignore_eos ignored by an engine", &endpointtest.Engine{OutputTokens: 9, IgnoreEOSIgnored: true}, conformance.IgnoreEOS, "9 of 128 tokens"},
		{"ignore_eos ignored, nothing counted", &odd{natural: 9, ignoresEOS: true, usage: func(int, int, int) string { return "null" }}, conformance.IgnoreEOS, "\"stop\" after 9 events"},
		{"ignore_eos refused", &odd{fields: []string{"ignore_eos"}}, conformance.IgnoreEOS, "unknown field ignore_eos"},
		{"tools refused", &odd{fields: []string{"tools"}}, conformance.ToolHistory, "unknown field tools"},
		{"one at a time", &odd{atOnce: 1}, conformance.Concurrent, "of 4 requests sent at once 1 streamed"},
		{"two at a time", &odd{atOnce: 2}, conformance.Concurrent, "of 4 requests sent at once 2 streamed"},
		{"a silent cut of the prompt", &odd{window: 2048, truncates: true}, conformance.Overflow, "more than 2048 tokens is answered"},
		{"all is said to be cached", &endpointtest.Engine{Trick: "cached_claimed"}, conformance.CachedTokens, "nobody sent before"},
		{"counts that nobody made", &endpointtest.Engine{Trick: "usage_doubled"}, conformance.MaxTokens, "an answer of at most 128 tokens has 256"},
		{"torn characters", &odd{piece: torn}, conformance.UTF8, "U+FFFD"},
		{"unknown place", &odd{delta: func(text string) string { return fmt.Sprintf(`{"musings":%q}`, text) }}, conformance.Reasoning, "delta.musings"},
		{"works on", &endpointtest.Engine{Capacity: 200, PerRequest: 100, FinishAbandoned: true}, conformance.Cancel, "still being worked on"},
		{"works on, and says so", metered(&endpointtest.Engine{FinishAbandoned: true}), conformance.Cancel, "counts 4 running requests, and 2s after a cancel still 4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := look(t, tt.server, conformance.Config{}, tt.rule)
			if err != nil {
				t.Fatal(err)
			}
			f := finding(t, r, tt.rule)
			if f.Status != conformance.Failed || !strings.Contains(f.Saw, tt.saw) || r.Err() == nil || !strings.Contains(r.Err().Error(), f.Saw) {
				t.Errorf("%s: %s, want %q\n%v", f.Status, f.Saw, tt.saw, r.Err())
			}
			for _, g := range r.Rules {
				if g.Status == conformance.Failed && g.Rule != tt.rule && slices.Contains(conformance.Required(), g.Rule) {
					t.Logf("rule %s fails, too: %s", g.Rule, g.Saw)
				}
			}
		})
	}
}

// What only some servers show passes on those that show it.
func TestPassed(t *testing.T) {
	letters := []rune("äöü日本語🙂")
	system, err := simulate.New(simulate.Config{ContextTokens: 8192})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		server http.Handler
		rule   conformance.Capability
		saw    string
	}{
		{"the slot is free again", &endpointtest.Engine{Capacity: 200, PerRequest: 100}, conformance.Cancel, "16 tokens took 160ms alone, 400ms beside 4 others, 160ms after"},
		{"and counted", metered(&endpointtest.Engine{}), conformance.Cancel, "counts 4 running requests, 100ms after a cancel 0"},
		{"characters", &odd{piece: func(i int) string { return string(letters[i%len(letters)]) }}, conformance.UTF8, "all whole; no network read ended within one"},
		{"characters over reads", splitting{&odd{piece: func(i int) string { return string(letters[i%len(letters)]) }}}, conformance.UTF8, "also where a network read ended within one"},
		{"overflow", system, conformance.Overflow, "context length is 8192 tokens"},
		{"HTTP/2", &odd{}, conformance.HTTP2, "over HTTP/2.0"},
		{"early role", &odd{roleEarly: true}, conformance.Role, "10ms before the first token"},
		{"role beside text", &endpointtest.Engine{}, conformance.Role, "together with the first token"},
		{"a call of all that is allowed", &endpointtest.Engine{}, conformance.ToolCalls, "the arguments came in 96 parts, in an answer of 96 tokens"},
		{"a call that ends", &endpointtest.Engine{OutputTokens: 20}, conformance.ToolCalls, "the arguments came in 20 parts, in an answer of 20 tokens"},
		{"cached", &endpointtest.Engine{}, conformance.CachedTokens, "] of ["},
		{"tokens in bunches", &endpointtest.Engine{TokensPerEvent: 16}, conformance.Pace, "128 tokens in 8 events"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := look(t, tt.server, conformance.Config{}, tt.rule)
			if err != nil || r.Err() != nil {
				t.Fatal(err, r.Err())
			}
			if f := finding(t, r, tt.rule); !strings.Contains(f.Saw, tt.saw) {
				t.Errorf("saw %q, want %q", f.Saw, tt.saw)
			}
		})
	}
}

// metered adds a /metrics that counts what runs, as vLLM has it.
func metered(e *endpointtest.Engine) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			e.ServeHTTP(w, r)
			return
		}
		fmt.Fprintf(w, "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{engine=\"0\",model_name=\"m\"} %d.0\n", e.Stats().Active)
	})
}

// splitting writes a response in pieces that end within characters where there are any.
type splitting struct{ http.Handler }

func (s splitting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Handler.ServeHTTP(splitWriter{w}, r)
}

type splitWriter struct{ http.ResponseWriter }

func (w splitWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w splitWriter) Write(p []byte) (int, error) {
	for i, b := range p {
		if b >= utf8.RuneSelf && !utf8.RuneStart(b) {
			if _, err := w.ResponseWriter.Write(p[:i]); err != nil {
				return 0, err
			}
			http.NewResponseController(w.ResponseWriter).Flush()
			_, err := w.ResponseWriter.Write(p[i:])
			return len(p), err
		}
	}
	return w.ResponseWriter.Write(p)
}
