package endpoint_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// A server scripts an engine that answers with 9 tokens, or 64 with ignore_eos, 10 ms each
// after 100 ms. Its zero value is one without faults.
type server struct {
	models, version, props string // answers of these paths; 404 if empty

	usage        string        // what usage says beside the counts
	header       http.Header   // of answers
	fingerprint  string        // in each event
	held         bool          // the whole answer is held back, then sent at once
	pace         time.Duration // per token; 0 means 10 ms
	length       int           // tokens without ignore_eos; 0 means 9
	perEvent     int           // tokens; 0 means 1
	hidden       int           // tokens before these, of reasoning that is counted as output
	silent       bool          // tokens have no text: reasoning that is not shown
	hangUp       bool          // the connection is closed after each answer, unannounced
	refuse       func(body map[string]any) (status int, text string)
	eventError   string // instead of an answer, where tools are declared
	bodies       []map[string]any
	versionAsked bool

	probes map[string]int // statuses by path of bodies that are not JSON; 404 without one
	probed []string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		text := ""
		switch r.URL.Path {
		case "/v1/models":
			text = s.models
			if text == "" {
				text = `{"data":[{"id":"m"}]}`
			}
		case "/version":
			text, s.versionAsked = s.version, true
		case "/props":
			text = s.props
		}
		if text == "" {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, text)
		return
	}
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || !strings.HasSuffix(r.URL.Path, "/chat/completions") {
		s.probed = append(s.probed, r.URL.Path)
		w.WriteHeader(cmp.Or(s.probes[r.URL.Path], http.StatusNotFound))
		return
	}
	s.bodies = append(s.bodies, body)
	maps.Copy(w.Header(), s.header)
	if s.refuse != nil {
		if status, text := s.refuse(body); status != 0 {
			w.WriteHeader(status)
			io.WriteString(w, text)
			return
		}
	}
	tokens, finish := 9, "stop"
	if s.length > 0 {
		tokens = s.length
	}
	if body["ignore_eos"] == true {
		tokens, finish = 64, "length"
	}
	pace := 10 * time.Millisecond
	if s.pace > 0 {
		pace = s.pace
	}
	time.Sleep(100 * time.Millisecond)
	if s.eventError != "" && body["tools"] != nil {
		fmt.Fprintf(w, "data: {\"error\":{\"code\":500,\"message\":%q,\"type\":\"server_error\"}}\n\n", s.eventError)
		return
	}
	out, flush := io.Writer(w), func() { http.NewResponseController(w).Flush() }
	if s.held {
		var all bytes.Buffer
		defer func() { all.WriteTo(w) }()
		out, flush = &all, func() {}
	}
	word := " word"
	if s.silent {
		word = ""
	}
	time.Sleep(pace * time.Duration(s.hidden))
	each := max(1, s.perEvent)
	for sent := 0; sent < tokens; sent += each {
		n := min(each, tokens-sent)
		time.Sleep(pace * time.Duration(n))
		fmt.Fprintf(out, "data: {\"system_fingerprint\":%q,\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", s.fingerprint, strings.Repeat(word, n))
		flush()
	}
	fmt.Fprintf(out, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":%q}]}\n\n", finish)
	usage := s.usage
	if usage == "" {
		usage = `"prompt_tokens_details":{"cached_tokens":0}`
	}
	fmt.Fprintf(out, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":%d,\"total_tokens\":%d,%s}}\n\ndata: [DONE]\n\n", tokens+s.hidden, 5+tokens+s.hidden, usage)
	flush()
	if s.hangUp {
		// The end of the answer, which net/http writes when a handler returns, and no more.
		c, rw, err := http.NewResponseController(w).Hijack()
		if err == nil {
			io.WriteString(rw, "0\r\n\r\n")
			rw.Flush()
			c.Close()
		}
	}
}

// preflight runs one against a server, in virtual time.
func (s *server) preflight(t *testing.T, q endpoint.PreflightRequest, check func(endpoint.Findings, error)) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := connect(t, s, endpoint.Config{})
		check(client.Preflight(t.Context(), q))
	})
}

// Each finding, on a server that has it and on one without it.
func TestPreflightFinds(t *testing.T) {
	const maxTokensRefused = `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}`
	refusesMaxTokens := func(body map[string]any) (int, string) {
		if body["max_tokens"] != nil {
			return 400, maxTokensRefused
		}
		return 0, ""
	}
	refusesEOS := func(body map[string]any) (int, string) {
		if body["ignore_eos"] != nil {
			return 400, "unknown field ignore_eos"
		}
		return 0, ""
	}
	for _, tt := range []struct {
		name   string
		server server
		code   string // of the only warning, beside a refused ignore_eos; empty for none
		want   func(f *endpoint.Findings) bool
	}{
		{"without faults", server{}, "", func(f *endpoint.Findings) bool {
			return f.KeepAlive && f.Usage && f.CachedUsage && f.MaxTokensField == "max_tokens" && f.IgnoreEOS == endpoint.EOSHonored && f.Engine == (endpoint.Engine{})
		}},
		{"cached tokens not stated", server{usage: `"extra":1`}, "no_cached_usage", func(f *endpoint.Findings) bool { return f.Usage && !f.CachedUsage }},
		{"cached tokens null", server{usage: `"prompt_tokens_details":null`}, "no_cached_usage", func(f *endpoint.Findings) bool { return !f.CachedUsage }},
		{"DeepSeek's name for them", server{usage: `"prompt_cache_hit_tokens":0`}, "", func(f *endpoint.Findings) bool { return f.CachedUsage }},
		{"answers held back", server{held: true}, "proxy_buffering", func(f *endpoint.Findings) bool { return f.TTFTSeconds > 0.18 }},
		{"the fastest engine there is", server{pace: time.Second / 3000}, "", nil},
		{"20 tokens an event", server{perEvent: 20, length: 18, refuse: refusesEOS}, "ignore_eos_rejected", nil},
		{"a long answer in one event", server{perEvent: 64, length: 64, refuse: refusesEOS}, "proxy_buffering", nil},
		{"two tokens after reasoning that is not shown", server{hidden: 62, length: 2, pace: time.Millisecond, refuse: refusesEOS}, "ignore_eos_rejected", nil},
		{"Connection: close", server{header: http.Header{"Connection": {"close"}}}, "connections_closed", func(f *endpoint.Findings) bool { return !f.KeepAlive }},
		{"closed unannounced", server{hangUp: true}, "connections_closed", func(f *endpoint.Findings) bool { return !f.KeepAlive }},
		{"max_completion_tokens", server{refuse: refusesMaxTokens}, "max_completion_tokens", func(f *endpoint.Findings) bool {
			return f.MaxTokensField == "max_completion_tokens" && f.IgnoreEOS == endpoint.EOSHonored
		}},
		{"no_visible_output", server{silent: true}, "no_visible_output", func(f *endpoint.Findings) bool { return f.MaxTokensField == "max_tokens" && f.Usage }},
		{"engine by its answers", server{fingerprint: "vllm-0.32.0-tp1", header: http.Header{"Server": {"uvicorn"}}}, "", func(f *endpoint.Findings) bool {
			return f.Engine == endpoint.Engine{Server: "uvicorn", Fingerprint: "vllm-0.32.0-tp1"}
		}},
		{"vLLM", server{models: `{"data":[{"id":"m","owned_by":"vllm","max_model_len":4096}]}`, version: `{"version":"0.32.0"}`}, "", func(f *endpoint.Findings) bool {
			return f.Engine == endpoint.Engine{OwnedBy: "vllm", Version: "0.32.0"} && f.ContextTokens == 4096
		}},
		{"vLLM without /version", server{models: `{"data":[{"id":"m","owned_by":"vllm","max_model_len":4096}]}`}, "", func(f *endpoint.Findings) bool { return f.Engine.Version == "" }},
		{"LiteLLM", server{models: `{"data":[{"id":"m","owned_by":"openai","max_input_tokens":8192,"max_output_tokens":512}]}`}, "", func(f *endpoint.Findings) bool { return f.ContextTokens == 8192 }},
		{"llama-server, with n_ctx", server{models: `{"data":[{"id":"m","owned_by":"llamacpp","meta":{"n_ctx":2048,"n_ctx_train":131072}}]}`}, "", func(f *endpoint.Findings) bool { return f.ContextTokens == 2048 }},
		{"llama-server, by its /props", server{models: `{"data":[{"id":"m","owned_by":"llamacpp","meta":{"n_ctx_train":131072}}]}`, props: `{"default_generation_settings":{"n_ctx":1024},"build_info":"b11669"}`}, "", func(f *endpoint.Findings) bool {
			return f.ContextTokens == 1024 && f.Engine.Version == "b11669"
		}},
		{"what the model was trained with is not what the server allows", server{models: `{"data":[{"id":"m","owned_by":"llamacpp","meta":{"n_ctx_train":131072}}]}`}, "", func(f *endpoint.Findings) bool { return f.ContextTokens == 0 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.server.preflight(t, endpoint.PreflightRequest{}, func(f endpoint.Findings, err error) {
				if err != nil {
					t.Fatal(err)
				}
				codes := slices.DeleteFunc(codesOf(f.Warnings), func(code string) bool { return code == "ignore_eos_rejected" && code != tt.code })
				if !slices.Equal(codes, strings.Fields(tt.code)) {
					t.Errorf("warnings %q, want %q", texts(f.Warnings), tt.code)
				}
				if tt.want != nil && !tt.want(&f) {
					t.Errorf("findings %+v", f)
				}
				t.Log(texts(f.Warnings))
			})
		})
	}
}

func codesOf(warnings []metrics.Warning) (codes []string) {
	for _, w := range warnings {
		codes = append(codes, w.Code)
	}
	return codes
}

// A proxy that holds answers back shows over HTTP/2 as well, where each frame has a stamp
// of its own.
func TestPreflightHeldBackHTTP2(t *testing.T) {
	for _, held := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := connect(t, &server{held: held}, endpoint.Config{HTTP2: true})
			f, err := client.Preflight(t.Context(), endpoint.PreflightRequest{})
			if err != nil || !f.KeepAlive || strings.Contains(texts(f.Warnings), "proxy_buffering") != held {
				t.Errorf("held %v: %v, %q", held, err, texts(f.Warnings))
			}
		})
	}
}

// vLLM refuses tool_choice where no tools are declared: the preflight declares those of the
// load.
func TestPreflightHasTools(t *testing.T) {
	s := &server{refuse: func(body map[string]any) (int, string) {
		if body["tool_choice"] != nil && body["tools"] == nil {
			return 400, `{"error":{"message":"When using tool_choice, tools must be set."}}`
		}
		return 0, ""
	}}
	q := endpoint.PreflightRequest{Fields: map[string]json.RawMessage{"tool_choice": json.RawMessage(`"auto"`)}}
	s.preflight(t, q, func(_ endpoint.Findings, err error) {
		if err == nil || !strings.Contains(err.Error(), "tools must be set") {
			t.Errorf("without tools: %v", err)
		}
	})
	q.Tools = json.RawMessage(`[{"type":"function","function":{"name":"run"}}]`)
	s.preflight(t, q, func(f endpoint.Findings, err error) {
		if err != nil || len(f.Warnings) > 0 {
			t.Errorf("with tools: %v, %q", err, texts(f.Warnings))
		}
	})
	if s.versionAsked {
		t.Error("/version was asked of a server that is not known to have it")
	}
}

// A server whose parser fails on tool calls is measured, with a warning that says how to
// avoid it.
func TestPreflightOutputParser(t *testing.T) {
	s := &server{eventError: "The model produced output that does not match the expected peg-native format"}
	q := endpoint.PreflightRequest{Tools: json.RawMessage(`[{"type":"function","function":{"name":"run"}}]`)}
	s.preflight(t, q, func(f endpoint.Findings, err error) {
		if err != nil || len(f.Warnings) != 1 || f.Warnings[0].Code != "output_parser" || !strings.Contains(f.Warnings[0].Text, "tool_choice=none") || f.IgnoreEOS != endpoint.EOSHonored {
			t.Errorf("findings %+v, error %v", f, err)
		}
	})
}

// The reasoning models that refuse max_tokens may spend a short answer on reasoning that
// they do not show: the other field is found all the same.
func TestPreflightHiddenReasoning(t *testing.T) {
	s := &server{silent: true, refuse: func(body map[string]any) (int, string) {
		if body["max_tokens"] != nil {
			return 400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
		}
		return 0, ""
	}}
	s.preflight(t, endpoint.PreflightRequest{}, func(f endpoint.Findings, err error) {
		if err != nil || f.MaxTokensField != "max_completion_tokens" || len(f.Warnings) != 2 {
			t.Errorf("findings %+v, error %v", f, err)
		}
	})
}

// A field of the user's that the server refuses is the user's affair.
func TestPreflightKeepsFields(t *testing.T) {
	s := &server{refuse: func(body map[string]any) (int, string) {
		if body["max_tokens"] != nil {
			return 400, "use max_completion_tokens instead of max_tokens"
		}
		return 0, ""
	}}
	q := endpoint.PreflightRequest{Fields: map[string]json.RawMessage{"max_tokens": json.RawMessage("7")}}
	s.preflight(t, q, func(_ endpoint.Findings, err error) {
		if err == nil || len(s.bodies) != 1 {
			t.Errorf("%d requests, error %v", len(s.bodies), err)
		}
	})
	s.bodies = nil
	s.preflight(t, endpoint.PreflightRequest{MaxTokensField: "max_completion_tokens"}, func(f endpoint.Findings, err error) {
		if err != nil || len(s.bodies) != 2 || f.MaxTokensField != "max_completion_tokens" || len(f.Warnings) > 0 {
			t.Errorf("%d requests, findings %+v, error %v", len(s.bodies), f, err)
		}
	})
}
