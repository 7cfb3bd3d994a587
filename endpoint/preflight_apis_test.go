package endpoint_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/endpoint"
)

// apiServer has some of the APIs, of which one answers: with 9 tokens, or with as many as
// are allowed where it honors ignore_eos, each after 10 ms.
type apiServer struct {
	dialect
	honors bool
	limit  string // the end at the limit of tokens, if it is not the dialect's
	have   map[string]int
	bodies []map[string]any
}

func (s *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/models") {
		fmt.Fprint(w, `{"data":[{"id":"m","max_model_len":4096}]}`)
		return
	}
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/v1"+paths[s.api] {
		status := s.have[r.URL.Path]
		if status == 0 {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
		return
	}
	s.bodies = append(s.bodies, body)
	n, end := 9, s.stop
	if limit, ok := body[s.field()].(float64); ok && body["ignore_eos"] == true && s.honors {
		n, end = int(limit), s.dialect.limit
		if s.limit != "" {
			end = s.limit
		}
	}
	play(w, r, slices.Concat([]sent{{100 * ms, s.open}}, says(n, 10*ms, s.word, `" word"`), []sent{s.ends(end, 10, n)}), "")
}

func (s *apiServer) field() string {
	if s.api == endpoint.APIResponses {
		return "max_output_tokens"
	}
	return "max_tokens"
}

// What the preflight sends and finds in each API.
func TestPreflightInEachAPI(t *testing.T) {
	m, r := dialectOf(endpoint.APIMessages), dialectOf(endpoint.APIResponses)
	// With the cached part of the prompt, which the usual end leaves out.
	counted := m
	counted.stop = strings.Replace(m.stop, `"input_tokens":%d`, `"input_tokens":%d,"cache_read_input_tokens":0`, 1)
	counted.limit = strings.Replace(m.limit, `"input_tokens":%d`, `"input_tokens":%d,"cache_read_input_tokens":0`, 1)
	for _, tt := range []struct {
		name   string
		server apiServer
		fields map[string]json.RawMessage
		eos    endpoint.EOSSupport
		tokens float64
		apis   []endpoint.API
		codes  []string
		text   string // of the last warning
	}{
		{"chat", apiServer{dialect: dialectOf(endpoint.APIChat), honors: true}, nil, endpoint.EOSHonored, 64, []endpoint.API{"chat"}, []string{"no_cached_usage"}, "--enable-prompt-tokens-details"},
		{"messages", apiServer{dialect: counted, honors: true, have: map[string]int{"/v1/chat/completions": 400, "/v1/responses": 400}}, nil, endpoint.EOSHonored, 64, []endpoint.API{"chat", "messages", "responses"}, nil, ""},
		{"messages that drop ignore_eos, as vLLM's", apiServer{dialect: counted, have: map[string]int{"/v1/chat/completions": 422, "/v1/responses": 405}}, nil, endpoint.EOSIgnored, 64, []endpoint.API{"chat", "messages"}, []string{"ignore_eos_ignored"}, "vLLM drops the field"},
		{"messages without cached counts", apiServer{dialect: m, honors: true, have: map[string]int{"/v1/chat/completions": 503, "/v1/responses": 200}}, nil, endpoint.EOSHonored, 64, []endpoint.API{"messages"}, []string{"no_cached_usage"}, "LiteLLM only where there were some"},
		{"messages with a budget of thinking", apiServer{dialect: counted, honors: true}, map[string]json.RawMessage{"thinking": json.RawMessage(`{"type":"enabled","budget_tokens":1024}`)}, endpoint.EOSHonored, 1088, []endpoint.API{"messages"}, nil, ""},
		{"responses", apiServer{dialect: r, honors: true}, nil, endpoint.EOSHonored, 64, []endpoint.API{"responses"}, nil, ""},
		{"responses that are cut and called completed, as llama-server's", apiServer{dialect: r, honors: true, limit: r.stop}, nil, endpoint.EOSHonored, 64, []endpoint.API{"responses"}, nil, ""},
		{"responses that are cut and called completed, as vLLM's", apiServer{dialect: r, honors: true, limit: responseEnd("completed", "incomplete", `{"reason":"max_output_tokens"}`)}, nil, endpoint.EOSHonored, 64, []endpoint.API{"responses"}, nil, ""},
		{"responses that drop ignore_eos", apiServer{dialect: r}, nil, endpoint.EOSIgnored, 64, []endpoint.API{"responses"}, []string{"ignore_eos_ignored"}, "Policy.Output free"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &tt.server
				client, _ := connect(t, s, endpoint.Config{API: s.api})
				f, err := client.Preflight(t.Context(), endpoint.PreflightRequest{Fields: tt.fields})
				if err != nil {
					t.Fatal(err)
				}
				if f.IgnoreEOS != tt.eos || f.MaxTokensField != s.field() || f.Model != "m" || f.ContextTokens != 4096 || !f.Usage || !f.KeepAlive || f.TTFTSeconds != 0.11 || !slices.Equal(f.APIs, tt.apis) {
					t.Errorf("%+v", f)
				}
				if codes := codesOf(f.Warnings); !slices.Equal(codes, tt.codes) || !strings.Contains(texts(f.Warnings), tt.text) {
					t.Errorf("%s", texts(f.Warnings))
				}
				if len(s.bodies) != 2 {
					t.Fatalf("%d requests", len(s.bodies))
				}
				for i, b := range s.bodies {
					_, input := b["input"]
					_, messages := b["messages"]
					_, options := b["stream_options"]
					chat, responses := s.api == endpoint.APIChat, s.api == endpoint.APIResponses
					if b[s.field()] != tt.tokens || b["stream"] != true || b["model"] != "m" || input != responses || messages == responses || options != chat ||
						(b["store"] == false) != responses || (b["ignore_eos"] == true) != (i == 1) {
						t.Errorf("body %d: %v", i, b)
					}
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		client, _ := connect(t, &server{probes: map[string]int{"/v1/chat/completions": 400}}, endpoint.Config{API: endpoint.APIMessages})
		f, err := client.Preflight(t.Context(), endpoint.PreflightRequest{})
		if outcome(err) != endpoint.OutcomeStatus || !strings.Contains(err.Error(), "the server has no API messages (it has [chat])") || !slices.Equal(f.APIs, []endpoint.API{"chat"}) {
			t.Errorf("%v, %v", err, f.APIs)
		}
	})
}

// A server that has the API and not the model, as engines say with status 404, is not said to
// lack the API.
func TestPreflightOfAnUnknownModel(t *testing.T) {
	for _, api := range []endpoint.API{endpoint.APIChat, endpoint.APIMessages, endpoint.APIResponses} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var body map[string]any
				switch err := json.NewDecoder(r.Body).Decode(&body); {
				case r.Method == http.MethodGet:
					http.NotFound(w, r)
				case err != nil:
					w.WriteHeader(http.StatusBadRequest)
				default:
					http.Error(w, `{"error":{"message":"The model does not exist."}}`, http.StatusNotFound)
				}
			}), endpoint.Config{API: api})
			f, err := client.Preflight(t.Context(), endpoint.PreflightRequest{Model: "m"})
			if outcome(err) != endpoint.OutcomeStatus || !strings.Contains(err.Error(), "The model does not exist.") || strings.Contains(err.Error(), "has no API") || !slices.Contains(f.APIs, api) {
				t.Errorf("%s: %v, %v", api, err, f.APIs)
			}
		})
	}
}
