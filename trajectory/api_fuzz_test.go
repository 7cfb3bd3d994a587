package trajectory

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// said lists what a request says: system texts, texts of both sides, calls and results, in
// order, whatever messages they are in. Arguments are JSON values.
func said(tb testing.TB, c *Chat) (all []string) {
	tb.Helper()
	for _, m := range c.Messages {
		role := m.Role
		if role == "developer" {
			role = "system"
		}
		switch {
		case role == "tool":
			all = append(all, "result "+m.ToolCallID+" "+m.Content)
			continue
		case m.Content != "" && len(all) > 0 && strings.HasPrefix(all[len(all)-1], role+" "):
			all[len(all)-1] += "\n" + m.Content
		case m.Content != "":
			all = append(all, role+" "+m.Content)
		}
		for _, call := range m.ToolCalls {
			arguments := call.Arguments
			if strings.Trim(arguments, " \t\r\n") == "" {
				arguments = "{}"
			}
			if !gjson.Valid(arguments) || !gjson.Parse(arguments).IsObject() {
				arguments = `{"input":` + string(mustQuote(arguments)) + `}`
			}
			all = append(all, "call "+call.ID+" "+call.Name+" "+canonical(arguments))
		}
	}
	return all
}

func mustQuote(text string) []byte {
	quoted, _ := json.Marshal(text)
	return quoted
}

// canonical returns JSON with sorted keys.
func canonical(text string) string {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// FuzzRoundTrip says chat messages in another API, decodes the request and demands the same
// texts, calls and results, whatever they are.
func FuzzRoundTrip(f *testing.F) {
	f.Add("s", "task \n\"", "look", `{"a":[1,"\u00e9"]}`, "one", "then", false)
	f.Add("", "", "", "x", "", "", true)
	f.Add("\\", "\x00\u2028", strings.Repeat("long ", 100), strings.Repeat(" ", 90)+`{"k":"`+strings.Repeat("v", 300)+`"}`, strings.Repeat("r", 500), "<&>", false)
	f.Fuzz(func(t *testing.T, system, user, answer, arguments, result, more string, parts bool) {
		text := func(s string) any {
			switch {
			case parts && s == "":
				return []any{}
			case parts:
				return []any{map[string]any{"type": "text", "text": s}}
			}
			return s
		}
		var list []string
		for _, m := range []map[string]any{
			{"role": "system", "content": text(system)}, {"role": "user", "content": text(user)},
			{"role": "assistant", "content": text(answer), "tool_calls": []any{map[string]any{"id": "c" + more, "type": "function", "function": map[string]any{"name": "f" + more, "arguments": arguments}}}},
			{"role": "tool", "tool_call_id": "c" + more, "content": text(result)}, {"role": "user", "content": text(more)},
		} {
			b, err := json.Marshal(m)
			if err != nil {
				t.Skip(err)
			}
			list = append(list, string(b))
		}
		turn := Turn{History: historyOf(t, "", list...)}
		decode := func(api API) []string {
			b := newBuilder(Policy{API: api}.Resolve())
			body := bytes.Join(b.body(&turn, "", 9, true), nil)
			if !json.Valid(body) {
				t.Fatalf("%s: not JSON: %s", api, body)
			}
			c, err := (&Request{API: api, Body: [][]byte{body}}).Chat()
			if err != nil {
				t.Fatalf("%s: %v in %s", api, err, body)
			}
			return said(t, c)
		}
		want := decode(APIChat)
		for _, api := range []API{APIMessages, APIResponses} {
			if got := decode(api); strings.Join(got, "\x1f") != strings.Join(want, "\x1f") {
				t.Errorf("%s says\n%q, want\n%q", api, got, want)
			}
		}
	})
}

// FuzzRecorded encodes whatever was recorded as a list of blocks or items: the request is
// JSON, and what is sent of the recording is in it.
func FuzzRecorded(f *testing.F) {
	f.Add(`[{"type":"thinking","thinking":"a","signature":"s"},{"type":"text","text":"x"}]`, `{"role":"assistant","content":"x"}`)
	f.Add(`[{"type":"reasoning","encrypted_content":"AAAA"},{"type":"function_call","arguments":"{}"}]`, `{"role":"assistant","content":null,"tool_calls":[{"id":1}]}`)
	f.Add(`[1,{},[],{"type":3,"text":4,"cache_control":5}]`, `{"role":"user","content":[null,{"type":"text"},{"type":"image_url","image_url":{"url":"data:x"}},"s"]}`)
	f.Add(`{}`, `{"role":"tool","content":{"a":1},"tool_call_id":7}`)
	f.Fuzz(func(t *testing.T, recording, message string) {
		for _, api := range []API{APIMessages, APIResponses} {
			var s Store
			h, err := s.AppendRecorded(nil, []byte(message), Recording{api, json.RawMessage(recording)})
			if err != nil {
				t.Skip()
			}
			turn := Turn{History: h, Tools: json.RawMessage(`[` + message + `]`), CacheMarks: []int{-1, 0}}
			for _, to := range []API{APIMessages, APIResponses} {
				b := newBuilder(Policy{API: to}.Resolve())
				for _, prefix := range []string{"", "P "} {
					body := bytes.Join(b.body(&turn, prefix, 9, true), nil)
					if !json.Valid(body) {
						t.Fatalf("%s to %s is not JSON: %s", api, to, body)
					}
					if _, err := (&Request{API: to, Body: [][]byte{body}}).Chat(); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}
