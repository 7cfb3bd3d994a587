package trajectory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/trajectory"
)

// What a message was recorded as comes back byte for byte, and the text that both have
// is kept once.
func TestRecorded(t *testing.T) {
	long := strings.Repeat(`a \"b\"\n`, 1000)
	input := `{"path":"x","text":"` + long + `"}`
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(input)
	for _, tt := range []struct {
		name, message, recording string
		most                     int64 // bytes beside the message's
	}{
		{"thinking and text", `{"role":"assistant","content":"` + long + `"}`, `[{"type":"thinking","thinking":"hm","signature":"sig"},{"type":"text","text":"` + long + `"}]`, 200},
		{"texts in a row", `{"role":"assistant","content":"` + long + `\n\n` + long[:90] + `"}`, `[{"type":"text","text":"` + long + `"},{"type":"text","text":"` + long[:90] + `"}]`, 200},
		{"a call", `{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"` + quoted + `"}}]}`,
			`[{"type":"thinking","thinking":"hm"},{"type":"tool_use","id":"1","name":"f","input":` + input + `}]`, 200},
		{"arguments in a string", `{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"` + quoted + `"}}]}`,
			`[{"type":"function_call","call_id":"1","arguments":"` + quoted + `"}]`, 200},
		{"nothing in common", `{"role":"user","content":"x"}`, `[{"type":"text","text":"` + long + `"}]`, 9100},
		{"an error", `{"role":"tool","tool_call_id":"1","content":"` + long + `"}`, `[{"type":"tool_result","tool_use_id":"1","is_error":true,"content":"` + long + `"}]`, 200},
	} {
		var plain, s trajectory.Store
		if _, err := plain.Append(nil, []byte(tt.message)); err != nil {
			t.Fatal(tt.name, err)
		}
		h, err := s.AppendRecorded(nil, []byte(tt.message), trajectory.Recording{API: trajectory.APIMessages, JSON: []byte(strings.ReplaceAll(tt.recording, `,{"type"`, `, {"type"`))})
		if err != nil {
			t.Fatal(tt.name, err)
		}
		r, ok := h.Last().Recorded()
		if !ok || r.API != trajectory.APIMessages || string(r.JSON) != tt.recording {
			t.Errorf("%s: recorded as %.300s\nexpected %.300s", tt.name, r.JSON, tt.recording)
		}
		if more := s.Bytes() - plain.Bytes(); more > tt.most {
			t.Errorf("%s: %d bytes more", tt.name, more)
		}
		if string(h.Last().JSON()) != tt.message {
			t.Errorf("%s: the message is %.100s", tt.name, h.Last().JSON())
		}
		// The chat message is what tells messages apart.
		if again, err := s.Append(nil, []byte(tt.message)); err != nil || again != h {
			t.Errorf("%s: the message is kept twice: %v", tt.name, err)
		}
	}
	var s trajectory.Store
	h, err := s.Append(nil, []byte(`{"role":"user","content":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := h.Last().Recorded(); ok {
		t.Errorf("recorded as %v", r)
	}
	if _, err := s.AppendRecorded(nil, []byte(`{"role":"user","content":"y"}`), trajectory.Recording{JSON: []byte(`[`)}); err == nil {
		t.Error("a recording that is not JSON is taken")
	}
	// A key in what only the recording has is found.
	key := "ghp_" + strings.Repeat("a1B2", 9)
	h, err = s.AppendRecorded(nil, []byte(`{"role":"user","content":"z"}`), trajectory.Recording{JSON: fmt.Appendf(nil, `[{"thinking":"%s"}]`, key)})
	if err != nil {
		t.Fatal(err)
	}
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{{ID: "a", Turns: []trajectory.Turn{{History: h, OutputTokens: 1}}}}}
	if f := trajectory.Lint(w, trajectory.Policy{}); len(f) != 1 || f[0].Rule != "secret" {
		t.Errorf("findings %v", f)
	}
}
