package format

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Two numbers that cannot both be right, in each format that records two: a finding with
// both of them, and none where they agree. The kind: recorded counts that contradict the
// text, the cache or a total.
func TestConflicts(t *testing.T) {
	long := strings.Repeat("word ", 20_000) // 100,000 bytes
	codex := func(in, cached, out, reasoning, total int) string {
		return lf(codexItem(0, `{"type":"message","role":"user","content":"q"}`), codexItem(2, `{"type":"message","role":"assistant","content":"a"}`),
			fmt.Sprintf(`{"type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"total_tokens":9},"last_token_usage":{"input_tokens":%d,"cached_input_tokens":%d,"output_tokens":%d,"reasoning_output_tokens":%d,"total_tokens":%d}}}}`, in, cached, out, reasoning, total))
	}
	atif := func(metrics, final, text string) string {
		return fmt.Sprintf(`{"schema_version":"ATIF-v1.5","session_id":"s","steps":[{"source":"user","message":%q},{"source":"agent","message":"a","metrics":%s}],"final_metrics":%s}`, text, metrics, final)
	}
	mini := func(usage string) string {
		return `{"trajectory_format":"mini-swe-agent-1","info":{},"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a","extra":{"response":{"usage":` + usage + `}}}]}`
	}
	weka := func(in int, totals string) string {
		return fmt.Sprintf(`{"id":"w","block_size":64,"requests":[{"t":0,"type":"n","in":%d,"out":5,"hash_ids":[1,2]}],"totals":%s}`, in, totals)
	}
	har := func(text, usage string) string {
		return fmt.Sprintf(`{"log":{"entries":[{"startedDateTime":"2026-03-01T10:00:00.000Z","time":5,"request":{"url":"https://h/v1/chat/completions","postData":{"text":%q}},"response":{"status":200,"content":{"text":%q}}}]}}`,
			`{"messages":[{"role":"user","content":"`+text+`"}]}`, `{"usage":`+usage+`}`)
	}
	claude := func(text, usage string) string {
		return lf(`{"uuid":"u","sessionId":"s","type":"user","timestamp":"2026-02-01T10:00:00Z","message":{"content":"`+text+`"}}`,
			`{"uuid":"v","sessionId":"s","type":"assistant","timestamp":"2026-02-01T10:00:01Z","message":{"id":"m","content":"x","stop_reason":"end_turn","usage":`+usage+`}}`)
	}
	row := func(text string, prompt int) string {
		return rowJSON("r", 0, map[string]any{"recorded_prompt_tokens": prompt, "messages": []any{map[string]any{"role": "user", "content": text}}})
	}
	for _, tt := range []struct{ name, text, want string }{
		{"codex agrees", codex(50, 40, 9, 5, 59), ""},
		{"codex: cache", codex(50, 60, 9, 5, 59), "cache-against-input: 60 cached tokens of 50 input tokens, of which they are part"},
		{"codex: reasoning", codex(50, 40, 9, 11, 59), "reasoning-against-output: 11 reasoning tokens of 9 output tokens, of which they are part"},
		{"codex: reasoning apart", codex(50, 40, 9, 11, 70), ""},
		{"codex: total", codex(50, 40, 9, 5, 80), "total-against-parts: a total of 80 tokens, and 59 in and out"},
		{"atif agrees", atif(`{"prompt_tokens":50,"cached_tokens":50,"completion_tokens":3}`, `{"total_prompt_tokens":90}`, "hi"), ""},
		{"atif: cache", atif(`{"prompt_tokens":50,"cached_tokens":51}`, `{}`, "hi"), "cache-against-input: 51 cached tokens of 50 input tokens, of which they are part"},
		{"atif: total", atif(`{"prompt_tokens":50}`, `{"total_prompt_tokens":40}`, "hi"), "total-against-parts: total_prompt_tokens of 40, and calls of 50"},
		{"atif: little text", atif(`{"prompt_tokens":5000}`, `{}`, "hi"), "usage-against-text: a prompt of 5000 tokens, and 30 bytes of text"},
		{"atif: much text", atif(`{"prompt_tokens":50}`, `{}`, long), "usage-against-text: a prompt of 50 tokens, and 100028 bytes of text"},
		{"mini: cache", mini(`{"prompt_tokens":50,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":70}}`), "cache-against-input: 70 cached tokens of 50 input tokens, of which they are part"},
		{"weka agrees", weka(140, `{"parent_tokens":{"input":140,"output":5}}`), ""},
		{"weka without a total", weka(140, `{"parent_tokens":550}`), ""},
		{"weka: total", weka(140, `{"combined_tokens":{"input":150,"output":5}}`), "total-against-parts: totals.combined_tokens.input of 150, and requests of 140"},
		{"weka: blocks", weka(300, `{}`), "blocks-against-input: requests[0]: 300 input tokens, and 2 blocks of 64"},
		{"har agrees", har(long, `{"prompt_tokens":22000,"completion_tokens":5,"total_tokens":22005}`), ""},
		{"har: total", har("hi", `{"prompt_tokens":20,"completion_tokens":5,"total_tokens":35}`), "total-against-parts: a total of 35 tokens, and 25 in and out"},
		{"har: much text", har(long, `{"prompt_tokens":20,"completion_tokens":5}`), "usage-against-text: a prompt of 20 tokens, and 100028 bytes of text"},
		{"har: a picture", har(`x;base64,`+long, `{"prompt_tokens":20,"completion_tokens":5}`), ""},
		{"claude: much text", claude(long, `{"input_tokens":5,"output_tokens":5}`), "usage-against-text: a prompt of 5 tokens, and 100028 bytes of text"},
		{"claude: cache", claude("hi", `{"input_tokens":5,"output_tokens":5,"cache_creation_input_tokens":7,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":4}}`), "total-against-parts: 7 tokens written to the cache, and parts of 8"},
		{"otlp agrees", otlpLine(otlpCounts("gen_ai.usage.cache_read.input_tokens", 40, "gen_ai.usage.total_tokens", 59)), ""},
		{"otlp: total", otlpLine(otlpCounts("gen_ai.usage.total_tokens", 80)), "total-against-parts: a total of 80 tokens, and 59 in and out"},
		{"otlp: reasoning", otlpLine(otlpCounts("gen_ai.usage.reasoning.output_tokens", 11)), "reasoning-against-output: 11 reasoning tokens of 9 output tokens, of which they are part"},
		{"rows: much text", row(long, 50), "usage-against-text: a prompt of 50 tokens, and 100028 bytes of text"},
		{"rows: little text", row("hi", 9000), "usage-against-text: a prompt of 9000 tokens, and 30 bytes of text"},
		{"rows agree", row("hi", 900), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := "a.jsonl"
			if strings.Count(tt.text, "\n") == 0 {
				name = "a.json"
			}
			var got []string
			for _, f := range openFiles(t, files(name, tt.text), name).Findings {
				if f.Rule != "prefix" {
					got = append(got, f.Rule+": "+f.Text)
				}
			}
			var want []string
			if tt.want != "" {
				want = []string{tt.want + ": they cannot both be right"}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	// One finding stands for those like it.
	w := openFiles(t, files("a.jsonl", lf(row(long, 50), strings.Replace(row(long, 60), `"conversation_idx":0`, `"conversation_idx":1`, 1))), "a.jsonl")
	if len(w.Findings) != 1 || !strings.HasSuffix(w.Findings[0].Text, "right (and 1 more like it)") {
		t.Errorf("findings %v", w.Findings)
	}
}

// otlpCounts are the attributes of a call of 50 tokens in and 9 out, and others.
func otlpCounts(more ...any) map[string]any {
	all := map[string]any{"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 50, "gen_ai.usage.output_tokens": 9, "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "p"}
	for i := 0; i < len(more); i += 2 {
		all[more[i].(string)] = more[i+1]
	}
	return all
}

// The text of an answer, too, tells how many tokens it cannot have.
func TestAnswerConflict(t *testing.T) {
	body := func(messages ...string) string { return `{"messages":[` + strings.Join(messages, ",") + `]}` }
	u, a := `{"role":"user","content":"hi"}`, `{"role":"assistant","content":"`+strings.Repeat("word ", 1000)+`"}`
	entry := func(second int, body string) string {
		return fmt.Sprintf(`{"startedDateTime":"2026-03-01T10:00:%02d.000Z","time":5,"request":{"url":"https://h/v1/chat/completions","postData":{"text":%q}},"response":{"status":200,"content":{"text":"{\"usage\":{\"prompt_tokens\":900,\"completion_tokens\":3}}"}}}`, second, body)
	}
	w := openFiles(t, files("a.har", `{"log":{"entries":[`+entry(1, body(u))+","+entry(9, body(u, a, u))+`]}}`), "a.har")
	if len(w.Findings) != 1 || w.Findings[0].Rule != ruleOutputText || w.Findings[0].Text != "an answer of 3 tokens, and 5033 bytes of text: they cannot both be right" {
		t.Errorf("findings %v", w.Findings)
	}
}

// What HTTP archives do to bodies. The kind: one entry that cannot be read costs itself.
func TestReportedHAR(t *testing.T) {
	const body = `{"messages":[{"role":"user","content":"hi"}],"max_tokens":50}`
	entry := func(url, post, response string) string {
		return fmt.Sprintf(`{"startedDateTime":"2026-05-01T10:00:00.000Z","time":1000,"request":{"url":"https://h%s","postData":%s},"response":{"status":200,"content":{"text":%q}}}`, url, post, response)
	}
	const answer = `{"usage":{"prompt_tokens":100,"completion_tokens":7}}`
	plain := entry("/v1/chat/completions", fmt.Sprintf(`{"text":%q}`, body), answer)
	encoded := base64.StdEncoding.EncodeToString([]byte(body))
	har := func(entries ...string) string { return `{"log":{"entries":[` + strings.Join(entries, ",") + `]}}` }
	for _, tt := range []struct {
		name, text string
		calls      int
		findings   []string
	}{
		{"as reported", string(readFile(t, "testdata/reported/base64.har")), 1, nil},
		{"encoded, and no word of it", har(entry("/v1/chat/completions", fmt.Sprintf(`{"text":%q}`, encoded), answer)), 1, nil},
		{"too long", har(entry("/v1/chat/completions", `{"text":"text was too long"}`, answer), plain), 1, []string{"unreadable-body"}},
		{"none", har(plain, entry("/v1/chat/completions", `{"text":""}`, answer)), 1, []string{"unreadable-body"}},
		{"cut", har(plain, entry("/v1/chat/completions", fmt.Sprintf(`{"text":%q}`, body[:30]), answer)), 1, []string{"unreadable-body"}},
		{"encoded, and cut", har(plain, entry("/v1/chat/completions", fmt.Sprintf(`{"text":%q,"encoding":"base64"}`, encoded[:40]), answer)), 1, []string{"unreadable-body"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := openFiles(t, files("a.har", tt.text), "a.har")
			if got := calls(w); len(got) != tt.calls || !strings.HasSuffix(got[0], " 100>7 u") {
				t.Errorf("calls %q", got)
			}
			if diff := cmp.Diff(tt.findings, rules(w)); diff != "" {
				t.Errorf("findings (-want +got)\n%s", diff)
			}
		})
	}
	checkErrors(t, files("a.har", string(readFile(t, "testdata/reported/too-long.har"))), "a.har",
		"a.har: no model calls found; a.har: warning: log.entries[0].request.postData.text: not JSON")
}

// A stream of Anthropic's states counts at its beginning and at its end; what the end
// does not repeat still holds.
func TestAnthropicStream(t *testing.T) {
	stream := func(start, delta string) string {
		text := "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":" + start + "}}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":" + delta + "}\n\n"
		return fmt.Sprintf(`{"log":{"entries":[{"startedDateTime":"2026-05-01T10:00:00.000Z","time":1000,"request":{"url":"https://h/v1/messages","postData":{"text":%q}},"response":{"status":200,"content":{"text":%q}}}]}}`,
			`{"messages":[{"role":"user","content":"hi"}],"max_tokens":50}`, text)
	}
	for name, tt := range map[string]struct{ start, delta, want string }{
		"output alone":              {`{"input_tokens":5,"cache_read_input_tokens":700,"output_tokens":1}`, `{"output_tokens":30}`, "705>30"},
		"input without the cache":   {`{"input_tokens":5,"cache_read_input_tokens":700,"cache_creation_input_tokens":90,"output_tokens":1}`, `{"input_tokens":5,"output_tokens":30}`, "795>30"},
		"all counts again":          {`{"input_tokens":5,"cache_read_input_tokens":700,"output_tokens":1}`, `{"input_tokens":5,"cache_read_input_tokens":700,"output_tokens":30}`, "705>30"},
		"counts only at the end":    {`{"input_tokens":0,"output_tokens":0}`, `{"input_tokens":5,"cache_read_input_tokens":700,"output_tokens":30}`, "705>30"},
		"zeros at the end":          {`{"input_tokens":5,"cache_read_input_tokens":700,"output_tokens":1}`, `{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":30}`, "705>30"},
		"less at the end":           {`{"input_tokens":705,"output_tokens":1}`, `{"input_tokens":5,"output_tokens":30}`, "705>30"},
		"split at the end":          {`{"input_tokens":705,"output_tokens":1}`, `{"input_tokens":5,"cache_read_input_tokens":700,"output_tokens":30}`, "705>30"},
		"a better count at the end": {`{"input_tokens":4,"output_tokens":1}`, `{"input_tokens":705,"output_tokens":30}`, "705>30"},
	} {
		if got := calls(openFiles(t, files("a.har", stream(tt.start, tt.delta)), "a.har")); len(got) != 1 || got[0] != "a#0 "+tt.want+" u" {
			t.Errorf("%s: %q, expected %s", name, got, tt.want)
		}
	}
}
