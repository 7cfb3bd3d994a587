package trajectory

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/filler"
)

func TestChat(t *testing.T) {
	const body = `{"model":"m","messages":[
		{"role":"system","content":"Be \"brief\"."},
		{"role":"user","content":[{"type":"text","text":"Look:"},{"type":"image_url","image_url":{"url":"data:"}},{"type":"text","text":"what?"}]},
		{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"ls","arguments":"{\"a\":1}"}},{"id":"c2","function":{"name":"cat","arguments":"{"}}]},
		{"role":"tool","tool_call_id":"c1","content":"caf\u00e9"}],
		"stream":true,"tools":[{"type":"function"}],"temperature":0.5}`
	want := &Chat{
		Model: "m",
		Messages: []ChatMessage{
			{Role: "system", Content: `Be "brief".`},
			{Role: "user", Content: "Look:\nwhat?"},
			{Role: "assistant", ToolCalls: []ChatCall{{"c1", "ls", `{"a":1}`}, {"c2", "cat", "{"}}},
			{Role: "tool", ToolCallID: "c1", Content: "café"},
		},
		Tools:  json.RawMessage(`[{"type":"function"}]`),
		Fields: map[string]json.RawMessage{"stream": json.RawMessage("true"), "temperature": json.RawMessage("0.5")},
	}
	// Segments may end anywhere, as in the middle of a message. They are used again when
	// Send returns, whatever the engine kept.
	segments := [][]byte{[]byte(body[:90]), nil, []byte(body[90:])}
	got, err := (&Request{Body: segments}).Chat()
	if err != nil {
		t.Fatal(err)
	}
	for _, segment := range segments {
		clear(segment)
	}
	for i, m := range got.Messages {
		if !json.Valid(m.JSON) || gjson.GetBytes(m.JSON, "role").String() != m.Role {
			t.Errorf("the JSON of message %d is %s", i, m.JSON)
		}
		got.Messages[i].JSON = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestChatOfReplay holds what an engine sees to what is sent: with the prefix of the play
// and with synthetic text of as many words as the policy asks for.
func TestChatOfReplay(t *testing.T) {
	var s Store
	h, err := s.Append(nil, []byte(`{"role":"system","content":"S"}`))
	if err != nil {
		t.Fatal(err)
	}
	if h, err = s.AppendSynthetic(h, []byte(`{"role":"user","content":"end"}`), []Block{{Seed: 7, Tokens: 10}}); err != nil {
		t.Fatal(err)
	}
	b := newBuilder(Policy{Model: "m", SyntheticFactor: 2}.Resolve())
	r := Request{Body: b.body(&Turn{History: h}, "P ", 12, true)}
	c, err := r.Chat()
	if err != nil {
		t.Fatal(err)
	}
	if c.Model != "m" || len(c.Messages) != 2 || c.Messages[0].Content != "S" {
		t.Fatalf("got %+v", c)
	}
	if want := "P " + string(filler.AppendBlock(nil, 20, 7)) + "end"; c.Messages[1].Content != want {
		t.Errorf("content is %q, want %q", c.Messages[1].Content, want)
	}
	if got := string(c.Fields["max_tokens"]) + string(c.Fields["ignore_eos"]); got != "12true" {
		t.Errorf("max_tokens and ignore_eos are %q", got)
	}
}

func TestChatErrors(t *testing.T) {
	for body, want := range map[string]string{
		``:                         "the request body is not JSON",
		`{"messages":[`:            "the request body is not JSON",
		`[]`:                       "the request body is an array, expected an object",
		`{"model":"m"}`:            `the request body has no list of "messages"`,
		`{"messages":{"role":""}}`: `the request body has no list of "messages"`,
		`{"messages":[{},3]}`:      "message 1 of the request is a number, expected an object",
	} {
		r := Request{Body: [][]byte{[]byte(body)}}
		if c, err := r.Chat(); err == nil || err.Error() != "trajectory: "+want {
			t.Errorf("%q: got %v, %v, want %q", body, c, err, want)
		}
	}
}
