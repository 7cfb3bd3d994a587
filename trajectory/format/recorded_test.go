package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/trajectory"
)

// recordings lists what the messages of a history were recorded as.
func recordings(h *trajectory.History) (all []string) {
	for m := range h.All() {
		if r, ok := m.Recorded(); ok {
			all = append(all, m.Role()+" "+string(r.API)+" "+string(r.JSON))
		}
	}
	return all
}

// Each reader keeps the blocks that chat completions have no place for, and the order
// that they came in.
func TestRecordedBlocks(t *testing.T) {
	const (
		think     = `{"type":"thinking","thinking":"hm","signature":"sig"}`
		say       = `{"type":"text","text":"I look."}`
		use       = `{"type":"tool_use","id":"A","name":"f","input":{"p":"."}}`
		again     = `{"type":"text","text":"And again."}`
		failed    = `{"type":"tool_result","tool_use_id":"A","content":"of A","is_error":true}`
		reason    = `{"type":"reasoning","summary":[],"encrypted_content":"xyz"}`
		developer = `{"type":"message","role":"developer","content":[{"type":"input_text","text":"d"}]}`
		asked     = `{"type":"message","role":"user","content":[{"type":"input_text","text":"q"},{"type":"input_text","text":"r"}]}`
		custom    = `{"type":"custom_tool_call","name":"f","input":"x y","call_id":"1"}`
		returned  = `{"type":"custom_tool_call_output","call_id":"1","output":"x"}`
		called    = `{"type":"function_call","name":"f","arguments":"{}","call_id":"1"}`
	)
	record := func(i int, kind, fields, content string) string {
		return fmt.Sprintf(`{"uuid":"%d","sessionId":"s","type":%q,"timestamp":"2026-02-01T10:00:%02dZ","message":{%s"content":[%s]}}`, i, kind, i, fields, content)
	}
	claude := func(first, second string) string {
		return lf(record(1, "user", "", `{"type":"text","text":"p"}`), record(2, "assistant", `"id":"m1",`, first), record(3, "assistant", `"id":"m1",`, second),
			record(4, "assistant", `"id":"m1",`, use), record(5, "user", "", failed), record(6, "assistant", `"id":"m2",`, say))
	}
	anthropic := `{"log":{"entries":[{"startedDateTime":"2026-05-01T10:00:00.000Z","time":1,"request":{"url":"https://h/v1/messages","postData":{"text":` + quoted(
		`{"system":[{"type":"text","text":"S","cache_control":{"type":"ephemeral"}}],"tools":[{"name":"f","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"p"},{"role":"assistant","content":[`+think+","+say+","+use+`]},{"role":"user","content":[`+
			strings.Replace(failed, "}", `,"cache_control":{"type":"ephemeral"}}`, 1)+`]}]}`) + `}},"response":{"status":200}}]}}`
	codex := lf(codexItem(1, `{"type":"message","role":"user","content":"q"}`), codexItem(2, reason), codexItem(3, called), codexItem(4, `{"type":"function_call_output","call_id":"1","output":"x"}`), codexItem(5, `{"type":"message","role":"assistant","content":"a"}`))
	answer, result := "assistant messages [", "tool messages ["+failed+"]"
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"Claude Code", claude(think, say), []string{answer + think + "," + say + "," + use + "]", result}},
		{"Claude Code, thinking in between", claude(say, think), []string{answer + say + "," + think + "," + use + "]", result}},
		{"Claude Code, without thinking", claude(say, again), []string{answer + say + "," + again + "," + use + "]", result}},
		{"Claude Code, calls alone", claude(strings.ReplaceAll(use, "A", "B"), strings.ReplaceAll(use, "A", "C")), []string{result}},
		{"HAR", anthropic, []string{`system messages [{"type":"text","text":"S","cache_control":{"type":"ephemeral"}}]`, answer + think + "," + say + "," + use + "]", result}},
		{"Codex", codex, []string{"assistant responses [" + reason + "," + called + "]"}},
		{"Codex, other items", lf(codexItem(1, developer), codexItem(2, asked), codexItem(3, custom), codexItem(4, returned), codexItem(5, `{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}`)),
			[]string{"system responses [" + developer + "]", "user responses [" + asked + "]", "assistant responses [" + custom + "]", "tool responses [" + returned + "]"}},
	} {
		w := openFiles(t, files("a.jsonl", tt.text), "a.jsonl")
		turns := w.Trajectories[0].Turns
		if diff := cmp.Diff(tt.want, recordings(turns[len(turns)-1].History)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		checkWorkloadInvariants(t, w)
	}
	w := openFiles(t, files("a.har", anthropic), "a.har")
	if diff := cmp.Diff([]int{-1, 0, 3}, w.Trajectories[0].Turns[0].CacheMarks); diff != "" {
		t.Errorf("cache marks (-want +got)\n%s", diff)
	}
	// Secrets are taken out of what only the recording has.
	key := "ghp_" + strings.Repeat("a1B2", 9)
	w, err := Options{Redact: RedactSecrets()}.OpenFS(files("a.jsonl", claude(strings.Replace(think, "hm", key, 1), say)), "a.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recordings(w.Trajectories[0].Turns[1].History) {
		if strings.Contains(r, key) {
			t.Errorf("a key is kept: %s", r)
		}
	}
}
