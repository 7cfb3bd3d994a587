package trajectory_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/trajectory"
)

func TestBody(t *testing.T) {
	var store trajectory.Store
	tr := build(t, &store, "a", 2)
	fields := map[string]json.RawMessage{"stream_options": json.RawMessage(`{ "include_usage": false }`), "max_tokens": json.RawMessage("7")}
	const messages = `{"role":"system","content":"You are a \"test\"."},{"role":"user","content":"Task a"}`
	const tools = `[{"type":"function","function":{"name":"sh"}}]`
	for _, tt := range []struct {
		policy trajectory.Policy
		want   string
	}{
		{trajectory.Policy{Model: "m"}, `],"stream":true,"stream_options":{"include_usage":true},"max_tokens":10,"ignore_eos":true,"tools":` + tools + `}`},
		{trajectory.Policy{Model: "m", Output: trajectory.OutputCap, MaxTokens: 4}, `],"stream":true,"stream_options":{"include_usage":true},"max_tokens":4,"tools":` + tools + `}`},
		{trajectory.Policy{Model: "m", Output: trajectory.OutputFree}, `],"stream":true,"stream_options":{"include_usage":true},"max_tokens":16384,"tools":` + tools + `}`},
		{trajectory.Policy{Model: "m", Fields: fields}, `],"stream":true,"ignore_eos":true,"tools":` + tools + `,"max_tokens":7,"stream_options":{"include_usage":false}}`},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &sender{}
			for range trajectory.NewReplayer(func() trajectory.Sender { return s }, tt.policy, nil).Play(t.Context(), trajectory.Play{Trajectory: tr}) {
			}
			if want := `{"model":"m","messages":[` + messages + tt.want; s.bodies[0] != want {
				t.Errorf("body\n%s\nwant\n%s", s.bodies[0], want)
			}
			if strings.Contains(s.bodies[1], `"tools"`) {
				t.Error("the last turn has tools, the recording has none")
			}
		})
	}
}

func TestPrefixGoesIntoAnyContent(t *testing.T) {
	for in, want := range map[string]string{
		`{"role":"user","content":"hi"}`:                          `{"role":"user","content":"P\n\"hi"}`,
		`{"content":"","role":"user"}`:                            `{"content":"P\n\"","role":"user"}`,
		`{"role":"user","content":[{"type":"text","text":"hi"}]}`: `{"role":"user","content":[{"type":"text","text":"P\n\""},{"type":"text","text":"hi"}]}`,
		`{"role":"user","content":[]}`:                            `{"role":"user","content":[{"type":"text","text":"P\n\""}]}`,
		`{"role":"assistant","content":null,"tool_calls":[]}`:     `{"role":"assistant","content":"P\n\"","tool_calls":[]}`,
		`{"role":"assistant","tool_calls":[{"content":"inner"}]}`: `{"content":"P\n\"","role":"assistant","tool_calls":[{"content":"inner"}]}`,
		`{"role":"user","name":"\"content\":\"x","content":"hi"}`: `{"role":"user","name":"\"content\":\"x","content":"P\n\"hi"}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			var store trajectory.Store
			c, err := store.Append(nil, []byte(in))
			if err != nil {
				t.Fatal(err)
			}
			s := &sender{}
			p := trajectory.Play{Trajectory: &trajectory.Trajectory{Turns: []trajectory.Turn{{History: c}}}, Prefix: "P\n\""}
			for range trajectory.NewReplayer(func() trajectory.Sender { return s }, trajectory.Policy{}, nil).Play(t.Context(), p) {
			}
			var body struct{ Messages []json.RawMessage }
			if err := json.Unmarshal([]byte(s.bodies[0]), &body); err != nil {
				t.Fatal(err)
			}
			if got := string(body.Messages[0]); got != want {
				t.Errorf("%s\nbecame %s\nwant   %s", in, got, want)
			}
		})
	}
}

func TestFit(t *testing.T) {
	var store trajectory.Store
	long, short := build(t, &store, "long", 20), build(t, &store, "short", 2)
	short.Turns[0].PromptTokens, short.Turns[1].PromptTokens = 100, 990
	w := &trajectory.Workload{Name: "w", Trajectories: []*trajectory.Trajectory{long, short}}
	if fitted, f := w.Fit(trajectory.Policy{Window: 0}); f != (trajectory.Fit{}) || len(fitted.Trajectories) != 2 {
		t.Errorf("no window: %+v", f)
	}
	// The second turn of short needs 990 + 11 tokens, and 64 for a prefix.
	fitted, f := w.Fit(trajectory.Policy{Window: 1065})
	if f.Cut != 1 || f.Dropped != 0 || len(fitted.Trajectories[1].Turns) != 2 {
		t.Errorf("1065: %+v", f)
	}
	fitted, f = w.Fit(trajectory.Policy{Window: 1064})
	if f.Cut != 2 || len(fitted.Trajectories[1].Turns) != 1 || len(short.Turns) != 2 || len(long.Turns) != 20 {
		t.Errorf("1064: %+v, %d turns left", f, len(fitted.Trajectories[1].Turns))
	}
	for i, turn := range fitted.Trajectories[0].Turns {
		if turn.PromptEstimate()+64+10+i > 1064 {
			t.Errorf("turn %d does not fit", i)
		}
	}
	// An answer of free length takes what is left, if that is worth it.
	free := trajectory.Policy{Output: trajectory.OutputFree, Window: 990 + 64 + 300}
	if _, f := w.Fit(free); f.Dropped != 0 {
		t.Errorf("free: %+v", f)
	}
	if tokens, forced := free.Limit(&short.Turns[1]); tokens != 300 || forced {
		t.Errorf("free: limit %d, %v; want what is left, 300", tokens, forced)
	}
	if fitted, f = w.Fit(trajectory.Policy{Window: 50}); f.Dropped != 2 || len(fitted.Trajectories) != 0 || f.Turns != 22 {
		t.Errorf("50: %+v", f)
	}
}

func TestPolicyValidate(t *testing.T) {
	err := trajectory.Policy{
		Output: "x", ToolDelay: "y", MaxTokens: -1, ToolDelayScale: math.Inf(1),
		Fields: map[string]json.RawMessage{"stream": json.RawMessage("false"), "a": json.RawMessage("{")},
	}.Validate()
	for _, want := range []string{`Output is "x"`, `ToolDelay is "y"`, "MaxTokens is -1", "ToolDelayScale is +Inf", `"stream" is set for each request`, `"a" is not JSON`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not mention %q", err, want)
		}
	}
	if err := (trajectory.Policy{}).Validate(); err != nil {
		t.Errorf("zero policy: %v", err)
	}
}
