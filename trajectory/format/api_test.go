package format_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
	"github.com/agentperf/agentperf-go/trajectory/format"
)

// sent returns the bodies of all requests of a trajectory under a policy.
func sent(t *testing.T, tr *trajectory.Trajectory, p trajectory.Policy) []string {
	t.Helper()
	r := &recorder{}
	p.ToolDelay = trajectory.ToolDelayNone
	synctest.Test(t, func(t *testing.T) {
		alone := *tr
		alone.Subagents = nil
		for res := range trajectory.NewReplayer(func() trajectory.Sender { return r }, p, nil).Play(t.Context(), trajectory.Play{Trajectory: &alone}) {
			if res.Err != nil {
				t.Fatal(res.Err)
			}
		}
	})
	return r.bodies
}

// canonical returns JSON in one form for each value.
func canonical(tb testing.TB, text string) string {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		tb.Fatalf("%v in %s", err, text)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// Requests to Messages that a proxy recorded reach it as they were, marks, unknown fields and
// the order of blocks included, and the line that changes each time only if that is wanted.
func TestMessagesAsRecorded(t *testing.T) {
	const mark = `"cache_control":{"type":"ephemeral","ttl":"1h"}`
	const tools = `"tools":[{"name":"ls","description":"Lists.","input_schema":{"type":"object"},` + mark + `},{"type":"web_search_20250305","name":"web_search"}]`
	system := func(n int) string {
		return fmt.Sprintf(`"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2; cch=%05d;"},{"type":"text","text":"You are.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"S","cache_control":{"type":"ephemeral"}}]`, n)
	}
	turns := []string{
		`{"role":"user","content":[{"type":"text","text":"note"},{"type":"text","text":"task",` + mark + `}]}`,
		`{"role":"user","content":[{"type":"text","text":"note"},{"type":"text","text":"task"}]},
		{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"sig"},{"type":"text","text":"I look."},{"type":"tool_use","id":"A","name":"ls","input":{"a":1},"caller":{"type":"direct"}},{"type":"tool_use","id":"B","name":"ls","input":{}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"A","content":[{"type":"text","text":"a"},{"type":"tool_reference","tool_name":"x"}]},{"type":"tool_result","tool_use_id":"B","content":"b","is_error":true},{"type":"text","text":"go on",` + mark + `}]}`,
	}
	var entries, want []string
	for i, messages := range turns {
		body := `{"model":"m","max_tokens":` + fmt.Sprint(7+i) + `,"stream":true,` + tools + `,` + system(i) + `,"messages":[` + messages + `]}`
		want = append(want, body)
		quoted, _ := json.Marshal(body)
		entries = append(entries, fmt.Sprintf(`{"startedDateTime":"2026-05-01T10:00:%02dZ","time":1,"request":{"url":"https://h/v1/messages","postData":{"text":%s}},"response":{"status":200}}`, i, quoted))
	}
	w, err := format.OpenFS(fstest.MapFS{"a.har": {Data: []byte(`{"log":{"entries":[` + strings.Join(entries, ",") + `]}}`)}}, "a.har")
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Trajectories) != 1 {
		t.Fatalf("%d sessions, want 1: the line that changes must not part them", len(w.Trajectories))
	}
	policy := trajectory.Policy{API: trajectory.APIMessages, Model: "m", BillingLine: true}
	got := sent(t, w.Trajectories[0], policy)
	for i := range want {
		for _, field := range []string{"model", "system", "tools", "messages"} {
			if diff := cmp.Diff(canonical(t, gjson.Get(want[i], field).Raw), canonical(t, gjson.Get(got[i], field).Raw)); diff != "" {
				t.Errorf("request %d: %s (-want +got)\n%s", i, field, diff)
			}
		}
	}
	policy.BillingLine = false
	for i, body := range sent(t, w.Trajectories[0], policy) {
		if strings.Contains(body, "billing") || gjson.Get(body, "system.#").Int() != 2 {
			t.Errorf("request %d has %s", i, gjson.Get(body, "system"))
		}
	}
	for _, api := range []trajectory.API{trajectory.APIChat, trajectory.APIResponses} {
		for _, body := range sent(t, w.Trajectories[0], trajectory.Policy{API: api, BillingLine: true}) {
			if !json.Valid([]byte(body)) || strings.Contains(body, "billing") {
				t.Errorf("%s: %s", api, body)
			}
		}
	}
}

// The line that changes each time is redacted as other text is, and a block that goes on after
// it is no such line, and stays.
func TestBillingLine(t *testing.T) {
	const key = "sk-ant-api03-Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA"
	for _, tt := range []struct{ first, line, system string }{
		{"x-anthropic-billing-header: cch=1; key=" + key + ";", "x-anthropic-billing-header: cch=1; key=[redacted];", "You are."},
		{"x-anthropic-billing-header: cch=1;\n", "x-anthropic-billing-header: cch=1;\n", "You are."},
		{"x-anthropic-billing-header: cch=1;\nBe kind.", "", "x-anthropic-billing-header: cch=1;\nBe kind."},
	} {
		first, _ := json.Marshal(tt.first)
		quoted, _ := json.Marshal(fmt.Sprintf(`{"model":"m","max_tokens":7,"system":[{"type":"text","text":%s},{"type":"text","text":"You are."}],"messages":[{"role":"user","content":"Hi"}]}`, first))
		har := fmt.Sprintf(`{"log":{"entries":[{"startedDateTime":"2026-05-01T10:00:00Z","time":1,"request":{"url":"https://h/v1/messages","postData":{"text":%s}},"response":{"status":200}}]}}`, quoted)
		w, err := format.Options{Redact: format.RedactSecrets()}.OpenFS(fstest.MapFS{"a.har": {Data: []byte(har)}}, "a.har")
		if err != nil {
			t.Fatal(err)
		}
		turn := &w.Trajectories[0].Turns[0]
		if strings.Contains(turn.BillingLine, key) || (turn.BillingLine == "") != (tt.line == "") || !strings.HasPrefix(turn.BillingLine, strings.Split(tt.line, "[")[0]) {
			t.Errorf("%q: the line is %q", tt.first, turn.BillingLine)
		}
		if body := sent(t, w.Trajectories[0], trajectory.Policy{API: trajectory.APIMessages})[0]; gjson.Get(body, "system.0.text").Str != tt.system {
			t.Errorf("%q: %s", tt.first, body)
		}
	}
}

// What real sessions of Claude Code and Codex logged is what is sent in their API: each block
// or item that is sent is one of the log.
func TestSamplesInTheirAPI(t *testing.T) {
	for _, sample := range []struct {
		folder string
		api    trajectory.API
		list   string // of the log, what a line says
	}{
		{"claude-code", trajectory.APIMessages, "message.content"},
		{"codex", trajectory.APIResponses, "payload"},
	} {
		files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "samples", sample.folder, "*.jsonl"))
		if len(files) == 0 {
			t.Skip("no samples beside the repository")
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			logged := make(map[string]bool)
			for line := range bytes.Lines(data) {
				for _, list := range []string{sample.list, "data.message.message.content", "payload.replacement_history"} {
					v := gjson.GetBytes(line, list)
					for _, block := range append([]gjson.Result{v}, v.Array()...) {
						if block.IsObject() {
							logged[canonical(t, block.Raw)] = true
						}
					}
				}
			}
			w, err := format.Open(file)
			if err != nil {
				t.Logf("%s: %v", file, err)
				continue
			}
			same, others := 0, make(map[string]int)
			var example []string
			for tr := range w.Threads() {
				bodies := sent(t, tr, trajectory.Policy{API: sample.api})
				for _, body := range bodies {
					if !json.Valid([]byte(body)) {
						t.Fatalf("%s: not JSON: %.200s", file, body)
					}
				}
				last := bodies[len(bodies)-1]
				var blocks []gjson.Result
				if sample.api == trajectory.APIResponses {
					blocks = gjson.Get(last, "input").Array()
				} else {
					role := ""
					for _, m := range gjson.Get(last, "messages").Array() {
						if m.Get("role").Str == role {
							t.Errorf("%s: two messages of the %s in a row", file, role)
						}
						role = m.Get("role").Str
						blocks = append(blocks, m.Get("content").Array()...)
					}
				}
				for _, block := range blocks {
					raw := block.Raw
					for _, added := range []string{`"id":"msg_1",`, `"status":"completed",`, `"annotations":[],`} { // see dialect.RecordedItems
						raw = strings.Replace(raw, added, "", 1)
					}
					switch kind := block.Get("type").Str; {
					case logged[canonical(t, block.Raw)] || logged[canonical(t, raw)]:
						same++
					case strings.Contains(block.Raw, "no result was recorded"), strings.Contains(block.Raw, "[image]"), strings.Contains(block.Raw, "Summarize the conversation so far"):
					default:
						others[kind]++
						if kind != "text" && kind != "message" { // made up, or logged as a string
							example = append(example, block.Raw[:min(len(block.Raw), 300)])
						}
					}
				}
			}
			t.Logf("%s: %d blocks as logged, others %v", filepath.Base(file), same, others)
			if len(example) > 0 || same == 0 {
				slices.Sort(example)
				t.Errorf("%s: not in the log: %q", file, example[:min(len(example), 3)])
			}
		}
	}
}
