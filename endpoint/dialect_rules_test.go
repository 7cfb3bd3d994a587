package endpoint_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// The rules of a measurement hold in each API: what is a first token, what is a stamp, what
// has a speed, and what is no answer.
func TestRulesInEachAPI(t *testing.T) {
	for _, d := range dialects {
		word := func(n int, each time.Duration) []sent { return says(n, each, d.word, `" word"`) }
		open := sent{200 * ms, d.open}
		whole := func(steps []sent) (text string) {
			for _, s := range steps {
				text += s.text
			}
			return text
		}
		for _, tt := range []struct {
			name   string
			steps  []sent
			want   endpoint.Outcome // empty for a good one
			events int
			ttft   time.Duration
			first  int // tokens
			speed  float64
			why    metrics.Unmeasurable
		}{
			{"paced", slices.Concat([]sent{open}, word(50, 10*ms), []sent{d.ends(d.limit, 10, 50)}), "", 50, 210 * ms, 1, 100, ""},
			{"reasoning is output", slices.Concat([]sent{open}, says(25, 10*ms, d.thought, `" hm"`), word(25, 10*ms), []sent{d.ends(d.limit, 10, 50)}), "", 50, 210 * ms, 1, 100, ""},
			{"arguments are output", slices.Concat([]sent{open, {0, strings.Replace(d.call, "%s", `"ls"`, 1)}}, says(50, 10*ms, d.argument, `"{\"a\""`), []sent{d.ends(d.stop, 10, 50)}), "", -50, 0, 0, 100, ""},
			{"a blank beginning is no first token", slices.Concat([]sent{open}, says(3, 10*ms, d.word, `"\n\u200b <think>"`), word(47, 10*ms), []sent{d.ends(d.limit, 10, 50)}), "", 47, 240 * ms, 1, 100, ""},
			{"empty deltas are tokens that may not show", slices.Concat([]sent{open}, word(25, 10*ms), says(5, 10*ms, d.word, `""`), word(20, 10*ms), []sent{d.ends(d.limit, 10, 50)}), "", 45, 210 * ms, 1, 100, ""},
			{"three of one write share a stamp", slices.Concat([]sent{open, {10 * ms, strings.Repeat(whole(word(1, 0)), 3)}}, word(47, 10*ms), []sent{d.ends(d.limit, 10, 50)}), "", 50, 210 * ms, 3, 100, ""},
			{"held back", []sent{{700 * ms, whole(slices.Concat([]sent{open}, word(50, 0), []sent{d.ends(d.limit, 10, 50)}))}}, "", 50, 700 * ms, 50, 0, metrics.AtOnce},
			{"held back, and let go in small steps", slices.Concat([]sent{{700 * ms, d.open}}, word(50, 14*time.Microsecond), []sent{d.ends(d.limit, 10, 50)}), "", 50, 700*ms + 14*time.Microsecond, -1, 0, metrics.Burst},
			{"more tokens than text can hold", slices.Concat([]sent{open}, word(50, 10*ms), []sent{d.ends(d.limit, 10, 5000)}), "", 50, 210 * ms, -1, 0, metrics.TokensDoNotFit},
			{"nothing but blank", slices.Concat([]sent{open}, says(3, 10*ms, d.word, `"\n"`), []sent{d.ends(d.stop, 10, 3)}), endpoint.OutcomeEmpty, 0, 0, 0, 0, metrics.NoOutput},
			{"nothing", []sent{open, d.ends(d.stop, 10, 3)}, endpoint.OutcomeEmpty, 0, 0, 0, 0, metrics.NoOutput},
			{"no end", slices.Concat([]sent{open}, word(5, 10*ms)), endpoint.OutcomeTruncated, 5, 210 * ms, 1, 0, ""},
		} {
			for _, form := range []string{"", " without types"} {
				steps := tt.steps
				if form != "" {
					steps = untyped(steps)
				}
				onBoth(t, string(d.api)+"/"+tt.name+form, func(t *testing.T, http2 bool) {
					handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { play(w, r, steps, "") })
					alikeIn(t, d.api, handler, body(50, ""), http2)
					_, conn := connect(t, handler, endpoint.Config{API: d.api, HTTP2: http2})
					var c metrics.Clock
					_, err := conn.Stream(t.Context(), "", body(50, ""), &c)
					want := tt.want
					if want == "" {
						want = endpoint.OutcomeOK
					}
					got := c.Timing()
					if outcome(err) != want {
						t.Fatalf("%v, want %s", err, want)
					}
					events, ttft, first := tt.events, tt.ttft, tt.first
					if events < 0 { // the name of the tool is output where it comes in a delta
						events, ttft, first = 50, 210*ms, 1
						if d.api == endpoint.APIChat {
							events, ttft = 51, 200*ms
						}
					}
					if took, _ := got.TTFT(); got.Events != events || took != ttft || first >= 0 && got.FirstEvents != first {
						t.Errorf("%d events, the first %d after %v; want %d, %d after %v", got.Events, got.FirstEvents, took, events, first, ttft)
					}
					if want != endpoint.OutcomeOK {
						return
					}
					speed, ok := got.OutputSpeed()
					if ok != (tt.speed > 0) || ok && (float64(speed) < 0.96*tt.speed || float64(speed) > 1.04*tt.speed) || got.Unmeasurable() != tt.why {
						t.Errorf("%v tokens/s (%q), want %v (%q)", speed, got.Unmeasurable(), tt.speed, tt.why)
					}
				})
			}
		}
	}
}

// How answers of the other APIs end, as servers end them and as they should not.
func TestEndsOfOtherAPIs(t *testing.T) {
	m, r := dialectOf(endpoint.APIMessages), dialectOf(endpoint.APIResponses)
	words := func(d dialect, last ...string) []sent {
		return slices.Concat([]sent{{200 * ms, d.open}}, says(10, 20*ms, d.word, `" word"`), []sent{{0, strings.Join(last, "")}})
	}
	count := func(format string) string { return strings.NewReplacer("%d", "10").Replace(format) }
	const long = 400 * ms
	for _, tt := range []struct {
		name    string
		d       dialect
		steps   []sent
		end     string
		want    endpoint.Outcome
		message string
		finish  string
		limited bool
		events  int
		tokens  int
		e2e     time.Duration
		waits   time.Duration
		undone  bool
	}{
		{"usual", m, words(m, count(m.stop), m.last), "", "", "", "end_turn", false, 10, 10, long, 0, false},
		{"limit", m, words(m, count(m.limit), m.last), "", "", "", "max_tokens", true, 10, 10, long, 0, false},
		{"[DONE] too", m, words(m, count(m.stop), m.last, doneEvent), "", "", "", "end_turn", false, 10, 10, long, 0, false},
		{"[DONE] instead", m, words(m, count(m.stop), doneEvent), "", "", "", "end_turn", false, 10, 10, long, 0, false},
		{"no message_stop", m, words(m, count(m.stop)), "", "", "", "end_turn", false, 10, 10, long, 0, true},
		{"no message_stop, left open", m, words(m, count(m.stop)), "left open", "", "", "end_turn", false, 10, 10, long, 5 * time.Second, true},
		{"left open", m, words(m, count(m.stop), m.last), "left open", "", "", "end_turn", false, 10, 10, long, 250 * ms, false},
		{"no message_delta", m, words(m, m.last), "", "", "", "message_stop", false, 10, 0, long, 0, false},
		{"a stop_reason of null", m, words(m, strings.Replace(count(m.stop), `"end_turn"`, "null", 1), m.last), "", "", "", "message_stop", false, 10, 10, long, 0, false},
		{"no end", m, words(m, typed("content_block_stop", `,"index":0`)), "", endpoint.OutcomeTruncated, "truncated", "", false, 10, 0, long, 0, true},
		{"[DONE] alone", m, words(m, doneEvent), "", endpoint.OutcomeTruncated, "[DONE] without a stop_reason", "", false, 10, 0, long, 0, false},
		{"output after the stop_reason", m, words(m, count(m.stop), strings.Replace(m.word, "%s", `"more"`, 1), m.last), "", "", "", "end_turn", false, 11, 10, long, 0, false},
		{"output after the only stop_reason", m, words(m, count(m.stop), strings.Replace(m.word, "%s", `"more"`, 1)), "", endpoint.OutcomeTruncated, `output went on after stop_reason "end_turn"`, "end_turn", false, 11, 10, long, 0, true},
		{"pings", m, slices.Concat([]sent{{100 * ms, typed("ping", "")}}, words(m, typed("ping", ""), count(m.stop), typed("ping", ""), m.last)), "", "", "", "end_turn", false, 10, 10, long + 100*ms, 0, false},
		{"pings do not prolong the wait", m, slices.Concat(words(m, count(m.stop)), slices.Repeat([]sent{{2 * time.Second, typed("ping", "")}}, 9)), "left open", "", "", "end_turn", false, 10, 10, long, 5 * time.Second, true},
		{"overloaded", m, words(m, typed("error", `,"error":{"type":"overloaded_error","message":"Overloaded"}`)), "", endpoint.OutcomeErrorEvent, "overloaded_error: Overloaded", "", false, 10, 0, long, 0, true},
		{"an error first", m, []sent{{100 * ms, typed("error", `,"error":{"type":"internal_error","message":"2 validation errors"}`)}}, "", endpoint.OutcomeErrorEvent, "internal_error: 2 validation errors", "", false, 0, 0, 100 * ms, 0, true},
		{"an error and [DONE]", m, []sent{{100 * ms, m.open + typed("error", `,"error":{"type":"api_error","message":"Internal server error"}`) + doneEvent}}, "", endpoint.OutcomeErrorEvent, "api_error", "", false, 0, 0, 100 * ms, 0, true},
		{"an untyped error", m, words(m, `data: {"error":{"message":"boom","code":500}}`+"\n\n"), "", endpoint.OutcomeErrorEvent, "boom", "", false, 10, 0, long, 0, true},
		{"too long, found out late", m, []sent{{100 * ms, m.open + typed("error", `,"error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}`)}}, "", endpoint.OutcomeContext, "longer than the context", "", false, 0, 0, 100 * ms, 0, true},
		{"a call without arguments", m, []sent{{200 * ms, m.open + strings.Replace(m.call, "%s", `"ls"`, 1) + strings.Replace(m.argument, "%s", `""`, 1)}, {200 * ms, strings.Replace(count(m.stop), "end_turn", "tool_use", 1) + m.last}}, "", "", "", "tool_use", false, 1, 10, long, 0, false},
		{"blocks that overlap", m, slices.Concat([]sent{{200 * ms, typed("message_start", messageStart) + typed("content_block_start", `,"index":0,"content_block":{"type":"thinking","thinking":""}`)}},
			says(5, 20*ms, m.thought, `"hm"`), []sent{{0, typed("content_block_start", `,"index":1,"content_block":{"type":"text","text":""}`)}}, says(5, 20*ms, strings.Replace(m.word, `"index":0`, `"index":1`, 1), `"so"`),
			[]sent{{0, typed("content_block_delta", `,"index":0,"delta":{"type":"signature_delta","signature":"abc"}`) + typed("content_block_stop", `,"index":0`) + typed("content_block_stop", `,"index":1`) + count(messageEnd("end_turn")) + m.last}}), "", "", "", "end_turn", false, 10, 10, long, 0, false},
		{"no final line end", m, words(m, count(m.stop), strings.TrimSpace(m.last)), "", "", "", "end_turn", false, 10, 10, long, 0, false},
		{"cut", m, words(m, count(m.stop)[:90]), "", endpoint.OutcomeTruncated, "", "", false, 10, 0, long, 0, true},
		{"no stream", m, []sent{{200 * ms, `{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}`}}, "", endpoint.OutcomeMalformed, "a whole answer and no event stream", "", false, 0, 0, 200 * ms, 0, true},

		{"of chat completions", m, words(dialectOf(endpoint.APIChat), doneEvent), "", endpoint.OutcomeTruncated, "the events are those of the API chat, not of messages", "", false, 0, 0, long, 0, false},
		{"of responses", m, words(r, count(r.stop)), "", endpoint.OutcomeTruncated, "the events are those of the API responses, not of messages", "", false, 0, 0, long, 0, true},
		{"usual", r, words(r, count(r.stop)), "", "", "", "completed", false, 10, 10, long, 0, false},
		{"response.incomplete", r, words(r, count(r.limit)), "", "", "", "max_output_tokens", true, 10, 10, long, 0, false},
		{"completed, with the status incomplete", r, words(r, count(responseEnd("completed", "incomplete", `{"reason":"max_output_tokens"}`))), "", "", "", "max_output_tokens", true, 10, 10, long, 0, false},
		{"incomplete for another reason", r, words(r, count(responseEnd("incomplete", "incomplete", `{"reason":"content_filter"}`))), "", "", "", "content_filter", false, 10, 10, long, 0, false},
		{"[DONE] too", r, words(r, count(r.stop), doneEvent), "", "", "", "completed", false, 10, 10, long, 0, false},
		{"[DONE] alone", r, words(r, doneEvent), "", endpoint.OutcomeTruncated, "[DONE] without a status", "", false, 10, 0, long, 0, false},
		{"left open", r, words(r, count(r.stop)), "left open", "", "", "completed", false, 10, 10, long, 250 * ms, false},
		{"no end", r, words(r, typed("response.output_text.done", `,"text":"`+strings.Repeat(" word", 10)+`"`)), "", endpoint.OutcomeTruncated, "", "", false, 10, 0, long, 0, true},
		{"failed", r, words(r, typed("response.failed", `,"response":{"status":"failed","error":{"code":"server_error","message":"Internal server error"}}`)), "", endpoint.OutcomeErrorEvent, "server_error: Internal server error", "", false, 10, 0, long, 0, true},
		{"too long, found out late", r, []sent{{100 * ms, r.open + typed("response.failed", `,"response":{"status":"failed","error":{"code":"context_length_exceeded","message":"Your input exceeds the limit"}}`)}}, "", endpoint.OutcomeContext, "context_length_exceeded", "", false, 0, 0, 100 * ms, 0, true},
		{"an error", r, words(r, typed("error", `,"code":"rate_limit_exceeded","message":"try again in 5s","param":null`)), "", endpoint.OutcomeErrorEvent, "rate_limit_exceeded: try again in 5s", "", false, 10, 0, long, 0, true},
		{"cancelled", r, words(r, typed("response.cancelled", `,"response":{"status":"cancelled"}`)), "", endpoint.OutcomeTruncated, "status " + "cancelled", "cancelled", false, 10, 0, long, 0, false},
		{"all of it again", r, words(r, typed("response.output_text.done", `,"text":"`+strings.Repeat(" word", 10)+`"`), typed("response.content_part.done", `,"part":{"type":"output_text","text":"`+strings.Repeat(" word", 10)+`"}`),
			typed("response.output_item.done", `,"item":{"type":"message","content":[{"type":"output_text","text":"`+strings.Repeat(" word", 10)+`"}]}`),
			strings.Replace(count(r.stop), `"output":[]`, `"output":[{"type":"message","content":[{"type":"output_text","text":"`+strings.Repeat(" word", 10)+`"}]}]`, 1)), "", "", "", "completed", false, 10, 10, long, 0, false},
		{"all at the end only", r, []sent{{400 * ms, strings.Replace(count(r.stop), `"output":[]`, `"output":[{"type":"message","content":[{"type":"output_text","text":"all of it"}]}]`, 1) + doneEvent}}, "", "", "", "completed", false, 1, 10, long, 0, false},
		{"a call at its end only", r, slices.Concat([]sent{{200 * ms, r.open}}, says(10, 20*ms, r.thought, `" hm"`), []sent{{0, typed("response.output_item.done", `,"item":{"type":"reasoning","content":[{"type":"reasoning_text","text":"`+strings.Repeat(" hm", 10)+`"}]}`) +
			typed("response.output_item.done", `,"item":{"type":"function_call","name":"ls","arguments":"{\"path\":\"/\"}"}`) + count(r.stop)}}), "", "", "", "completed", false, 11, 10, long, 0, false},
		{"a call without arguments", r, []sent{{200 * ms, r.open + strings.Replace(r.call, "%s", `"ls"`, 1)}, {200 * ms, count(r.stop)}}, "", "", "", "completed", false, 1, 10, long, 0, false},
		{"no final line end", r, words(r, strings.TrimSpace(count(r.stop))), "", "", "", "completed", false, 10, 10, long, 0, false},
		{"no stream", r, []sent{{200 * ms, `{"id":"resp_1","object":"response","status":"completed","output":[]}`}}, "", endpoint.OutcomeMalformed, "a whole answer and no event stream", "", false, 0, 0, 200 * ms, 0, true},
	} {
		onBoth(t, string(tt.d.api)+"/"+tt.name, func(t *testing.T, http2 bool) {
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { play(w, r, tt.steps, tt.end) })
			alikeIn(t, tt.d.api, handler, body(10, ""), http2)
			client, conn := connect(t, handler, endpoint.Config{API: tt.d.api, HTTP2: http2})
			want := tt.want
			if want == "" {
				want = endpoint.OutcomeOK
			}
			began := time.Now()
			var c metrics.Clock
			a, err := conn.Stream(t.Context(), "", body(10, ""), &c)
			if outcome(err) != want || err != nil && !strings.Contains(err.Error(), tt.message) {
				t.Errorf("%v, want %s and %q", err, want, tt.message)
			}
			got := c.Timing()
			if a.FinishReason != tt.finish || a.Limited != tt.limited || a.Done == tt.undone || got.Events != tt.events || got.Usage.Completion != tt.tokens {
				t.Errorf("%+v, %d events, %d tokens; want %q, %v, %d, %d", a, got.Events, got.Usage.Completion, tt.finish, tt.limited, tt.events, tt.tokens)
			}
			if got.E2E != tt.e2e || time.Since(began) != tt.e2e+tt.waits {
				t.Errorf("E2E %v in %v, want %v in %v", got.E2E, time.Since(began), tt.e2e, tt.e2e+tt.waits)
			}
			if n := client.Counters(); (n.Unclosed > 0) != (tt.waits > 0) || (n.NoDone > 0) != (tt.undone && err == nil) {
				t.Errorf("%+v", n)
			}
		})
	}
}

// What servers count as input in the Messages API is the whole prompt, a part, a guess or
// nothing, and it comes twice: once is right.
func TestMessagesInput(t *testing.T) {
	d := dialectOf(endpoint.APIMessages)
	for _, tt := range []struct {
		server, start, delta, end string // usages
		prompt, cached, output    int
		source                    metrics.Source
	}{
		{"Anthropic", `{"input_tokens":80,"cache_creation_input_tokens":24,"cache_read_input_tokens":1000,"output_tokens":1}`, "", `{"output_tokens":3}`, 1104, 1000, 3, metrics.SourceEstimated},
		{"Anthropic, cumulative", `{"input_tokens":80,"cache_creation_input_tokens":24,"cache_read_input_tokens":1000,"output_tokens":1}`, "", `{"input_tokens":80,"cache_creation_input_tokens":24,"cache_read_input_tokens":1000,"output_tokens":3}`, 1104, 1000, 3, metrics.SourceEstimated},
		{"without the parts at the end", `{"input_tokens":80,"cache_creation_input_tokens":24,"cache_read_input_tokens":1000,"output_tokens":1}`, "", `{"input_tokens":80,"output_tokens":3}`, 1104, 1000, 3, metrics.SourceEstimated},
		{"vLLM", `{"input_tokens":1104,"output_tokens":0}`, "", `{"input_tokens":1104,"output_tokens":3}`, 1104, -1, 3, metrics.SourceEstimated},
		{"vLLM with details, first", `{"input_tokens":1104,"output_tokens":0}`, "", `{"input_tokens":80,"cache_creation_input_tokens":1024,"cache_read_input_tokens":0,"output_tokens":3}`, 1104, 0, 3, metrics.SourceEstimated},
		{"vLLM with details, again", `{"input_tokens":1104,"output_tokens":0}`, "", `{"input_tokens":80,"cache_creation_input_tokens":0,"cache_read_input_tokens":1024,"output_tokens":3}`, 1104, 1024, 3, metrics.SourceEstimated},
		{"llama-server", `{"cache_read_input_tokens":1103,"input_tokens":1,"output_tokens":0}`, "", `{"output_tokens":3}`, 1104, 1103, 3, metrics.SourceEstimated},
		{"Dynamo", `{"input_tokens":1468,"output_tokens":0,"cache_creation_input_tokens":0}`, `{"input_tokens":1104,"output_tokens":%d,"cache_creation_input_tokens":0,"total_tokens":1105}`, `{"input_tokens":80,"output_tokens":3,"cache_creation_input_tokens":0,"cache_read_input_tokens":1024}`, 1104, 1024, 3, metrics.SourceContinuous},
		{"LiteLLM", `{"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0}`, "", `{"input_tokens":1104,"output_tokens":3}`, 1104, -1, 3, metrics.SourceEstimated},
		{"zeros at the end", `{"input_tokens":4,"cache_read_input_tokens":1100,"output_tokens":0}`, "", `{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":3}`, 1104, 1100, 3, metrics.SourceEstimated},
		{"null", `{"input_tokens":1104,"cache_read_input_tokens":null}`, "", `{"input_tokens":null,"output_tokens":3}`, 1104, -1, 3, metrics.SourceEstimated},
		{"negative", `{"input_tokens":1104}`, "", `{"input_tokens":-5,"output_tokens":3}`, 1104, -1, 0, metrics.SourceEvents},
		{"no usage at the end", `{"input_tokens":1104,"output_tokens":1}`, "", `null`, 1104, -1, 0, metrics.SourceEvents},
		{"SGLang, which cannot be told apart", `{"input_tokens":0,"output_tokens":0}`, "", `{"input_tokens":1104,"cache_read_input_tokens":1000,"output_tokens":3}`, 2104, 1000, 3, metrics.SourceEstimated},
		{"a count that leaps", `{"input_tokens":1104}`, `{"input_tokens":1104,"output_tokens":%d00}`, `{"input_tokens":1104,"output_tokens":3}`, 1104, -1, 3, metrics.SourceContinuous},
	} {
		t.Run(tt.server, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				steps := []sent{{200 * ms, typed("message_start", `,"message":{"usage":`+tt.start+"}")}}
				for i := range 3 {
					event := strings.Replace(d.word, "%s", `" word"`, 1)
					if tt.delta != "" {
						event = strings.Replace(event, "}}\n\n", `},"usage":`+strings.Replace(tt.delta, "%d", string(rune('1'+i)), 1)+"}\n\n", 1)
					}
					steps = append(steps, sent{20 * ms, event})
				}
				steps = append(steps, sent{0, typed("message_delta", `,"delta":{"stop_reason":"end_turn"},"usage":`+tt.end) + d.last})
				_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { play(w, r, steps, "") }), endpoint.Config{API: d.api})
				var c metrics.Clock
				if err := conn.Send(t.Context(), "", body(3, ""), &c); err != nil {
					t.Fatal(err)
				}
				got := c.Timing()
				cached, ok := got.Usage.CachedTokens()
				if !ok {
					cached = -1
				}
				if got.Usage.Prompt != tt.prompt || cached != tt.cached || got.Usage.Completion != tt.output {
					t.Errorf("%d input tokens, %d cached, %d output; want %d, %d, %d", got.Usage.Prompt, cached, got.Usage.Completion, tt.prompt, tt.cached, tt.output)
				}
				if got.FirstSource != tt.source {
					t.Errorf("the first tokens are counted by %s, want %s", got.FirstSource, tt.source)
				}
			})
		})
	}
}

// An answer has the same text in each API, with reasoning and calls, in the order in which
// they came.
func TestAnswerInEachAPI(t *testing.T) {
	for _, d := range dialects {
		synctest.Test(t, func(t *testing.T) {
			steps := slices.Concat([]sent{{200 * ms, d.open}}, says(2, 20*ms, d.thought, `"hm\u00e9 "`), says(1, 20*ms, d.word, `"a \"b\"\n"`), says(1, 0, d.call, `"ls"`), says(1, 20*ms, d.argument, `"{\"p\":1}"`), []sent{d.ends(d.stop, 10, 9)})
			_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { play(w, r, steps, "") }), endpoint.Config{API: d.api})
			var c metrics.Clock
			a, err := conn.Answer(t.Context(), "", body(9, ""), &c)
			if want := "hm\u00e9 hm\u00e9 a \"b\"\nls{\"p\":1}"; err != nil || a.Text != want || a.Truncated {
				t.Errorf("%s: %q, %v; want %q", d.api, a.Text, err, want)
			}
			if got := c.Timing(); got.Usage.Prompt != 10 || got.Usage.Completion != 9 {
				t.Errorf("%s: %+v", d.api, got.Usage)
			}
		})
	}
	// What comes as a whole is its text too, and once.
	synctest.Test(t, func(t *testing.T) {
		r := dialectOf(endpoint.APIResponses)
		item := func(name string) string {
			return `{"type":"function_call","arguments":"{\"p\":\"` + name + `\"}","name":"` + name + `"}`
		}
		_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			io.WriteString(w, r.open+strings.Replace(r.word, "%s", `"so: "`, 1)+typed("response.output_item.done", `,"item":`+item("a"))+typed("response.output_item.done", `,"item":`+item("b"))+
				strings.Replace(strings.ReplaceAll(r.stop, "%d", "5"), `"output":[]`, `"output":[{"type":"message","content":[{"type":"output_text","text":"so: "}]},`+item("a")+`,`+item("b")+`,`+item("c")+`]`, 1))
		}), endpoint.Config{API: r.api})
		var c metrics.Clock
		a, err := conn.Answer(t.Context(), "", body(9, ""), &c)
		if want := `so: a{"p":"a"}b{"p":"b"}c{"p":"c"}`; err != nil || a.Text != want || c.Timing().Events != 4 {
			t.Errorf("%q in %d events, %v; want %q in 4", a.Text, c.Timing().Events, err, want)
		}
	})
}
