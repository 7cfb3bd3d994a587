package simserver

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// A session says the same in all three APIs: the same messages, and so the same tokens.
func TestOneSessionThreeAPIs(t *testing.T) {
	const chatBody = `{"messages":[` +
		`{"role":"system","content":"You are a \"test\"."},` +
		`{"role":"user","content":"Why does the build fail?"},` +
		`{"role":"assistant","content":"Let me see.","tool_calls":[` +
		`{"id":"call_1","type":"function","function":{"name":"run","arguments":"{\"command\":\"make\\n\"}"}},` +
		`{"id":"call_2","type":"function","function":{"name":"read","arguments":"{}"}}]},` +
		`{"role":"tool","tool_call_id":"call_1","content":"No rule.\nStop."},` +
		`{"role":"tool","tool_call_id":"call_2","content":""},` +
		`{"role":"assistant","content":null,"tool_calls":[{"id":"call_3","type":"function","function":{"name":"read","arguments":"{\"path\":\"é\"}"}}]},` +
		`{"role":"tool","tool_call_id":"call_3","content":"[image]"},` +
		`{"role":"user","content":"One.\n\nTwo."},` +
		`{"role":"assistant","content":"Done."},` +
		`{"role":"user","content":"Thanks."}],` +
		`"tools":[{"type":"function","function":{"name":"run","description":"Runs.","parameters":{"type":"object"}}},{"type":"function","function":{"name":"read"}}]}`
	const messagesBody = `{"system":[{"type":"text","text":"You are a \"test\".","cache_control":{"type":"ephemeral"}}],"messages":[
		{"role":"user","content":"Why does the build fail?"},
		{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"x"},{"type":"text","text":"Let me see."},
			{"type":"tool_use","id":"call_1","name":"run","input":{"command":"make\n"}},{"type":"tool_use","id":"call_2","name":"read","input":{}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":[{"type":"text","text":"No rule.\nStop."}]},{"type":"tool_result","tool_use_id":"call_2"}]},
		{"role":"assistant","content":[{"type":"redacted_thinking","data":"x"},{"type":"tool_use","id":"call_3","name":"read","input":{"path":"é"}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_3","content":[{"type":"image","source":{"type":"base64","data":"AAAA"}}]},{"type":"text","text":"One."},{"type":"text","text":"Two."}]},
		{"role":"assistant","content":[{"type":"text","text":"Done."}]},
		{"role":"user","content":[{"type":"text","text":"Thanks."}]}],
		"tools":[{"name":"run","description":"Runs.","input_schema":{"type":"object"}},{"name":"read"}]}`
	const responsesBody = `{"instructions":"You are a \"test\".","input":[
		{"role":"user","content":[{"type":"input_text","text":"Why does the build fail?"}]},
		{"type":"reasoning","summary":[],"encrypted_content":"x"},
		{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Let me see."}]},
		{"type":"function_call","call_id":"call_1","name":"run","arguments":"{\"command\":\"make\\n\"}"},
		{"type":"function_call","call_id":"call_2","name":"read","arguments":"{}"},
		{"type":"function_call_output","call_id":"call_1","output":"No rule.\nStop."},
		{"type":"function_call_output","call_id":"call_2","output":""},
		{"type":"function_call","call_id":"call_3","name":"read","arguments":"{\"path\":\"é\"}"},
		{"type":"function_call_output","call_id":"call_3","output":[{"type":"input_image","image_url":"data:"}]},
		{"role":"user","content":[{"type":"input_text","text":"One."},{"type":"input_text","text":"Two."}]},
		{"role":"assistant","content":"Done."},
		{"type":"message","role":"user","content":"Thanks."}],
		"tools":[{"type":"function","name":"run","description":"Runs.","parameters":{"type":"object"},"strict":false},{"type":"function","name":"read"}]}`
	want := gjson.Parse(chatBody)
	for p, body := range map[protocol]string{chat: chatBody, messages: messagesBody, responses: responsesBody} {
		said, tools, err := p.prompt(gjson.Parse(body))
		if err != nil || said.Raw != want.Get("messages").Raw || tools.Raw != want.Get("tools").Raw {
			t.Errorf("API %d: %v\n%s\nwant\n%s\n%s", p, err, said.Raw, want.Get("messages").Raw, tools.Raw)
		}
	}
}

// Parts that have no plain counterpart.
func TestPrompt(t *testing.T) {
	for _, tt := range []struct {
		name     string
		protocol protocol
		body     string
		want     string // messages, or the error
	}{
		{"a text", responses, `{"input":"Hi"}`, `[{"role":"user","content":"Hi"}]`},
		{"a developer at the front and later", responses, `{"input":[{"role":"developer","content":"A"},{"role":"developer","content":"B"}]}`,
			`[{"role":"system","content":"A"},{"role":"user","content":"B"}]`},
		{"a custom tool", responses, `{"input":[{"type":"custom_tool_call","call_id":"c","name":"patch","input":"a \"b\"\n"},{"type":"custom_tool_call_output","call_id":"c","output":"ok"}]}`,
			`[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"patch","arguments":"{\"input\":\"a \\\"b\\\"\\n\"}"}}]},{"role":"tool","tool_call_id":"c","content":"ok"}]`},
		{"a shell call", responses, `{"input":[{"type":"local_shell_call","call_id":"c","action":{"command":["ls"]}}]}`,
			`[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"shell","arguments":"{\"command\":[\"ls\"]}"}}]}]`},
		{"what nobody knows", responses, `{"input":[{"type":"web_search_call","id":"w"},{"role":"user","content":"Hi"}]}`, `[{"role":"user","content":"Hi"}]`},
		{"no input", responses, `{}`, "input: expected a string or an array that is not empty"},
		{"a stored response", responses, `{"input":"Hi","previous_response_id":"resp_1"}`, "previous_response_id: no responses are stored"},
		{"a role", responses, `{"input":[{"role":"tool","content":""}]}`, `input[0]: role is "tool", expected user, assistant, system or developer`},
		{"no messages", messages, `{"messages":"none"}`, "messages: expected an array that is not empty"},
		{"a role", messages, `{"messages":[{"role":"tool","content":""}]}`, `messages.0.role is "tool", expected user or assistant`},
		{"no content", messages, `{"messages":[{"role":"user"}]}`, "messages.0.content: expected a string or an array"},
		{"an answer without text", messages, `{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"Hm."}]}]}`, `[{"role":"assistant","content":""}]`},
		{"broken blocks", messages, `{"messages":[{"role":"user","content":[7,"a",{"type":"tool_result","tool_use_id":7,"content":{"a":1}}]},{"role":"assistant","content":[{"type":"tool_use"}]}]}`,
			`[{"role":"tool","tool_call_id":"","content":"{\"a\":1}"},{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"","type":"function","function":{"name":"","arguments":"{}"}}]}]`},
	} {
		said, _, err := tt.protocol.prompt(gjson.Parse(tt.body))
		got := said.Raw
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.name, got, tt.want)
		}
		if err == nil && !gjson.Valid(got) {
			t.Errorf("%s: not JSON: %s", tt.name, got)
		}
	}
}

// Whatever a body is, its prompt is JSON or there is an error.
func FuzzPrompt(f *testing.F) {
	f.Add(`{"system":"s","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":[1, "\u0001"]}]}],"tools":[{"name":"x","input_schema":{}}]}`)
	f.Add(`{"input":[{"role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"function_call","arguments":"{"}],"tools":[7]}`)
	f.Fuzz(func(t *testing.T, body string) {
		if !gjson.Valid(body) {
			return
		}
		for _, path := range []string{"/chat/completions", "/messages", "/responses"} {
			said, tools, err := protocolOf(path).prompt(gjson.Parse(body))
			if err == nil && (!gjson.Valid(said.Raw) || tools.Exists() && !gjson.Valid(tools.Raw)) {
				t.Errorf("%s: %s\n%s", path, strings.ToValidUTF8(said.Raw, "?"), tools.Raw)
			}
		}
	})
}
