package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shapes returns the sessions of a workload, each with the contexts of its turns.
func shapes(t *testing.T, name, text string) (all []string) {
	t.Helper()
	w := openFiles(t, files(name, text), name)
	checkWorkloadInvariants(t, w)
	for thread := range w.Threads() {
		var turns []string
		for _, turn := range thread.Turns {
			turns = append(turns, roles(turn.History))
		}
		all = append(all, thread.ID+": "+strings.Join(turns, ", "))
	}
	return all
}

func codexItem(second int, payload string) string {
	return fmt.Sprintf(`{"timestamp":"2026-03-01T10:00:%02d.000Z","type":"response_item","payload":%s}`, second, payload)
}

// Recordings as tools leave them, in ways that the fixtures are not.
func TestOddRecordings(t *testing.T) {
	say := `{"type":"message","role":"user","content":[{"type":"input_text","text":"go"}]}`
	answer := `{"type":"message","role":"assistant","content":[{"type":"output_text","text":"ok"}]}`
	call := func(id string) string {
		return fmt.Sprintf(`{"type":"function_call","name":"f","arguments":"{}","call_id":%q}`, id)
	}
	output := func(id string) string {
		return fmt.Sprintf(`{"type":"function_call_output","call_id":%q,"output":"x"}`, id)
	}
	meta := func(fields string) string {
		return `{"timestamp":"2026-03-01T10:00:00.000Z","type":"session_meta","payload":{` + fields + `}}`
	}
	usage := func(total int) string {
		return fmt.Sprintf(`{"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"total_tokens":%d},"last_token_usage":{"input_tokens":1,"output_tokens":3}}}}`, total)
	}
	atif := func(results string) string {
		return `{"schema_version":"ATIF-v1.5","session_id":"s","steps":[{"source":"user","message":"u"},{"source":"agent","message":"a","tool_calls":[{"tool_call_id":"1","function_name":"f","arguments":{}},{"tool_call_id":"2","function_name":"f","arguments":{}}],"observation":{"results":` + results + `}},{"source":"agent","message":"b"}]}`
	}
	har := func(entries ...string) string {
		return `{"log":{"entries":[` + strings.Join(entries, ",") + `]}}`
	}
	entry := func(second, millis int, url, body string) string {
		return fmt.Sprintf(`{"startedDateTime":"2026-03-01T10:00:%02d.000Z","time":%d,"request":{"url":%q,"postData":{"text":%q}},"response":{"status":200,"content":{"text":"{\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}"}}}`, second, millis, url, body)
	}
	const chatURL = "https://h/v1/chat/completions"
	messages := func(list ...string) string {
		for i, m := range list {
			role := map[byte]string{'u': "user", 'a': "assistant", 's': "system"}[m[0]]
			list[i] = fmt.Sprintf(`{"role":%q,"content":%q}`, role, m[1:])
		}
		return `{"messages":[` + strings.Join(list, ",") + `]}`
	}
	span := func(trace, conversation string, from, to int, texts ...string) string {
		var list []string
		for _, m := range texts {
			role := map[byte]string{'u': "user", 'a': "assistant"}[m[0]]
			list = append(list, fmt.Sprintf(`{"role":%q,"parts":[{"type":"text","content":%q}]}`, role, m[1:]))
		}
		return fmt.Sprintf(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":%q,"name":"chat m","startTimeUnixNano":"%d000000000","endTimeUnixNano":"%d000000000","attributes":[{"key":"gen_ai.conversation.id","value":{"stringValue":%q}},{"key":"gen_ai.input.messages","value":{"stringValue":%q}}]}]}]}]}`,
			trace, from, to, conversation, "["+strings.Join(list, ",")+"]")
	}
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"codex: own items follow copied ones", lf(meta(`"id":"c","subagent_history_start_ordinal":2`), codexItem(1, `{"type":"reasoning","summary":[]}`), codexItem(2, answer), codexItem(3, say), codexItem(4, answer)),
			[]string{"c: a, a a u"}},
		{"codex: the parent's meta is copied too", lf(meta(`"id":"child"`), meta(`"id":"parent"`), codexItem(1, say), codexItem(2, answer)),
			[]string{"child: u"}},
		{"codex: a call without output", lf(meta(`"id":"c"`), codexItem(1, say), codexItem(2, call("1")), codexItem(3, say), codexItem(4, answer)),
			[]string{"c: u, u a t u"}},
		{"codex: output twice, and of nothing", lf(meta(`"id":"c"`), codexItem(1, call("1")), codexItem(2, output("1")), codexItem(3, output("1")), codexItem(3, output("9")), codexItem(4, answer)),
			[]string{"c: u, u a t"}},
		{"codex: two rounds with usage each", lf(meta(`"id":"c"`), codexItem(1, say), codexItem(2, answer), usage(4), codexItem(3, call("1")), usage(8)),
			[]string{"c: u, u a"}},
		{"atif: results without calls", atif(`[{"source_call_id":null,"content":"x"},{"source_call_id":null,"content":"y"}]`), []string{"s: u, u a u u"}},
		{"atif: one result without a call", atif(`[{"content":"x"},{"source_call_id":"1","content":"y"}]`), []string{"s: u, u a t t u"}},
		{"atif: no results", atif(`[]`), []string{"s: u, u a t t"}},
		{"atif: two results of a call", atif(`[{"source_call_id":"1","content":"x"},{"source_call_id":"1","content":"y"},{"source_call_id":"2","content":"z"}]`), []string{"s: u, u a t t u"}},
		{"har: twins", har(entry(1, 3000, chatURL, messages("uhi")), entry(2, 3000, chatURL, messages("uhi")), entry(10, 10, chatURL, messages("uhi", "ax", "uy")), entry(11, 10, chatURL, messages("uhi", "az", "uw"))),
			[]string{"a#0: u, u a u", "a#1: u, u a u"}},
		{"har: other people's messages", har(entry(1, 5, "https://slack.example/api/messages", "text=hi"), entry(2, 5, chatURL, messages("uhi"))),
			[]string{"a#1: u"}},
		{"har: marks and reminders that move", har(
			entry(1, 5, chatURL, `{"messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}]}`),
			entry(5, 5, chatURL, `{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]},{"role":"assistant","content":"x"},{"role":"user","content":"y\n<system-reminder>now</system-reminder>\n"}]}`),
			entry(9, 5, chatURL, `{"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]},{"role":"assistant","content":"x"},{"role":"user","content":"y\n"},{"role":"assistant","content":"z"},{"role":"user","content":"w"}]}`)),
			[]string{"a#0: u, u a u, u a u a u"}},
		{"otlp: two conversations that begin alike", lf(span("t", "c1", 1, 2, "usolve"), span("t", "c2", 10, 11, "usolve")), []string{"c1: u", "c2: u"}},
		{"otlp: a conversation is compacted", lf(span("t", "c", 1, 2, "ua"), span("t", "c", 3, 4, "ua", "ab", "uc"), span("t", "c", 5, 6, "usummary"), span("t", "c", 7, 8, "usummary", "ad", "ue")), []string{"c: u, u a u, u, u a u"}},
		{"otlp: calls side by side", lf(span("t", "c", 1, 9, "ua"), span("t", "c", 2, 3, "ub"), span("t", "c", 4, 5, "ub", "ax", "uc")), []string{"c: u", "c/2: u, u a u"}},
		{"chat: a list", `[{"id":"x","messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}]`, []string{"x: u"}},
		{"chat: tools in a string", `{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"tools":"[{\"type\":\"function\"}]"}`, []string{"a:1: u"}},
		{"mini: how it ended", `{"info":{},"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"},{"role":"exit","content":"done"}]}`, []string{"a: u"}},
		{"a long key in front", `{"id":"x","instance":"` + strings.Repeat("x", 80_000) + `","messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}`, []string{"x: u"}},
		{"swe-agent: history in front", `{"history":[{"role":"user","content":"` + strings.Repeat("x", 80_000) + `"},{"role":"assistant","content":"a"}],"trajectory":[{"response":"a"}],"info":{}}`, []string{"a: u"}},
		{"weka: a subagent without requests", `{"id":"w","block_size":4,"requests":[{"t":0,"type":"n","in":4,"out":1,"hash_ids":[1]},{"t":5,"type":"subagent","status":"async_launched"},{"t":9,"type":"n","in":8,"out":1,"hash_ids":[1,2]}]}`, []string{"w: u1*4, u1*4 a u1*4"}},
		{"weka: a request with nothing of the one before", `{"id":"w","block_size":4,"tool_tokens":4,"requests":[{"t":0,"type":"n","in":8,"out":1,"hash_ids":[1,2]},{"t":9,"type":"n","in":12,"out":1,"hash_ids":[5,6,7]}]}`, []string{"w: s1*4 u1*4, s1*4 u2*8"}},
		{"weka: an ID with escapes", `{"id":"a\/b","block_size":4,"requests":[{"t":0,"type":"n","in":4,"out":1,"hash_ids":[1]}]}`, []string{"a/b: u1*4"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := "a.jsonl"
			if !strings.HasSuffix(tt.text, "\n") {
				name = "a.json"
			}
			if diff := cmp.Diff(tt.want, shapes(t, name, tt.text)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Text where servers parse JSON is wrapped.
func TestArgumentsAreJSON(t *testing.T) {
	text := lf(codexItem(1, `{"type":"custom_tool_call","name":"patch","input":"*** Begin \"x\"","call_id":"1"}`),
		codexItem(2, `{"type":"custom_tool_call_output","call_id":"1","output":"ok"}`), codexItem(3, `{"type":"message","role":"assistant","content":"done"}`))
	w := openFiles(t, files("a.jsonl", text), "a.jsonl")
	if got, want := messages(w.Trajectories[0].Turns[1].History)[1], `"arguments":"{\"input\":\"*** Begin \\\"x\\\"\"}"`; !strings.Contains(got, want) {
		t.Errorf("message is %s, expected %s in it", got, want)
	}
}

// What would be refused on the way back is refused on the way in.
func TestBadTools(t *testing.T) {
	for name, text := range map[string]string{
		"chat":   `{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}],"tools":["x"]}`,
		"aiperf": `{"session_id":"s","messages":[{"role":"user","content":"u"}],"tools":["x"]}`,
		"atif":   `{"schema_version":"ATIF-v1.5","agent":{"tool_definitions":["x"]},"steps":[{"source":"user","message":"u"},{"source":"agent","message":"a"}]}`,
	} {
		if _, err := OpenFS(files("a.json", text), "a.json"); err == nil || !strings.Contains(err.Error(), "[0]: a string, expected an object") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Names that many sessions have in common are told apart in no time.
func TestManyNames(t *testing.T) {
	const n = 20_000
	line := `{"id":"会一丁","messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}` + "\n"
	w := openFiles(t, files("a.jsonl", strings.Repeat(line, n)), "a.jsonl")
	if len(w.Trajectories) != n || w.Trajectories[n-1].ID != fmt.Sprintf("会一丁#%d", n) {
		t.Errorf("%d sessions, the last called %s", len(w.Trajectories), w.Trajectories[n-1].ID)
	}
	names := traceNames(threads(w))
	if names[0] != "traces/___.jsonl" || names[1] != "traces/____2.jsonl" {
		t.Errorf("files %q", names[:2])
	}
}
