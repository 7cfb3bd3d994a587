package trajectory

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// historyOf returns a history of the given messages; those that begin with [ belong, as what
// it was recorded as, to the one before.
func historyOf(tb testing.TB, api API, messages ...string) *History {
	tb.Helper()
	var s Store
	var h *History
	for i, m := range messages {
		if m[0] == '[' {
			continue
		}
		var err error
		if i+1 < len(messages) && messages[i+1][0] == '[' {
			h, err = s.AppendRecorded(h, []byte(m), Recording{api, json.RawMessage(messages[i+1])})
		} else {
			h, err = s.Append(h, []byte(m))
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	return h
}

// sameJSON compares two JSON values.
func sameJSON(tb testing.TB, what, got, want string) {
	tb.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		tb.Fatalf("%s: %v in %s", what, err, got)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		tb.Fatalf("%s: %v in what is wanted: %s", what, err, want)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		tb.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

const (
	system1 = `{"role":"system","content":"Be \"brief\"."}`
	user1   = `{"role":"user","content":"Task"}`
	calls1  = `{"role":"assistant","content":"I look.","reasoning_content":"hm","tool_calls":[{"id":"c1","type":"function","function":{"name":"ls","arguments":"{\"a\":\"\\u00e9\"}"}},{"id":"c2","type":"function","function":{"name":"cat","arguments":"x"}}]}`
	result1 = `{"role":"tool","tool_call_id":"c1","content":"one"}`
	result2 = `{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"two"},{"type":"text","text":"three"}]}`
	tools1  = `[{"type":"function","function":{"name":"ls","description":"Lists.","parameters":{"type":"object","properties":{"a":{"type":"string"}}}}},{"type":"function","function":{"name":"cat","strict":true}}]`
)

// A request in each API, by hand.
func TestBodyInEachAPI(t *testing.T) {
	turn := Turn{
		History: historyOf(t, "", system1, user1, calls1, result1, result2, `{"role":"user","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"image_url","image_url":{"url":"http://h/p.png"}},{"type":"input_audio","input_audio":{}}]}`,
			`{"role":"system","content":"Note."}`, `{"role":"assistant","content":null,"tool_calls":[{"id":"c3","function":{"name":"ls","arguments":""}}]}`, `{"role":"assistant","content":""}`),
		Tools: json.RawMessage(tools1),
	}
	const schema = `{"type":"object","properties":{"a":{"type":"string"}}}`
	for _, tt := range []struct {
		policy Policy
		want   string
	}{
		{Policy{API: APIMessages, Model: "m", Fields: map[string]json.RawMessage{"tool_choice": json.RawMessage(`{"type":"any"}`)}}, `{"model":"m","stream":true,"max_tokens":9,"ignore_eos":true,"tool_choice":{"type":"any"},
			"system":[{"type":"text","text":"Be \"brief\"."}],
			"messages":[
				{"role":"user","content":[{"type":"text","text":"P\n\"Task"}]},
				{"role":"assistant","content":[{"type":"text","text":"I look."},{"type":"tool_use","id":"c1","name":"ls","input":{"a":"é"}},{"type":"tool_use","id":"c2","name":"cat","input":{"input":"x"}}]},
				{"role":"user","content":[
					{"type":"tool_result","tool_use_id":"c1","content":"one"},
					{"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"two"},{"type":"text","text":"three"}]},
					{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"image","source":{"type":"url","url":"http://h/p.png"}},{"type":"text","text":"[input_audio]"},
					{"type":"text","text":"Note."}]},
				{"role":"assistant","content":[{"type":"tool_use","id":"c3","name":"ls","input":{}}]}],
			"tools":[{"name":"ls","description":"Lists.","input_schema":` + schema + `},{"name":"cat","input_schema":{"type":"object","properties":{}}}]}`},
		{Policy{API: APIResponses, Model: "m"}, `{"model":"m","store":false,"stream":true,"max_output_tokens":9,"ignore_eos":true,
			"instructions":"Be \"brief\".",
			"input":[
				{"type":"message","role":"user","content":[{"type":"input_text","text":"P\n\"Task"}]},
				{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"text":"I look."}]},
				{"type":"function_call","call_id":"c1","name":"ls","arguments":"{\"a\":\"\\u00e9\"}"},
				{"type":"function_call","call_id":"c2","name":"cat","arguments":"x"},
				{"type":"function_call_output","call_id":"c1","output":"one"},
				{"type":"function_call_output","call_id":"c2","output":"two\nthree"},
				{"type":"message","role":"user","content":[{"type":"input_text","text":"see"},{"type":"input_image","image_url":"data:image/png;base64,AAAA"},{"type":"input_image","image_url":"http://h/p.png"},{"type":"input_text","text":"[input_audio]"}]},
				{"type":"message","role":"system","content":[{"type":"input_text","text":"Note."}]},
				{"type":"function_call","call_id":"c3","name":"ls","arguments":""}],
			"tools":[{"type":"function","name":"ls","description":"Lists.","parameters":` + schema + `,"strict":false},{"type":"function","name":"cat","parameters":{"type":"object","properties":{}},"strict":true}]}`},
	} {
		b := newBuilder(tt.policy.Resolve())
		sameJSON(t, string(tt.policy.API), string(bytes.Join(b.body(&turn, "P\n\"", 9, true), nil)), tt.want)
		again := newBuilder(tt.policy.Resolve())
		if first, second := bytes.Join(b.body(&turn, "P\n\"", 9, true), nil), bytes.Join(again.body(&turn, "P\n\"", 9, true), nil); !bytes.Equal(first, second) {
			t.Errorf("%s: two bodies of one turn differ:\n%s\n%s", tt.policy.API, first, second)
		}
	}
}

// What was recorded in an API reaches it as it was, but for what it refuses.
func TestBodyAsRecorded(t *testing.T) {
	const (
		blocks = `[{"type":"thinking","thinking":"a","signature":"s"},{"type":"text","text":"x"},{"type":"thinking","thinking":"b"},{"type":"new_kind","more":{"a":[1]}},{"type":"text","text":""},{"type":"redacted_thinking","data":"d"},{"type":"tool_use","id":"c1","name":"ls","input":{"a":1},"caller":{"type":"direct"}}]`
		answer = `{"role":"assistant","content":"x","tool_calls":[{"id":"c1","type":"function","function":{"name":"ls","arguments":"{\"a\":1}"}}]}`
		failed = `[{"type":"tool_result","tool_use_id":"c1","is_error":true,"content":"one"}]`
	)
	turn := Turn{
		History:    historyOf(t, APIMessages, `{"role":"system","content":"A\n\nB"}`, `[{"type":"text","text":"A","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"B"}]`, user1, answer, blocks, result1, failed),
		CacheMarks: []int{-1, 0, 1, 3}, CacheTTL: "1h", BillingLine: "x-anthropic-billing-header: a=b;",
		Tools: json.RawMessage(`[{"type":"function","function":{"name":"ls"}}]`), RecordedTools: Recording{APIMessages, json.RawMessage(`[{"type":"new","name":"ls","cache_control":{"type":"ephemeral"}}]`)},
	}
	const rest = `"stream":true,"max_tokens":9,"tools":[{"type":"new","name":"ls","cache_control":{"type":"ephemeral"}}],"messages":[
		{"role":"user","content":[{"type":"text","text":"Task","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
		{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"s"},{"type":"text","text":"x"},{"type":"new_kind","more":{"a":[1]}},{"type":"redacted_thinking","data":"d"},{"type":"tool_use","id":"c1","name":"ls","input":{"a":1},"caller":{"type":"direct"}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","is_error":true,"content":"one","cache_control":{"type":"ephemeral","ttl":"1h"}}]}],`
	const system = `{"type":"text","text":"A","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"B"}]}`
	body := func(p Policy) string {
		return string(bytes.Join(newBuilder(p.Resolve()).body(&turn, "", 9, false), nil))
	}
	sameJSON(t, "messages", body(Policy{API: APIMessages}), `{"model":"",`+rest+`"system":[`+system)
	sameJSON(t, "with the billing line", body(Policy{API: APIMessages, BillingLine: true}), `{"model":"",`+rest+`"system":[{"type":"text","text":"x-anthropic-billing-header: a=b;"},`+system)
	// In another API it is what the chat form says.
	sameJSON(t, "responses", body(Policy{API: APIResponses, BillingLine: true}), `{"model":"","store":false,"stream":true,"max_output_tokens":9,"instructions":"A\n\nB",
		"tools":[{"type":"function","name":"ls","parameters":{"type":"object","properties":{}},"strict":false}],"input":[
		{"type":"message","role":"user","content":[{"type":"input_text","text":"Task"}]},
		{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"text":"x"}]},
		{"type":"function_call","call_id":"c1","name":"ls","arguments":"{\"a\":1}"},
		{"type":"function_call_output","call_id":"c1","output":"one"}]}`)

	const developer = `{"type":"message","role":"developer","content":[{"type":"input_text","text":"D"}]}`
	turn = Turn{History: historyOf(t, APIResponses, `{"role":"system","content":"I"}`, `{"role":"system","content":"D"}`, "["+developer+"]", user1,
		`{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"sh","arguments":"{\"input\":\"ls\"}"}}]}`,
		`[{"type":"reasoning","summary":[],"content":null,"encrypted_content":"AAAA"},{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"r"}]},{"type":"custom_tool_call","call_id":"c1","name":"sh","input":"ls"}]`,
		result1, `[{"type":"custom_tool_call_output","call_id":"c1","output":"one"}]`)}
	sameJSON(t, "codex", body(Policy{API: APIResponses}), `{"model":"","store":false,"stream":true,"max_output_tokens":9,"instructions":"I","input":[`+developer+`,
		{"type":"message","role":"user","content":[{"type":"input_text","text":"Task"}]},
		{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"r"}]},{"type":"custom_tool_call","call_id":"c1","name":"sh","input":"ls"},
		{"type":"custom_tool_call_output","call_id":"c1","output":"one"}]}`)
	// What an answer lacks of the API's schema is filled in, and nothing else.
	answers := Turn{History: historyOf(t, APIResponses, user1,
		`{"role":"assistant","content":"a"}`, `[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"},{"type":"refusal","refusal":"no"},{"type":"output_text","text":"b","annotations":null}],"phase":"x"}]`,
		`{"role":"assistant","content":"b"}`, `[{"type":"message","id":null,"role":"assistant","status":"incomplete","content":[{"type":"output_text","annotations":[1],"text":"b"}]},{},{"type":"message","role":"assistant","content":"c"}]`)}
	sameJSON(t, "answers", string(bytes.Join(newBuilder(Policy{API: APIResponses}.Resolve()).body(&answers, "", 9, false), nil)), `{"model":"","store":false,"stream":true,"max_output_tokens":9,"input":[
		{"type":"message","role":"user","content":[{"type":"input_text","text":"Task"}]},
		{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"text":"a"},{"type":"refusal","refusal":"no"},{"type":"output_text","text":"b","annotations":[]}],"phase":"x"},
		{"type":"message","id":"msg_1","role":"assistant","status":"incomplete","content":[{"type":"output_text","annotations":[1],"text":"b"}]},{},{"type":"message","role":"assistant","content":"c"}]}`)
	sameJSON(t, "codex to messages", body(Policy{API: APIMessages}), `{"model":"","stream":true,"max_tokens":9,"system":[{"type":"text","text":"I"},{"type":"text","text":"D"}],"messages":[
		{"role":"user","content":[{"type":"text","text":"Task"}]},{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"sh","input":{"input":"ls"}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"one"}]}]}`)
}

// The prefix of a play and synthetic text in each API and at each place.
func TestPrefixInEachAPI(t *testing.T) {
	var s Store
	made, err := s.AppendSynthetic(nil, []byte(`{"role":"system","content":" end"}`), []Block{{Seed: 1, Tokens: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if made, err = s.AppendSynthetic(made, []byte(`{"role":"user","content":""}`), []Block{{Seed: 2, Tokens: 1}, {Seed: 3, Tokens: 1}}); err != nil {
		t.Fatal(err)
	}
	text := func(b ...Block) string { return string(appendBlocks(nil, b, 1)) }
	made.last.text.shared = 1
	sys, one, two := text(Block{1, 2})+" end", text(Block{2, 1}), text(Block{3, 1})
	quoted := `{"role":"user","content":[{"type":"input_text","text":"q"}]}` // as only a recording has it
	for _, tt := range []struct {
		name      string
		h         *History
		position  PrefixPosition
		messages  string // system and messages
		responses string // instructions and input
	}{
		{"system and user", historyOf(t, "", system1, user1), PrefixFront,
			`"system":[{"type":"text","text":"P Be \"brief\"."}],"messages":[{"role":"user","content":[{"type":"text","text":"Task"}]}]`,
			`"instructions":"P Be \"brief\".","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Task"}]}]`},
		{"none", historyOf(t, "", system1, user1), PrefixNone,
			`"system":[{"type":"text","text":"Be \"brief\"."}],"messages":[{"role":"user","content":[{"type":"text","text":"Task"}]}]`,
			`"instructions":"Be \"brief\".","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Task"}]}]`},
		{"system alone", historyOf(t, "", system1, `{"role":"developer","content":[{"type":"text","text":"D"},{"type":"text","text":"E"}]}`), PrefixAfterSystem,
			`"system":[{"type":"text","text":"Be \"brief\"."}],"messages":[{"role":"user","content":[{"type":"text","text":"P D"},{"type":"text","text":"E"}]}]`,
			`"instructions":"Be \"brief\".","input":[{"type":"message","role":"system","content":[{"type":"input_text","text":"P D\nE"}]}]`},
		{"a result first", historyOf(t, "", result1, user1), PrefixAfterSystem,
			`"messages":[{"role":"user","content":[{"type":"text","text":"P "},{"type":"tool_result","tool_use_id":"c1","content":"one"},{"type":"text","text":"Task"}]}]`,
			`"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"P "}]},{"type":"function_call_output","call_id":"c1","output":"one"},{"type":"message","role":"user","content":[{"type":"input_text","text":"Task"}]}]`},
		{"nothing said", historyOf(t, "", `{"role":"user","content":""}`, user1), PrefixAfterSystem,
			`"messages":[{"role":"user","content":[{"type":"text","text":"P "},{"type":"text","text":"Task"}]}]`,
			`"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"P "}]},{"type":"message","role":"user","content":[{"type":"input_text","text":"Task"}]}]`},
		{"synthetic", made, PrefixAfterSystem,
			`"system":[{"type":"text","text":"` + sys + `"}],"messages":[{"role":"user","content":[{"type":"text","text":"` + one + "P " + two + `"}]}]`,
			`"instructions":"` + sys + `","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"` + one + "P " + two + `"}]}]`},
		{"synthetic, in front", made, PrefixFront,
			`"system":[{"type":"text","text":"P ` + sys + `"}],"messages":[{"role":"user","content":[{"type":"text","text":"` + one + two + `"}]}]`,
			`"instructions":"P ` + sys + `","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"` + one + two + `"}]}]`},
		{"recorded in another form", historyOf(t, APIResponses, user1, "["+quoted+"]"), PrefixAfterSystem,
			`"messages":[{"role":"user","content":[{"type":"text","text":"P Task"}]}]`,
			`"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"P "}]},` + quoted + `]`},
	} {
		turn := Turn{History: tt.h}
		for api, want := range map[API]string{
			APIMessages:  `{"model":"","stream":true,"max_tokens":9,` + tt.messages + `}`,
			APIResponses: `{"model":"","store":false,"stream":true,"max_output_tokens":9,` + tt.responses + `}`,
		} {
			b := newBuilder(Policy{API: api, Prefix: tt.position}.Resolve())
			sameJSON(t, tt.name+" "+string(api), string(bytes.Join(b.body(&turn, "P ", 9, false), nil)), want)
		}
	}
}
