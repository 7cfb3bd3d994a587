package endpoint_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// transcript is an answer of a real server; see ../../shared/sse/apis/README.md.
type transcript struct {
	name   string
	api    endpoint.API
	status int
	header string
	body   string
}

// transcripts returns those of all servers and APIs; none where they are not at hand.
func transcripts(t *testing.T) (all []transcript) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "sse", "apis", "*.txt"))
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if strings.Contains(name, "count-tokens") || strings.Contains(name, "rawchunks") {
			continue // no answer; framed by chunks, which net/http reads
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		header, body, _ := strings.Cut(string(text), "\r\n\r\n")
		tr := transcript{name: name, header: header, body: body, api: endpoint.APIChat}
		for _, a := range []endpoint.API{endpoint.APIMessages, endpoint.APIResponses} {
			if strings.Contains(name, "-"+string(a)+"-") {
				tr.api = a
			}
		}
		if tr.status, err = strconv.Atoi(strings.Fields(header)[1]); err != nil {
			t.Fatal(name, err)
		}
		all = append(all, tr)
	}
	if len(all) == 0 {
		t.Skip("no transcripts beside the repository")
	}
	return all
}

// told is what an answer says, read with encoding/json.
type told struct {
	Outcome endpoint.Outcome
	Text    string // with names and arguments of calls
	Prompt  int
	Cached  int // -1 if it is not stated
	Output  int
	Finish  string
}

// fields is a JSON object.
type fields map[string]any

func (f fields) in(names ...string) fields {
	for _, name := range names {
		inner, _ := f[name].(map[string]any)
		f = inner
	}
	return f
}

func (f fields) text(name string) string { s, _ := f[name].(string); return s }

func (f fields) number(name string) (int, bool) { n, ok := f[name].(float64); return int(n), ok }

func (f fields) each(name string) (all []fields) {
	list, _ := f[name].([]any)
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// messageInput adds the three parts that one usage of the Messages API says the prompt has.
func (w *told) messageInput(u fields) {
	sum, any := 0, false
	for _, name := range []string{"input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"} {
		n, ok := u.number(name)
		sum, any = sum+n, any || ok
	}
	if any && sum > 0 {
		w.Prompt, w.Cached = sum, -1
		if n, ok := u.number("cache_read_input_tokens"); ok {
			w.Cached = n
		}
	}
}

// openAIInput takes counts by OpenAI's names, of which the chat's differ.
func (w *told) openAIInput(u fields, input, output string) {
	if n, ok := u.number(input); ok {
		w.Prompt, w.Cached = n, -1
		if n, ok := u.in(input + "_details").number("cached_tokens"); ok {
			w.Cached = n
		}
	}
	if n, ok := u.number(output); ok {
		w.Output = n
	}
}

// event takes in one event of a stream.
func (w *told) event(api endpoint.API, e fields) {
	kind := e.text("type")
	switch api {
	case endpoint.APIChat:
		if e["error"] != nil {
			w.Outcome = endpoint.OutcomeErrorEvent
		}
		for _, c := range e.each("choices") {
			delta := c.in("delta")
			said := delta.text("reasoning_content")
			if said == "" {
				said = delta.text("reasoning")
			}
			w.Text += said + delta.text("content")
			for _, call := range delta.each("tool_calls") {
				if name := call.in("function").text("name"); name != "" {
					w.Text += name
				}
				w.Text += call.in("function").text("arguments")
			}
			if f := c.text("finish_reason"); f != "" {
				w.Finish, w.Outcome = f, endpoint.OutcomeOK
			}
		}
		w.openAIInput(e.in("usage"), "prompt_tokens", "completion_tokens")
	case endpoint.APIMessages:
		switch kind {
		case "message_start":
			w.messageInput(e.in("message", "usage"))
		case "content_block_start":
			if block := e.in("content_block"); block.text("type") == "tool_use" {
				w.Text += block.text("name")
			}
		case "content_block_delta":
			d := e.in("delta")
			w.Text += d.text("text") + d.text("thinking") + d.text("partial_json")
		case "message_delta":
			w.Finish = e.in("delta").text("stop_reason")
			if n, ok := e.in("usage").number("output_tokens"); ok {
				w.Output = n
			}
		case "message_stop":
			w.Outcome = endpoint.OutcomeOK
		case "error":
			w.Outcome = endpoint.OutcomeErrorEvent
		}
		w.messageInput(e.in("usage"))
		if n, ok := e.in("usage").number("output_tokens"); ok {
			w.Output = n
		}
	case endpoint.APIResponses:
		switch kind {
		case "response.output_item.added":
			if item := e.in("item"); item.text("type") == "function_call" {
				w.Text += item.text("name")
			}
		case "response.output_text.delta", "response.reasoning_text.delta", "response.function_call_arguments.delta":
			w.Text += e.text("delta")
		case "response.completed", "response.incomplete":
			r := e.in("response")
			w.Outcome, w.Finish = endpoint.OutcomeOK, r.text("status")
			if reason := r.in("incomplete_details").text("reason"); reason != "" {
				w.Finish = reason
			}
			w.openAIInput(r.in("usage"), "input_tokens", "output_tokens")
		case "response.failed":
			w.Outcome = endpoint.OutcomeErrorEvent
		}
	}
}

// want reads a transcript with no code of the package.
func (tr transcript) want(t *testing.T) told {
	w := told{Outcome: endpoint.OutcomeTruncated, Cached: -1}
	streams := strings.Contains(tr.header, "event-stream")
	switch {
	case tr.status != 200 && (strings.Contains(tr.name, "overlong") || strings.Contains(tr.name, "over-context")):
		w.Outcome = endpoint.OutcomeContext
	case tr.status != 200:
		w.Outcome = endpoint.OutcomeStatus
	case !streams:
		w.Outcome = endpoint.OutcomeMalformed
	}
	if !streams {
		return w
	}
	for line := range strings.Lines(tr.body) {
		var e fields
		if data, ok := strings.CutPrefix(line, "data:"); ok && strings.TrimSpace(data) != "[DONE]" && json.Unmarshal([]byte(data), &e) == nil {
			w.event(tr.api, e)
		}
	}
	if w.Outcome == endpoint.OutcomeOK && w.Text == "" {
		w.Outcome = endpoint.OutcomeEmpty
	}
	return w
}

// got reads a transcript as an answer.
func (tr transcript) got(t *testing.T) (g told, timing metrics.Timing, r endpoint.Answer) {
	_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for line := range strings.SplitSeq(tr.header, "\r\n") {
			if kind, ok := strings.CutPrefix(strings.ToLower(line), "content-type: "); ok {
				w.Header().Set("Content-Type", kind)
			}
		}
		w.WriteHeader(tr.status)
		for line := range strings.Lines(tr.body) { // events split over writes
			io.WriteString(w, line)
			http.NewResponseController(w).Flush()
		}
	}), endpoint.Config{API: tr.api})
	var c metrics.Clock
	a, err := conn.Answer(t.Context(), "", body(1, ""), &c)
	timing = c.Timing()
	g = told{Outcome: outcome(err), Text: a.Text, Prompt: timing.Usage.Prompt, Cached: -1, Output: timing.Usage.Completion, Finish: a.FinishReason}
	if n, ok := timing.Usage.CachedTokens(); ok {
		g.Cached = n
	}
	return g, timing, a
}

// Answers of real servers decode to what they say, in each API.
func TestRecordedAnswers(t *testing.T) {
	seen := map[endpoint.API]int{}
	for _, tr := range transcripts(t) {
		t.Run(tr.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				want := tr.want(t)
				got, timing, _ := tr.got(t)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
				if want.Outcome == endpoint.OutcomeOK {
					seen[tr.api]++
					if timing.Usage.Completion > 0 && timing.TokenSource != metrics.SourceUsage {
						t.Errorf("%d of %d tokens are believed, by %s", timing.Tokens, timing.Usage.Completion, timing.TokenSource)
					}
				}
				// Without its text, which takes the fast way.
				var c metrics.Clock
				if tr.status == 200 && strings.Contains(tr.header, "event-stream") {
					if _, err := endpoint.Decode(tr.api, strings.NewReader(tr.body), &c); outcome(err) != want.Outcome {
						t.Errorf("decoded as %v", err)
					}
					if fast := c.Timing(); fast.Bytes != timing.Bytes || fast.Events != timing.Events || fast.Usage != timing.Usage || fast.Tokens != timing.Tokens {
						t.Errorf("decoded as %+v,\nwith its text as %+v", fast, timing)
					}
				}
			})
		})
	}
	t.Logf("answers that ended well: %v", seen)
}

// What a server counts is the same whether it streams or not.
func TestRecordedTwins(t *testing.T) {
	all := map[string]transcript{}
	for _, tr := range transcripts(t) {
		all[tr.name] = tr
	}
	twins := 0
	for name, tr := range all {
		stem, ok := strings.CutSuffix(name, "nostream")
		if !ok || tr.api == endpoint.APIChat {
			continue
		}
		for _, other := range []string{stem + "text", stem + "2", strings.TrimSuffix(stem, "-")} {
			twin, ok := all[other]
			if !ok || !strings.Contains(twin.header, "event-stream") {
				continue
			}
			var whole fields
			if err := json.NewDecoder(bytes.NewBufferString(tr.body)).Decode(&whole); err != nil {
				t.Fatal(name, err)
			}
			var want told
			if tr.api == endpoint.APIMessages {
				want.messageInput(whole.in("usage"))
			} else {
				want.openAIInput(whole.in("usage"), "input_tokens", "output_tokens")
			}
			synctest.Test(t, func(t *testing.T) {
				if got, _, _ := twin.got(t); got.Prompt != want.Prompt {
					t.Errorf("%s: a prompt of %d tokens, and of %d in %s", other, got.Prompt, want.Prompt, name)
				}
			})
			twins++
		}
	}
	t.Logf("%d pairs", twins)
}
