package endpointtest_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// The first event names the role, whatever comes before the text. A tool that is asked for is
// called, with arguments that are JSON; otherwise there is text.
func TestRoleAndCalls(t *testing.T) {
	const tools = `"tools":[{"type":"function","function":{"name":"read"}},{"type":"function","function":{"name":"a \"b\""}}],`
	named := func(name string) string { return `{"type":"function","function":{"name":` + name + `}}` }
	for _, tt := range []struct {
		engine         *endpointtest.Engine
		choice, fields string
		name, finish   string
		first          string // delta; empty where it is not looked at
	}{
		{&endpointtest.Engine{}, `"auto"`, tools, "", "stop", ""},
		{&endpointtest.Engine{}, `"none"`, tools, "", "stop", ""},
		{&endpointtest.Engine{}, `null`, tools, "", "stop", ""},
		{&endpointtest.Engine{}, `7`, tools, "", "stop", ""},
		{&endpointtest.Engine{}, `"required"`, "", "", "stop", ""},
		{&endpointtest.Engine{}, named("7"), tools, "", "stop", ""},
		{&endpointtest.Engine{}, `"required"`, tools, "read", "tool_calls", ""},
		{&endpointtest.Engine{}, named(`"a \"b\""`), tools, `a "b"`, "tool_calls", ""},
		{&endpointtest.Engine{TokensPerEvent: 100}, named(`"read"`), tools, "read", "tool_calls", ""},
		{&endpointtest.Engine{}, named(`"read"`), tools + `"max_tokens":9,`, "read", "length", ""},
		{&endpointtest.Engine{EarlyRole: true}, named(`"read"`), tools, "read", "tool_calls", `{"role":"assistant","content":""}`},
		{&endpointtest.Engine{EarlyRole: true}, "null", "", "", "stop", `{"role":"assistant","content":""}`},
		{&endpointtest.Engine{Fault: func(int) endpointtest.Fault { return endpointtest.Fault{Kind: endpointtest.FaultEmpty} }}, "null", "", "", "stop", `{"role":"assistant"}`},
	} {
		t.Run(fmt.Sprintf("%s %s", tt.choice, tt.first), func(t *testing.T) {
			tt.engine.PerRequest = 100_000
			if tt.engine.Fault == nil {
				tt.engine.OutputTokens = 12
			}
			w := httptest.NewRecorder()
			tt.engine.ServeHTTP(w, httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(
				`{"model":"simulated","stream":true,`+tt.fields+`"tool_choice":`+tt.choice+`,"messages":[{"role":"user","content":"Hi"}]}`)))
			var roles []int
			var text, arguments, name, finish string
			for i, line := range strings.Split(strings.TrimSpace(w.Body.String()), "\n\n") {
				data := strings.TrimPrefix(line, "data: ")
				if data == "[DONE]" {
					break
				}
				if !json.Valid([]byte(data)) {
					t.Fatalf("event %d: %s", i, data)
				}
				delta := gjson.Get(data, "choices.0.delta")
				if i == 0 && tt.first != "" && delta.Raw != tt.first {
					t.Errorf("the first delta is %s, want %s", delta.Raw, tt.first)
				}
				if delta.Get("role").String() == "assistant" {
					roles = append(roles, i)
				}
				text += delta.Get("content").String()
				arguments += delta.Get("tool_calls.0.function.arguments").String()
				name += delta.Get("tool_calls.0.function.name").String()
				finish = gjson.Get(data, "choices.0.finish_reason").String()
			}
			if len(roles) != 1 || roles[0] != 0 {
				t.Errorf("events %d name the role", roles)
			}
			if name != tt.name || finish != tt.finish || (text != "") == (arguments != "") && tt.first != `{"role":"assistant"}` {
				t.Errorf("called %q, finish_reason %q, text %q, arguments %q", name, finish, text, arguments)
			}
			if (arguments != "") != (tt.name != "") || arguments != "" && !json.Valid([]byte(arguments)) {
				t.Errorf("arguments %s of the tool %q", arguments, name)
			}
		})
	}
}
