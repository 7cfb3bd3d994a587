package trajectory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// What a workload that was put together by hand may have wrong, one by one.
func TestValidate(t *testing.T) {
	type workload = trajectory.Workload
	type session = trajectory.Trajectory
	for _, tt := range []struct {
		name   string
		change func(w *workload, a, b *session)
		want   string
	}{
		{"nothing", func(*workload, *session, *session) {}, ``},
		{"empty", func(w *workload, _, _ *session) { w.Trajectories = nil },
			`Workload: no trajectories`},
		{"nil", func(w *workload, _, _ *session) { w.Trajectories[1] = nil },
			`Trajectories[1]: nil`},
		{"nil subagent", func(_ *workload, a, _ *session) { a.Subagents[0].Trajectory = nil },
			`Trajectories[0].Subagents[0]: nil`},
		{"twice", func(w *workload, a, _ *session) { w.Trajectories[1] = a },
			`Trajectories[1] ("a"): in the workload twice`},
		{"a subagent elsewhere", func(w *workload, a, _ *session) {
			w.Trajectories[1] = a.Subagents[0].Trajectory
		}, `Trajectories[1] ("sub"): in the workload twice`},
		{"below itself", func(_ *workload, a, _ *session) { a.Subagents[0].Trajectory = a },
			`Trajectories[0].Subagents[0] ("a"): in the workload twice`},
		{"no ID", func(_ *workload, _, b *session) { b.ID = "" },
			`Trajectories[1] (""): no ID`},
		{"same ID", func(_ *workload, _, b *session) { b.ID = "a" },
			`Trajectories[1] ("a"): ID is not unique`},
		{"ID of a subagent", func(_ *workload, _, b *session) { b.ID = "sub" },
			`Trajectories[1] ("sub"): ID is not unique`},
		{"context", func(_ *workload, a, _ *session) { a.ContextTokens = -1 },
			`Trajectories[0] ("a"): context of -1 tokens, expected 0 to 100000000`},
		{"no turns", func(_ *workload, _, b *session) { b.Turns = nil },
			`Trajectories[1] ("b"): no turns`},
		{"no messages", func(_ *workload, _, b *session) { b.Turns[2].History = nil },
			`Trajectories[1] ("b"): turn 2: no messages`},
		{"no messages in a subagent", func(_ *workload, a, _ *session) {
			a.Subagents[0].Trajectory.Turns[1].History = nil
		}, `Trajectories[0].Subagents[0] ("sub"): turn 1: no messages`},
		{"tokens", func(_ *workload, a, _ *session) { a.Turns[0].OutputTokens = 1e9 },
			`Trajectories[0] ("a"): turn 0: 1000000000 tokens, expected 0 to 100000000`},
		{"time", func(_ *workload, a, _ *session) { a.Turns[1].HumanDelay = -time.Second },
			`Trajectories[0] ("a"): turn 1: duration of -1s, expected 0 to 24h0m0s`},
		{"time of a tool", func(_ *workload, a, _ *session) {
			a.Turns[1].ToolCalls = []trajectory.ToolCall{{Duration: 25 * time.Hour}}
		}, `Trajectories[0] ("a"): turn 1: duration of 25h0m0s, expected 0 to 24h0m0s`},
		{"after", func(_ *workload, a, _ *session) { a.Subagents[0].After = 3 },
			`Trajectories[0] ("a"): subagent 0 comes after turn 3 of 3, is joined by 2 and delayed by 1s`},
		{"before all", func(_ *workload, a, _ *session) { a.Subagents[0].After = -2 },
			`Trajectories[0] ("a"): subagent 0 comes after turn -2 of 3, is joined by 2 and delayed by 1s`},
		{"join", func(_ *workload, a, _ *session) { a.Subagents[0].Join = 3 },
			`Trajectories[0] ("a"): subagent 0 comes after turn 0 of 3, is joined by 3 and delayed by 1s`},
		{"join too early", func(_ *workload, a, _ *session) { a.Subagents[0].After = 2 },
			`Trajectories[0] ("a"): subagent 0 comes after turn 2 of 3, is joined by 2 and delayed by 1s`},
		{"delay", func(_ *workload, a, _ *session) { a.Subagents[0].Delay = -1 },
			`Trajectories[0] ("a"): subagent 0 comes after turn 0 of 3, is joined by 2 and delayed by -1ns`},
		{"several", func(_ *workload, a, b *session) {
			a.Turns[0].History, b.Turns, a.Subagents[0].Trajectory.ID = nil, nil, "b"
		}, `Trajectories[0] ("a"): turn 0: no messages
Trajectories[1] ("b"): ID is not unique
Trajectories[1] ("b"): no turns`},
	} {
		var s trajectory.Store
		a, b, sub := build(t, &s, "a", 3), build(t, &s, "b", 3), build(t, &s, "sub", 3)
		a.Subagents = []trajectory.Subagent{{Trajectory: sub, Join: 2, Delay: time.Second}}
		w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{a, b}}
		tt.change(w, a, b)
		got := ""
		if err := w.Validate(); err != nil {
			got = strings.ReplaceAll(err.Error(), "trajectory: ", "")
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
