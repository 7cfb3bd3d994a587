package format

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// claudeLines makes a log of records, each written as
//
//	UUID PARENT KIND ARGUMENTS
//
// where KIND is prompt TEXT, meta TEXT, answer ID [CALL...], result CALL,
// results-and TEXT (one result of call A with text behind it), compact or summary
// TEXT. Records are a second apart.
func claudeLines(session string, records ...string) string {
	var b strings.Builder
	for i, record := range records {
		f := strings.Fields(record)
		line := map[string]any{"uuid": f[0], "sessionId": session, "timestamp": fmt.Sprintf("2026-02-01T10:%02d:%02d.000Z", i/60, i%60)}
		if f[1] != "-" {
			line["parentUuid"] = f[1]
		}
		user := func(content any) {
			line["type"], line["message"] = "user", map[string]any{"role": "user", "content": content}
		}
		result := func(id string) any {
			return map[string]any{"type": "tool_result", "tool_use_id": id, "content": "of " + id}
		}
		switch kind, args := f[2], f[3:]; kind {
		case "prompt", "meta", "summary":
			user(strings.Join(args, " "))
			line["isMeta"], line["isCompactSummary"] = kind == "meta", kind == "summary"
		case "result":
			user([]any{result(args[0])})
		case "results-and":
			user([]any{result("A"), map[string]any{"type": "text", "text": args[0]}})
		case "compact":
			line["type"], line["subtype"], line["compactMetadata"] = "system", "compact_boundary", map[string]any{"preTokens": 100}
		case "answer":
			blocks := []any{map[string]any{"type": "text", "text": args[0]}}
			for _, id := range args[1:] {
				blocks = append(blocks, map[string]any{"type": "tool_use", "id": id, "name": "f", "input": map[string]any{}})
			}
			line["type"], line["requestId"] = "assistant", "of "+args[0]
			line["message"] = map[string]any{"id": args[0], "role": "assistant", "model": "m", "content": blocks, "stop_reason": "end_turn", "usage": map[string]any{"input_tokens": 1, "output_tokens": 5}}
		}
		data, err := json.Marshal(line)
		if err != nil {
			panic(err)
		}
		b.Write(append(data, '\n'))
	}
	return b.String()
}

// said is a context in short: the text of prompts and answers, calls in brackets,
// results as =CALL, those that are made up as =CALL?.
func said(t *testing.T, c *trajectory.History) string {
	t.Helper()
	var parts []string
	for m := range c.All() {
		var v struct {
			Role, Content string
			ToolCallID    string                `json:"tool_call_id"`
			ToolCalls     []struct{ ID string } `json:"tool_calls"`
		}
		if err := json.Unmarshal(m.JSON(), &v); err != nil {
			t.Fatal(err)
		}
		switch {
		case v.Role == "tool" && v.Content != "of "+v.ToolCallID:
			parts = append(parts, "="+v.ToolCallID+"?")
		case v.Role == "tool":
			parts = append(parts, "="+v.ToolCallID)
		default:
			var part strings.Builder
			part.WriteString(strings.ReplaceAll(v.Content, "\n\n", "+"))
			for _, call := range v.ToolCalls {
				part.WriteString("[" + call.ID + "]")
			}
			parts = append(parts, part.String())
		}
	}
	return strings.Join(parts, " ")
}

// How records become requests. Contexts are those of the requests in order.
func TestClaudeRecords(t *testing.T) {
	for _, tt := range []struct {
		name    string
		records []string
		want    []string
	}{
		{"plain", []string{"1 - prompt p", "2 1 answer m1 A", "3 2 result A", "4 3 answer m2", "5 4 prompt q", "6 5 answer m3"},
			[]string{"p", "p m1[A] =A", "p m1[A] =A m2 q"}},
		{"parallel, between the blocks", []string{"1 - prompt p", "2 1 answer m1 A", "3 2 result A", "4 2 answer m1 B", "5 4 result B", "6 5 answer m2"},
			[]string{"p", "p m1[A][B] =A =B"}},
		{"a hook speaks between the blocks", []string{"1 - prompt p", "2 1 answer m1 A", "3 2 meta hook", "4 2 answer m1 B", "5 4 result A", "6 5 result B", "7 6 answer m2"},
			[]string{"p", "p m1[A][B] =A =B hook"}},
		{"text with a result, then another block", []string{"1 - prompt p", "2 1 answer m1 A", "3 2 results-and note", "4 2 answer m1 B", "5 4 result B", "6 5 answer m2"},
			[]string{"p", "p m1[A][B] =A =B note"}},
		{"late result", []string{"1 - prompt p", "2 1 answer m1 A B", "3 2 result A", "4 3 prompt q", "5 4 result B", "6 5 answer m2"},
			[]string{"p", "p m1[A][B] =A =B q"}},
		{"no result", []string{"1 - prompt p", "2 1 answer m1 A", "3 2 prompt q", "4 3 answer m2"},
			[]string{"p", "p m1[A] =A? q"}},
		{"result twice", []string{"1 - prompt p", "2 1 answer m1 A", "3 2 result A", "4 3 answer m2", "5 2 result A", "6 5 answer m3"},
			[]string{"p", "p m1[A] =A", "p m1[A] =A m2"}},
		{"result of nothing", []string{"1 - prompt p", "2 1 result Z", "3 2 answer m1"}, []string{"p"}},
		{"result after the compaction", []string{"1 - prompt p", "2 1 answer m1 A", "3 - compact", "4 3 summary s", "5 2 result A", "6 4 answer m2"},
			[]string{"p", "p m1[A] =A? Summarize the conversation so far, so that the work can go on from the summary alone.", "s"}},
		{"prompt after the compaction", []string{"1 - prompt p", "2 1 answer m1", "3 - compact", "4 3 summary s", "5 3 prompt q", "6 5 answer m2"},
			[]string{"p", "p m1 Summarize the conversation so far, so that the work can go on from the summary alone.", "q"}},
		{"an answer comes back late", []string{"1 - prompt p", "2 1 answer m1", "3 2 prompt q", "4 3 answer m2", "5 4 answer m1", "6 5 prompt r", "7 6 answer m3"},
			[]string{"p", "p m1 q", "p m1 q m2 r"}},
		{"rewound", []string{"1 - prompt p", "2 1 answer m1", "3 2 prompt q", "4 3 answer m2", "5 2 prompt r", "6 5 answer m3"},
			[]string{"p", "p m1 q", "p m1 r"}},
		{"a prompt without an answer is withdrawn", []string{"1 - prompt p", "2 1 answer m1", "3 2 prompt abandoned", "4 2 prompt kept", "5 4 answer m2"},
			[]string{"p", "p m1 kept"}},
		{"prompts in a row", []string{"1 - prompt p", "2 1 answer m1", "3 2 meta hook", "4 3 prompt q", "5 4 prompt r", "6 5 answer m2"},
			[]string{"p", "p m1 hook q r"}},
		{"an answer is given up", []string{"1 - prompt p", "2 1 answer m1", "3 1 answer m2", "4 3 prompt q", "5 4 answer m3"},
			[]string{"p", "p", "p m2 q"}},
		{"rewound to before an open call", []string{"1 - prompt p", "2 1 answer m1 A", "3 1 prompt q", "4 3 answer m2"},
			[]string{"p", "p q"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := openFiles(t, files("a.jsonl", claudeLines("s", tt.records...)), "a.jsonl")
			var got []string
			for _, turn := range w.Trajectories[0].Turns {
				got = append(got, said(t, turn.History))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for _, f := range trajectory.Lint(w, trajectory.Policy{}) {
				if f.Severity == trajectory.SeverityError {
					t.Error(f)
				}
			}
		})
	}
}

// A session that was resumed or forked begins with a copy of another: with the same
// uuids or with new ones, the calls are counted once and the context is whole.
func TestClaudeForks(t *testing.T) {
	a := claudeLines("s1", "1 - prompt p", "2 1 answer m1 A", "3 2 result A", "4 3 answer m2")
	for name, b := range map[string]string{
		"same uuids":   a + claudeLines("s2", "5 4 prompt q", "6 5 answer m3"),
		"only the new": claudeLines("s2", "5 4 prompt q", "6 5 answer m3"),
		"new uuids":    claudeLines("s2", "x1 - prompt p", "x2 x1 answer m1 A", "x3 x2 result A", "x4 x3 answer m2", "x5 x4 prompt q", "x6 x5 answer m3"),
	} {
		t.Run(name, func(t *testing.T) {
			w := openFiles(t, files("a.jsonl", a, "b.jsonl", b), ".")
			if len(w.Trajectories) != 2 || len(w.Trajectories[0].Turns) != 2 || len(w.Trajectories[1].Turns) != 1 {
				t.Fatalf("workload\n%s", outline(w))
			}
			if got, want := said(t, w.Trajectories[1].Turns[0].History), "p m1[A] =A m2 q"; got != want {
				t.Errorf("the fork's context is %q, expected %q", got, want)
			}
		})
	}
}

// Newer logs have subagents in files of their own, older ones in the session's.
func TestClaudeSubagents(t *testing.T) {
	task := func(text string) string { return strings.ReplaceAll(text, `"name":"f"`, `"name":"Task"`) }
	parent := task(claudeLines("s", "1 - prompt p", "2 1 answer m1 T", "3 2 result T", "4 3 answer m2"))
	child := func(extra string) string {
		return strings.ReplaceAll(claudeLines("s", "c0 - prompt explore", "c1 c0 answer k1 X", "c2 c1 result X", "c3 c2 answer k2"), `"sessionId"`, extra+`"sessionId"`)
	}
	byResult := strings.Replace(parent, `"uuid":"3"`, `"toolUseResult":{"agentId":"ag"},"uuid":"3"`, 1)
	for name, fsys := range map[string]map[string]string{
		"a file, named by the result": {"s.jsonl": byResult, "s/subagents/agent-ag.jsonl": child(`"agentId":"ag","isSidechain":true,`)},
		"a file, named by nothing":    {"s.jsonl": parent, "agent-ag.jsonl": child(`"agentId":"ag","isSidechain":true,`)},
		"the session's file":          {"s.jsonl": parent + child(`"isSidechain":true,`)},
	} {
		t.Run(name, func(t *testing.T) {
			var list []string
			for file, text := range fsys {
				// The child began after the call: a second later.
				list = append(list, file, strings.ReplaceAll(text, "10:00:00", "10:00:01"))
			}
			w := openFiles(t, files(list...), ".")
			if len(w.Trajectories) != 1 || len(w.Trajectories[0].Subagents) != 1 {
				t.Fatalf("workload\n%s", outline(w))
			}
			s := w.Trajectories[0].Subagents[0]
			if s.After != 0 || len(s.Trajectory.Turns) != 2 || said(t, s.Trajectory.Turns[1].History) != "explore k1[X] =X" {
				t.Errorf("workload\n%s", outline(w))
			}
			checkWorkloadInvariants(t, w)
		})
	}
	// Two that name each other as their parent, and one of whom nothing is known.
	text := strings.ReplaceAll(claudeLines("s", "1 - prompt p", "2 1 answer a1 A", "3 2 result A"), `"sessionId"`, `"agentId":"x","toolUseResult":{"agentId":"y"},"sessionId"`) +
		strings.ReplaceAll(claudeLines("s", "4 - prompt p", "5 4 answer b1 B", "6 5 result B"), `"sessionId"`, `"agentId":"y","toolUseResult":{"agentId":"x"},"sessionId"`)
	w := openFiles(t, files("a.jsonl", text), "a.jsonl")
	n := 0
	for range w.Threads() {
		n++
	}
	if n != 2 {
		t.Errorf("%d threads of 2\n%s", n, outline(w))
	}
}
