package slt

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A query in each API, by hand, but for its words.
func TestQueryInEachAPI(t *testing.T) {
	for api, want := range map[trajectory.API]string{
		trajectory.APIChat:      `{"model":"m","messages":[{"role":"user","content":"*"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":9,"ignore_eos":true,"top_p":1}`,
		trajectory.APIMessages:  `{"model":"m","messages":[{"role":"user","content":"*"}],"stream":true,"max_tokens":9,"ignore_eos":true,"top_p":1}`,
		trajectory.APIResponses: `{"model":"m","store":false,"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"*"}]}],"stream":true,"max_output_tokens":9,"ignore_eos":true,"top_p":1}`,
	} {
		s := shape{api: api, model: "m", words: 40, wanted: 9, tokens: 9, ignoreEOS: true, fields: map[string]json.RawMessage{"top_p": json.RawMessage("1")}}
		rng := random(1, 0, 0)
		q := s.query(rng, s.prompter(rng))
		c, err := q.Chat()
		if err != nil || len(c.Messages) != 1 || len(c.Messages[0].Content) < 160 || q.API != api || q.ForcedTokens != 9 {
			t.Fatalf("%s: %+v, %v", api, c, err)
		}
		var got, wanted any
		if err := json.Unmarshal(q.Body[0], &got); err != nil {
			t.Fatal(api, err)
		}
		words, _ := json.Marshal(c.Messages[0].Content)
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(api, err)
		}
		text := string(words[1 : len(words)-1])
		if d := cmp.Diff(replaceStar(wanted, text), got); d != "" {
			t.Errorf("%s (-want +got)\n%s", api, d)
		}
	}
}

// replaceStar returns a JSON value with a text, as JSON has it, for each "*".
func replaceStar(v any, text string) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = replaceStar(v[k], text)
		}
	case []any:
		for i := range v {
			v[i] = replaceStar(v[i], text)
		}
	case string:
		if v == "*" {
			var s string
			json.Unmarshal([]byte(`"`+text+`"`), &s)
			return s
		}
	}
	return v
}

// A sweep has the same answer in each API.
func TestSweepInEachAPI(t *testing.T) {
	var want string
	for _, api := range []endpoint.API{endpoint.APIChat, endpoint.APIMessages, endpoint.APIResponses} {
		synctest.Test(t, func(t *testing.T) {
			server := memnet.Serve(&endpointtest.Engine{Capacity: 200, PerRequest: 100, TTFT: 50 * time.Millisecond})
			t.Cleanup(server.Close)
			cfg := Config{
				Levels: []int{1, 4}, InputTokens: 100, OutputTokens: 20, Seed: 1, Ramp: -1, Settle: -1, Measure: 20 * time.Second,
				Endpoint: endpoint.Config{URL: "http://mem", API: api, Dial: server.Dial},
			}
			r, err := Run(t.Context(), cfg)
			if err != nil {
				t.Fatal(api, err)
			}
			var table strings.Builder
			if r.WriteTable(&table); strings.Contains(table.String(), "API: "+string(api)) != (api != endpoint.APIChat) {
				t.Errorf("%s: the table says\n%s", api, table.String())
			}
			var figures []any
			for _, l := range r.Levels {
				figures = append(figures, l.Figures)
			}
			text, err := json.Marshal(figures)
			if err != nil {
				t.Fatal(err)
			}
			if want == "" {
				want = string(text)
			}
			if d := cmp.Diff(want, string(text)); d != "" {
				t.Errorf("%s beside chat\n%s", api, d)
			}
		})
	}
	cfg := Config{Endpoint: endpoint.Config{URL: "http://mem/v1/responses"}, Fields: map[string]json.RawMessage{"input": json.RawMessage(`""`)}}
	if err := cfg.Validate(); err == nil {
		t.Error("a field that each query sets is taken")
	}
}
