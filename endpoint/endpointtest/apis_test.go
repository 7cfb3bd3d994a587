package endpointtest_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// An api is how a client asks in one of the APIs, and where it looks for what comes.
type api struct {
	name, path     string
	limit          string
	texts          []string // fields of an event that hold output
	usage          []string // places of usage in an event, of which the last one counts
	tokens         string   // in usage
	reasoning      string   // in usage
	finish         string   // place of what says why the answer ended
	finishes       map[string]string
	messages, tool string // the field of the prompt, and a choice of a tool
	tools          string
}

var apis = []api{
	{
		name: "chat", path: "/v1/chat/completions", limit: "max_tokens", messages: "messages",
		texts: []string{"choices.0.delta.content", "choices.0.delta.reasoning_content", "choices.0.delta.tool_calls.0.function.arguments"},
		usage: []string{"usage"}, tokens: "completion_tokens", reasoning: "completion_tokens_details.reasoning_tokens",
		finish: "choices.0.finish_reason",
		tools:  `[{"type":"function","function":{"name":"read"}}]`, tool: `"required"`,
	},
	{
		name: "messages", path: "/v1/messages", limit: "max_tokens", messages: "messages",
		texts: []string{"delta.text", "delta.thinking", "delta.partial_json"},
		usage: []string{"message.usage", "usage"}, tokens: "output_tokens", reasoning: "none",
		finish:   "delta.stop_reason",
		finishes: map[string]string{"end_turn": "stop", "max_tokens": "length", "tool_use": "tool_calls"},
		tools:    `[{"name":"read"}]`, tool: `{"type":"any"}`,
	},
	{
		name: "responses", path: "/v1/responses", limit: "max_output_tokens", messages: "input",
		texts: []string{"delta"},
		usage: []string{"response.usage"}, tokens: "output_tokens", reasoning: "output_tokens_details.reasoning_tokens",
		finish:   "response.status",
		finishes: map[string]string{"completed": "stop", "incomplete": "length", "in_progress": ""},
		tools:    `[{"type":"function","name":"read"}]`, tool: `"required"`,
	},
}

// seen is what a client sees of an answer: visible events and their bytes, times from
// sending in ms, and what usage says, -1 for none.
type seen struct {
	events, bytes     int
	first, last, end  float64
	tokens, reasoning int
	finish            string
}

// ask sends a request for 160 forced tokens.
func ask(t *testing.T, client *http.Client, api api, prompt string) seen {
	t.Helper()
	began := time.Now()
	ms := func() float64 { return float64(time.Since(began).Round(time.Microsecond)) / 1e6 }
	body, err := json.Marshal(map[string]any{
		"model": "simulated", "stream": true, api.limit: 160, "ignore_eos": true, "stream_options": map[string]any{"include_usage": true},
		api.messages: []any{map[string]string{"role": "user", "content": prompt}},
	})
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Post("http://mem"+api.path, "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	s := seen{tokens: -1}
	if response.StatusCode != http.StatusOK {
		s.finish = response.Status
		return s
	}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok || data == "[DONE]" {
			continue
		}
		if !gjson.Valid(data) {
			t.Fatal(data)
		}
		for _, place := range api.usage {
			if u := gjson.Get(data, place); u.IsObject() {
				s.tokens, s.reasoning = int(u.Get(api.tokens).Int()), int(u.Get(api.reasoning).Int())
			}
		}
		if f := gjson.Get(data, api.finish); f.Exists() {
			s.finish = f.String()
		}
		n := 0
		for _, place := range api.texts {
			if v := gjson.Get(data, place); v.Type == gjson.String {
				n += len(v.Str)
			}
		}
		if n > 0 {
			if s.last = ms(); s.events == 0 {
				s.first = s.last
			}
			s.events++
			s.bytes += n
		}
	}
	s.end = ms()
	if word, ok := api.finishes[s.finish]; ok {
		s.finish = word
	}
	return s
}
