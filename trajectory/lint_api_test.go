package trajectory

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What an API has no place for is found with its turn, once for each session, and only for
// that API.
func TestLintAPI(t *testing.T) {
	h := historyOf(t, APIMessages,
		`{"role":"system","content":"S"}`, user1, `{"role":"assistant","content":"a","reasoning_content":"r","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"x"}}]}`,
		`{"role":"tool","tool_call_id":"c1","content":"x"}`, `{"role":"assistant","content":"b"}`, `[{"type":"thinking","thinking":"t"},{"type":"text","text":"b"}]`,
		`{"role":"user","content":[{"type":"text","text":"see"},{"type":"input_audio"},{"type":"input_audio"}]}`, `{"role":"developer","content":"D"}`, `{"role":"user","content":""}`)
	first := h
	for first.Len() > 2 {
		first = first.Front()
	}
	tools := json.RawMessage(`[{"type":"function","function":{"name":"f"}},{"type":"web_search"}]`)
	w := &Workload{Trajectories: []*Trajectory{{ID: "a", Source: "a.jsonl", Turns: []Turn{{History: first, OutputTokens: 1}, {History: h, OutputTokens: 1, Tools: tools}}}}}
	const (
		file    = "a.jsonl: "
		tool    = `a tool is no function, and sent as it is: {"type":"web_search"}`
		audio   = `a part of type "input_audio" is replaced by a word: the API has no place for it`
		reason  = "the reasoning_content of a message is left out: it has no signature, or none of this API"
		another = " (and %d more like it)"
	)
	for api, want := range map[API][]string{
		APIChat: nil,
		APIMessages: {
			file + "info: a turn 1: messages: " + reason + " (and 1 more like it) (api-reasoning)",
			file + `warning: a turn 1: messages: the arguments of call "c1" are no JSON object: they are sent as {"input": ...} (api-arguments)`,
			file + "warning: a turn 1: messages: " + audio + " (and 3 more like it) (api-content)", // the other, the empty message, the tool
			file + "warning: a turn 1: messages: a system message behind others is sent as a part of the user's (api-roles)",
		},
		APIResponses: {
			file + "info: a turn 1: responses: " + reason + " (api-reasoning)",
			file + "warning: a turn 1: responses: " + audio + " (and 3 more like it) (api-content)",
		},
	} {
		var got []string
		for _, f := range Lint(w, Policy{API: api}) {
			if len(f.Rule) > 4 && f.Rule[:4] == "api-" {
				got = append(got, f.String())
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", api, diff)
		}
	}
	alone := &Workload{Trajectories: []*Trajectory{{ID: "a", Turns: []Turn{{History: historyOf(t, "", `{"role":"assistant","content":"a"}`, user1), OutputTokens: 1}}}}}
	if f := Lint(alone, Policy{API: APIMessages}); len(f) != 1 || f[0].Rule != "api-roles" {
		t.Errorf("findings %v", f)
	}
	// A key in what only the recording of the tools has is found.
	keyed := Turn{History: historyOf(t, "", user1), OutputTokens: 1, Tools: json.RawMessage(`[{"type":"function","function":{"name":"f"}}]`)}
	keyed.RecordedTools = Recording{APIMessages, json.RawMessage(`[{"name":"f","token":"ghp_` + strings.Repeat("a1B2", 9) + `"}]`)}
	if f := Lint(&Workload{Trajectories: []*Trajectory{{ID: "a", Turns: []Turn{keyed}}}}, Policy{}); len(f) != 1 || f[0].Rule != "secret" {
		t.Errorf("findings %v", f)
	}
}
