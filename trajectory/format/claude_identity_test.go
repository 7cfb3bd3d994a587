package format

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// calls lists the calls of a workload, each with its tokens in and out and the roles of
// its messages, without those that are made up.
func calls(w *trajectory.Workload) (all []string) {
	for t := range w.Threads() {
		for _, turn := range t.Turns {
			all = append(all, fmt.Sprintf("%s %d>%d %s", t.ID, turn.PromptTokens, turn.OutputTokens, strings.TrimSpace(madeUp.ReplaceAllString(roles(turn.History), ""))))
		}
	}
	return all
}

// rules lists the rules of the findings, sorted by first use.
func rules(w *trajectory.Workload) (all []string) {
	seen := make(map[string]bool)
	for _, f := range w.Findings {
		if !seen[f.Rule] {
			all = append(all, f.Rule)
		}
		seen[f.Rule] = true
	}
	return all
}

// A gateway gave six answers one message ID, with the results of tools between them.
// The kind: an ID that many answers share.
func TestClaudeOneID(t *testing.T) {
	name := "testdata/reported/claude-one-id.jsonl"
	text := string(readFile(t, name))
	want := []string{
		"s1 20302>60 u", "s1 20602>60 u a t", "s1 20902>60 u a t a t", "s1 21202>60 u a t a t a t",
		"s1 21502>60 u a t a t a t a t", "s1 21802>60 u a t a t a t a t a t", "s1 22002>20 u a t a t a t a t a t a t",
	}
	for name, change := range map[string]func(string) string{
		"as reported":         func(s string) string { return s },
		"without request IDs": func(s string) string { return strings.ReplaceAll(s, `"requestId"`, `"request"`) },
		"with one request ID": func(s string) string { return requestID.ReplaceAllString(s, `"requestId": "one"`) },
		"fork with other uuids": func(s string) string {
			return s + strings.NewReplacer(`"s1"`, `"s2"`, `uuid": "`, `uuid": "x`, `Uuid": "`, `Uuid": "x`).Replace(s)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := openFiles(t, files("a.jsonl", change(text)), "a.jsonl")
			if diff := cmp.Diff(want, calls(w)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	w, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"prefix", "same-answer-id"}, rules(w)); diff != "" {
		t.Errorf("findings (-want +got)\n%s", diff)
	}
}

var madeUp = regexp.MustCompile(`[a-z]\d+\*\d+ ?`)

var requestID = regexp.MustCompile(`"requestId": "[^"]*"`)

// What tells the answers of one ID apart, and what does not.
func TestClaudeIdentity(t *testing.T) {
	type part struct {
		request, stop string
		prompt        int
		calls         string // IDs of one letter, or a result in lower case
	}
	log := func(parts ...part) string {
		lines := []string{`{"uuid":"u","sessionId":"s","type":"user","timestamp":"2026-02-01T10:00:00Z","message":{"content":"p"}}`}
		for i, p := range parts {
			at := fmt.Sprintf(`"uuid":"%d","sessionId":"s","timestamp":"2026-02-01T10:00:%02dZ"`, i, i+1)
			if p.prompt < 0 {
				lines = append(lines, fmt.Sprintf(`{%s,"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":%q,"content":"of %s"}]}}`, at, p.calls, p.calls))
				continue
			}
			var blocks []string
			for _, id := range p.calls {
				blocks = append(blocks, fmt.Sprintf(`{"type":"tool_use","id":%q,"name":"f","input":{}}`, string(id)))
			}
			stop := "null"
			if p.stop != "" {
				stop = `"` + p.stop + `"`
			}
			lines = append(lines, fmt.Sprintf(`{%s,"type":"assistant","requestId":%q,"message":{"id":"m","content":[%s],"stop_reason":%s,"usage":{"input_tokens":%d,"output_tokens":7}}}`,
				at, p.request, strings.Join(blocks, ","), stop, p.prompt))
		}
		return lf(lines...)
	}
	result := func(id string) part { return part{prompt: -1, calls: id} }
	for _, tt := range []struct {
		name  string
		parts []part
		want  []string // contexts, the last one that of another answer
	}{
		{"tools run while the answer arrives", []part{{"r", "", 9, "A"}, result("A"), {"r", "", 9, "B"}, result("B")}, []string{"p", "p [A][B] =A =B"}},
		{"the same, with the reason of its end in each part", []part{{"r", "tool_use", 9, "A"}, result("A"), {"r", "tool_use", 9, "B"}, result("B")}, []string{"p", "p [A][B] =A =B"}},
		{"another request without a result between", []part{{"r", "", 9, "A"}, {"q", "", 9, "B"}, result("B")}, []string{"p", "p [A] =A?", "p [A] =A? [B] =B"}},
		{"another length of prompt", []part{{"r", "", 9, "A"}, result("A"), {"r", "", 12, "B"}, result("B")}, []string{"p", "p [A] =A", "p [A] =A [B] =B"}},
		{"nothing but the ID and a result between", []part{{"", "", 0, "A"}, result("A"), {"", "", 0, "B"}, result("B")}, []string{"p", "p [A] =A", "p [A] =A [B] =B"}},
		{"one length, and it said that it was over", []part{{"", "tool_use", 9, "A"}, result("A"), {"", "tool_use", 9, "B"}, result("B")}, []string{"p", "p [A] =A", "p [A] =A [B] =B"}},
		{"blocks once more", []part{{"r", "", 9, "A"}, {"r", "", 9, "AB"}, {"r", "", 9, "AB"}, result("A"), result("B")}, []string{"p", "p [A][B] =A =B"}},
		{"a count in the last part alone", []part{{"r", "", 0, "A"}, {"r", "", 9, "B"}, result("A"), result("B")}, []string{"p", "p [A][B] =A =B"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := log(tt.parts...) + `{"uuid":"z","sessionId":"s","type":"assistant","timestamp":"2026-02-01T10:01:00Z","message":{"id":"last","content":[],"usage":{}}}` + "\n"
			text = strings.ReplaceAll(strings.ReplaceAll(text, `"requestId":"",`, ""), `"input_tokens":9,`, `"input_tokens":1,`) // no made-up prefix
			w := openFiles(t, files("a.jsonl", text), "a.jsonl")
			var got []string
			for _, turn := range w.Trajectories[0].Turns {
				got = append(got, said(t, turn.History))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
