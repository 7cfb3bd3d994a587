package trajectory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

const (
	sys  = `{"role":"system","content":"S"}`
	user = `{"role":"user","content":"U"}`
)

func callMessage(id string) string {
	return fmt.Sprintf(`{"role":"assistant","content":null,"tool_calls":[{"id":%q,"type":"function","function":{"name":"f","arguments":"{}"}}]}`, id)
}

func resultMessage(id string) string {
	return fmt.Sprintf(`{"role":"tool","tool_call_id":%q,"content":"ok"}`, id)
}

// lintOf returns the findings for a session of requests with the given messages.
func lintOf(t *testing.T, p trajectory.Policy, change func(*trajectory.Trajectory), requests ...[]string) []string {
	t.Helper()
	var s trajectory.Store
	tr := &trajectory.Trajectory{ID: "a", Source: "a.jsonl"}
	for i, messages := range requests {
		var c *trajectory.History
		for _, m := range messages {
			var err error
			if c, err = s.Append(c, []byte(m)); err != nil {
				t.Fatal(err)
			}
		}
		tr.Turns = append(tr.Turns, trajectory.Turn{History: c, OutputTokens: 5, ToolDelayKnown: true, Line: i + 1})
	}
	if change != nil {
		change(tr)
	}
	var all []string
	for _, f := range trajectory.Lint(&trajectory.Workload{Trajectories: []*trajectory.Trajectory{tr}}, p) {
		all = append(all, fmt.Sprintf("%s:%d %d %s %s", f.File, f.Line, f.Turn, f.Severity, f.Rule))
	}
	return all
}

func TestLint(t *testing.T) {
	answer := `{"role":"assistant","content":"A"}`
	more := `{"role":"user","content":"M"}`
	big := `{"role":"user","content":"` + strings.Repeat("x", 4000) + `"}`
	key := "sk-" + strings.Repeat("a1B2", 8)
	for _, tt := range []struct {
		name     string
		policy   trajectory.Policy
		change   func(*trajectory.Trajectory)
		requests [][]string
		want     []string
	}{
		{name: "clean", requests: [][]string{{sys, user}, {sys, user, callMessage("1"), resultMessage("1")}, {sys, user, callMessage("1"), resultMessage("1"), answer, user}}},
		{name: "delta", requests: [][]string{{sys, user}, {callMessage("1"), resultMessage("1")}, {answer, user}}, want: []string{
			"a.jsonl:2 1 error delta-history"}},
		{name: "delta of a user's", requests: [][]string{{sys, user}, {`{"role":"user","content":"V"}`}}, want: []string{
			"a.jsonl:2 1 error delta-history"}},
		{name: "doubled", requests: [][]string{{sys, user}, {sys, user, sys, user, answer, user}}, want: []string{
			"a.jsonl:2 1 error doubled-history"}},
		{name: "doubled without a system prompt", requests: [][]string{{user}, {user, answer, more}, {user, answer, more, user, answer, more, answer, more}}, want: []string{
			"a.jsonl:3 2 error doubled-history"}},
		{name: "doubled from the start", requests: [][]string{{user}, {user, user, answer, more}}, want: []string{
			"a.jsonl:2 1 error doubled-history"}},
		{name: "a prompt again", requests: [][]string{{user}, {user, answer, user}, {user, answer, user, answer, user}}},
		{name: "results behind later messages", requests: [][]string{{sys, user, callMessage("1"), callMessage("2"), resultMessage("1"), resultMessage("2")}, {sys, user, callMessage("1"), callMessage("2"), resultMessage("1"), resultMessage("2"), callMessage("3"), user, resultMessage("3")}}},
		{name: "calls without IDs", requests: [][]string{{sys, user, callMessage(""), resultMessage(""), callMessage(""), resultMessage("")}}},
		{name: "result without call", requests: [][]string{{sys, user, resultMessage("9")}}, want: []string{
			"a.jsonl:1 0 error result-without-call"}},
		{name: "call without result", requests: [][]string{{sys, user}, {sys, user, callMessage("1"), user}}, want: []string{
			"a.jsonl:2 1 warning call-without-result"}},
		{name: "open call", requests: [][]string{{sys, user, callMessage("1")}}, want: []string{
			"a.jsonl:1 0 warning call-without-result", "a.jsonl:1 0 warning ends-in-answer"}},
		{name: "reused", requests: [][]string{{sys, user, callMessage("1"), resultMessage("1"), callMessage("1"), resultMessage("1")}}, want: []string{
			"a.jsonl:1 0 warning id-reused"}},
		{name: "window", policy: trajectory.Policy{Window: 1000}, requests: [][]string{{sys, user}, {sys, user, answer, big}}, want: []string{
			"a.jsonl:2 1 error context-window"}},
		{name: "no length, by default", change: func(tr *trajectory.Trajectory) { tr.Turns[0].OutputTokens = 0 }, requests: [][]string{{sys, user}}, want: []string{
			"a.jsonl:1 0 warning missing-output"}},
		{name: "no length", policy: trajectory.Policy{Output: trajectory.OutputExact}, change: func(tr *trajectory.Trajectory) { tr.Turns[0].OutputTokens = 0 }, requests: [][]string{{sys, user}}, want: []string{
			"a.jsonl:1 0 error missing-output"}},
		{name: "no length, free", policy: trajectory.Policy{Output: trajectory.OutputFree}, change: func(tr *trajectory.Trajectory) { tr.Turns[0].OutputTokens = 0 }, requests: [][]string{{sys, user}}},
		{name: "empty answer", requests: [][]string{{sys, user, `{"role":"assistant","content":""}`, user}}, want: []string{
			"a.jsonl:1 0 warning empty-assistant"}},
		{name: "half a character", requests: [][]string{{sys, `{"role":"user","content":"\ud83d\u2026"}`}}, want: []string{
			"a.jsonl:1 0 error half-character"}},
		{name: "a whole character", requests: [][]string{{sys, `{"role":"user","content":"\ud83d\ude00 \\ud83d"}`}}},
		{name: "a list of no calls", requests: [][]string{{sys, user, `{"role":"assistant","content":"A","tool_calls":[]}`, user}}, want: []string{
			"a.jsonl:1 0 error empty-tool-calls"}},
		{name: "null for no calls", requests: [][]string{{sys, user, `{"role":"assistant","content":"A","tool_calls":null}`, user}}},
		{name: "image", requests: [][]string{{sys, `{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:"}}]}`}}, want: []string{
			"a.jsonl:1 0 warning image"}},
		{name: "secret", requests: [][]string{{sys, `{"role":"user","content":"use ` + key + `"}`}}, want: []string{
			"a.jsonl:1 0 warning secret"}},
		{name: "reset", requests: [][]string{{sys, big, answer, user}, {sys, user}}, want: []string{
			"a.jsonl:2 1 info reset"}},
		{name: "delay", change: func(tr *trajectory.Trajectory) { tr.Turns[0].ToolDelayKnown = false }, requests: [][]string{{sys, user}, {sys, user, callMessage("1"), resultMessage("1")}}, want: []string{
			"a.jsonl:1 0 info unknown-delay"}},
		{name: "estimates", change: func(tr *trajectory.Trajectory) { tr.Turns[0].Origins.Output = trajectory.Estimated }, requests: [][]string{{sys, user}}, want: []string{
			"a.jsonl:1 0 info estimated"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, lintOf(t, tt.policy, tt.change, tt.requests...)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// One place stands for all of a session, and a secret is not repeated.
func TestLintCounts(t *testing.T) {
	var s trajectory.Store
	key := "ghp_" + strings.Repeat("a1B2", 10)
	tr := &trajectory.Trajectory{ID: "a"}
	var c *trajectory.History
	for range 5 {
		c, _ = s.Append(c, []byte(`{"role":"user","content":"`+key+`"}`))
		tr.Turns = append(tr.Turns, trajectory.Turn{History: c})
	}
	w := &trajectory.Workload{
		Trajectories: []*trajectory.Trajectory{tr},
		Findings:     []trajectory.Finding{{File: "b", Line: 3, Turn: -1, Severity: trajectory.SeverityWarning, Rule: "r", Text: "From the reader."}},
	}
	got := trajectory.Lint(w, trajectory.Policy{})
	if len(got) != 3 || got[0] != w.Findings[0] {
		t.Fatalf("findings %v", got)
	}
	text := fmt.Sprint(got)
	if strings.Contains(text, key) || !strings.Contains(text, "(and 4 more like it)") {
		t.Errorf("findings %s", text)
	}
	if got, want := got[0].String(), "b:3: warning: From the reader. (r)"; got != want {
		t.Errorf("%q, expected %q", got, want)
	}
}

func TestLintOverlap(t *testing.T) {
	var s trajectory.Store
	c, _ := s.Append(nil, []byte(user))
	session := func(id string, from, n int) *trajectory.Trajectory {
		tr := &trajectory.Trajectory{ID: id}
		for i := range n {
			tr.Turns = append(tr.Turns, trajectory.Turn{History: c, PromptTokens: 1000 + from + i, OutputTokens: 3})
		}
		return tr
	}
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{session("a", 0, 30), session("b", 100, 30), session("c", 10, 15), session("d", 25, 12)}}
	var got []string
	for _, f := range trajectory.Lint(w, trajectory.Policy{}) {
		if f.Rule == "overlap" {
			got = append(got, f.Trajectory+": "+f.Text)
		}
	}
	want := []string{"c: 15 of 15 requests have the same sizes as requests of a: perhaps the same session, cut twice"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What no reader makes is a finding too.
func TestLintUnsound(t *testing.T) {
	for want, tr := range map[string]*trajectory.Trajectory{
		"no-messages": {ID: "a", Turns: []trajectory.Turn{{}}},
		"no-turns":    {ID: "a"},
		"invalid":     {ID: "a", Turns: build(t, new(trajectory.Store), "a", 1).Turns, ContextTokens: -1},
	} {
		got := trajectory.Lint(&trajectory.Workload{Trajectories: []*trajectory.Trajectory{tr}}, trajectory.Policy{})
		if len(got) != 1 || got[0].Rule != want || got[0].Severity != trajectory.SeverityError {
			t.Errorf("%v, expected %s", got, want)
		}
	}
	// Nothing that lint would trip over.
	loop := build(t, new(trajectory.Store), "loop", 1)
	loop.Subagents = []trajectory.Subagent{{Trajectory: loop}, {Trajectory: nil}}
	got := trajectory.Lint(&trajectory.Workload{Trajectories: []*trajectory.Trajectory{loop, nil}}, trajectory.Policy{})
	want := []trajectory.Finding{
		{Trajectory: "loop", Turn: -1, Severity: trajectory.SeverityError, Rule: "invalid", Text: "in the workload twice"},
		{Turn: -1, Severity: trajectory.SeverityError, Rule: "no-turns", Text: "Trajectories[0].Subagents[1]: nil"},
		{Turn: -1, Severity: trajectory.SeverityError, Rule: "no-turns", Text: "Trajectories[1]: nil"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
