package endpoint_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// A piece is what a server sends after a pause.
type piece struct {
	after time.Duration
	text  string
}

// script is a server that sends pieces, each in a write of its own.
type script []piece

func (s script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "text/event-stream")
	for _, p := range s {
		time.Sleep(p.after)
		io.WriteString(w, p.text)
		http.NewResponseController(w).Flush()
	}
}

// say appends an event with a delta n times.
func (s script) say(n int, after time.Duration, delta string) script {
	for range n {
		s = append(s, piece{after, `data: {"id":"c1","choices":[{"index":0,"delta":` + delta + `,"finish_reason":null}]}` + "\n\n"})
	}
	return s
}

// role is the beginning of most scripts.
func role() script { return script{}.say(1, 200*time.Millisecond, `{"role":"assistant","content":""}`) }

// end appends the event with a finish_reason and those that follow it.
func (s script) end(usages ...string) script {
	s = append(s, piece{0, `data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"length"}]}` + "\n\n"})
	for _, u := range usages {
		s = append(s, piece{0, `data: {"id":"c1","choices":[],"usage":` + u + "}\n\n"})
	}
	return append(s, piece{0, "data: [DONE]\n\n"})
}

func counts(prompt, completion int) string {
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}`, prompt, completion, prompt+completion)
}

// running is a script of events that each come with a running count.
func running(n int, after time.Duration, count func(i int) int) script {
	s := role()
	for i := range n {
		s = append(s, piece{after, `data: {"choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}],"usage":` + counts(10, count(i)) + "}\n\n"})
	}
	return s
}

const (
	step  = 10 * time.Millisecond
	first = 210 * time.Millisecond
)

// Servers make a token every 10 ms; what they say of it differs. Most are re-created from
// public reports on servers and clients.
var countCases = []struct {
	name   string
	script script
	tokens int
	source metrics.Source
	speed  float64 // 0 is none
	why    metrics.Unmeasurable
	prompt int
}{
	{"plain", role().say(200, step, `{"content":" word"}`).end(counts(10, 200)), 200, metrics.SourceUsage, 100, "", 10},
	{"stripped tokens after the end", role().say(50, step, `{"content":" tok"}`).say(150, step, `{"content":""}`).end(counts(10, 200)), 200, metrics.SourceUsage, 100, "", 10},
	{"nearly all stripped", role().say(10, step, `{"content":" tok"}`).say(190, step, `{"content":""}`).end(counts(10, 200)), 200, metrics.SourceUsage, 100, "", 10},
	{"stripped tokens before the first", role().say(150, step, `{"content":""}`).say(50, step, `{"content":" tok"}`).end(counts(10, 200)), 200, metrics.SourceUsage, 100, "", 10},
	{"the token that ends it is counted", append(role().say(50, step, `{"content":" tok"}`), script{{step, ""}}...).end(counts(10, 51)), 51, metrics.SourceUsage, 100, "", 10},
	{"a late end without a token", append(role().say(50, step, `{"content":" tok"}`), script{{time.Second, ""}}...).end(counts(10, 50)), 50, metrics.SourceUsage, 100, "", 10},
	{"tool call held back", append(role().say(1, step, `{"tool_calls":[{"index":0,"id":"1","function":{"name":"read","arguments":""}}]}`).say(20, 5*step, `{"tool_calls":[{"index":0,"function":{"arguments":"\"0123456789abcdef012\""}}]}`), script{{step, ""}}...).end(counts(10, 102)), 102, metrics.SourceUsage, 100, "", 10},
	{"hidden reasoning without details", append(script{{1500 * time.Millisecond, ""}}, role().say(50, step, `{"content":" tok"}`).end(counts(10, 200))...), 200, metrics.SourceUsage, 0, metrics.TokensDoNotFit, 10},
	{"more tokens than bytes", role().say(50, step, `{"content":" tok"}`).end(counts(10, 260)), 50, metrics.SourceEvents, 0, metrics.TokensDoNotFit, 10},
	{"thinking parts", role().say(160, step, `{"content":[{"type":"thinking","thinking":[{"type":"text","text":" think"}]}]}`).say(40, step, `{"content":" word"}`).end(counts(10, 200)), 200, metrics.SourceUsage, 100, "", 10},
	{"reasoning details", role().say(160, step, `{"reasoning_details":[{"type":"reasoning.text","text":" think","index":0}]}`).say(40, step, `{"content":" word"}`).end(counts(10, 200)), 200, metrics.SourceUsage, 100, "", 10},
	{"reasoning in a place to come", role().say(160, step, `{"content":null,"musings":{"text":" think"}}`).say(40, step, `{"content":" word"}`).end(counts(10, 200)), 200, metrics.SourceUsage, 100, "", 10},
	{"reasoning beside the completion", role().say(160, step, `{"reasoning_content":" think"}`).say(40, step, `{"content":" word"}`).end(
		`{"prompt_tokens":10,"completion_tokens":40,"total_tokens":210,"completion_tokens_details":{"reasoning_tokens":160}}`), 200, metrics.SourceUsage, 100, "", 10},
	{"zeros at the end", role().say(100, 2*step, `{"content":" two words"}`).end(counts(10, 200), counts(0, 0)), 200, metrics.SourceUsage, 100, "", 10},
	{"zeros after a running count", running(200, step, func(i int) int { return i + 1 }).end(counts(0, 0)), 200, metrics.SourceUsage, 100, "", 10},
	{"a running count of all that came so far, each time", running(197, step, func(i int) int { return (i + 1) * (i + 2) / 2 }).end(), 197, metrics.SourceEvents, 0, metrics.TokensDoNotFit, 10},
	{"no usage", role().say(200, step, `{"content":" word"}`).end(), 200, metrics.SourceEvents, 100, "", 0},
}

func TestCounts(t *testing.T) {
	for _, tt := range countCases {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, conn := connect(t, tt.script, endpoint.Config{})
				var c metrics.Clock
				if err := conn.Send(t.Context(), "", body(200, ""), &c); err != nil {
					t.Fatal(err)
				}
				got := c.Timing()
				if err := c.Err(); err != nil {
					t.Error(err)
				}
				if got.Tokens != tt.tokens || got.TokenSource != tt.source || got.Usage.Prompt != tt.prompt || got.Usage.CachedStated {
					t.Errorf("%d tokens (%s), usage %+v; want %d (%s)", got.Tokens, got.TokenSource, got.Usage, tt.tokens, tt.source)
				}
				speed, ok := got.OutputSpeed()
				if ok != (tt.speed > 0) || math.Abs(float64(speed)-tt.speed) > 0.005*tt.speed || got.Unmeasurable() != tt.why {
					t.Errorf("%.1f tokens/s (%q), want %v (%q): %+v", speed, got.Unmeasurable(), tt.speed, tt.why, got)
				}
				if d, _ := got.TTFT(); d != first && !strings.Contains(tt.name, "before the first") && !strings.Contains(tt.name, "hidden") && !strings.Contains(tt.name, "zeros at") {
					t.Errorf("TTFT %v, want %v", d, first)
				}
				alike(t, tt.script, body(200, ""), false)
				warnings := strings.Join(client.Counters().Warnings(), "; ")
				if strange := strings.Contains(warnings, "delta.musings"); strange != strings.Contains(tt.name, "place to come") {
					t.Errorf("warnings %q", warnings)
				}
			})
		})
	}
}

// Once something is visible, white space is output; how much of it there is is counted.
func TestBlankOutput(t *testing.T) {
	for text, want := range map[string]int64{` `: 1, `  \n\t`: 6, ` a`: 0, `a `: 0, `a    `: 3, `\u0020`: 6, `\"`: 0, `\n\n\r`: 6, `\u200b`: 6} {
		synctest.Test(t, func(t *testing.T) {
			_, conn := connect(t, role().say(1, step, `{"content":"a"}`).say(3, step, `{"content":"`+text+`"}`).say(1, step, `{"content":[{"type":"text","text":"`+text+`"}]}`).end(counts(10, 5)), endpoint.Config{})
			var c metrics.Clock
			if err := conn.Send(t.Context(), "", body(5, ""), &c); err != nil {
				t.Fatal(err)
			}
			if got := c.Timing(); got.Blank != 4*want || got.Events != 5 {
				t.Errorf("%q: %d bytes of %d are blank, want %d", text, got.Blank, got.Bytes, 4*want)
			}
		})
	}
}

// What shows nothing is no first token, wherever it stands, and the tokens in it are taken
// for made before the first: the speed is that of what follows.
func TestBlankIsNoFirstToken(t *testing.T) {
	for _, delta := range []string{
		`{"content":" "}`, `{"content":"\u200b"}`, "{\"content\":\"\u200b\u2060\"}", `{"content":"<think>"}`, `{"content":"\u003cthink\u003e\n"}`, `{"role":"assistant","content":"\n"}`,
		`{"reasoning_content":"\n\n"}`, `{"content":[{"type":"text","text":"\ufeff"}]}`, `{"content":"<|channel|>analysis<|message|>"}`, `{"tool_calls":[{"index":0,"function":{"arguments":" "}}]}`,
	} {
		for _, later := range []time.Duration{step, 3 * time.Second} {
			synctest.Test(t, func(t *testing.T) {
				s := script{}.say(1, 200*time.Millisecond, delta).say(1, later, perEvent(1)).say(198, step, perEvent(1))
				_, conn := connect(t, s.end(counts(10, 200)), endpoint.Config{})
				var c metrics.Clock
				if err := conn.Send(t.Context(), "", body(200, ""), &c); err != nil {
					t.Fatal(err)
				}
				got := c.Timing()
				if d, _ := got.TTFT(); d != 200*time.Millisecond+later || got.Ahead != 1 {
					t.Errorf("%s, text %v later: TTFT %v after %d events", delta, later, d, got.Ahead)
				}
				if v, _ := got.OutputSpeed(); math.Abs(float64(v)-100) > 0.1 {
					t.Errorf("%s: %v tokens/s", delta, v)
				}
			})
		}
	}
}

// An answer that never shows anything is empty, and says why; with a running count, too.
func TestNothingButBlanks(t *testing.T) {
	for _, delta := range []string{`{"content":" "}`, `{"content":"\u200b"}`, `{"reasoning":"\u2063"}`, `{"content":"</think>"}`} {
		synctest.Test(t, func(t *testing.T) {
			_, conn := connect(t, role().say(50, step, delta).end(counts(10, 50)), endpoint.Config{})
			var c metrics.Clock
			err := conn.Send(t.Context(), "", body(50, ""), &c)
			if e, ok := errors.AsType[*endpoint.Error](err); !ok || e.Outcome != endpoint.OutcomeEmpty || !strings.Contains(e.Message, "invisible characters") {
				t.Errorf("%s: %v", delta, err)
			}
			if got := c.Timing(); got.Events != 0 || got.Usage.Completion != 50 {
				t.Errorf("%s: %+v", delta, got)
			}
		})
	}
}

// perEvent is the text of an event of n tokens.
func perEvent(n int) string { return `{"content":"` + strings.Repeat(" word", n) + `"}` }

// paced is an answer of tokens at 100 a second, so many to an event.
func paced(tokens, each int) script {
	s := role()
	for left := tokens; left > 0; left -= each {
		n := min(each, left)
		s = s.say(1, time.Duration(n)*step, perEvent(n))
	}
	return s.end(counts(10, tokens))
}

// held is the answer of a gateway that waits for the end of one and then lets go of its
// events, one flush each.
func (s script) held(each time.Duration) script {
	var took time.Duration
	out := make(script, 0, len(s)+1)
	out = append(out, piece{})
	for _, p := range s {
		took += p.after
		out = append(out, piece{each, p.text})
	}
	out[0].after = took
	return out
}

// What is held back and then sent has no speed, over HTTP/1.1 and HTTP/2, however long it is
// and however many tokens are in an event; what is paced has its own.
func TestHeldBack(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		for _, tokens := range []int{16, 60, 200, 2000} {
			for _, each := range []int{1, 2, 5, 8, 20} {
				t.Run(fmt.Sprintf("http2=%v/tokens=%d/each=%d", http2, tokens, each), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						send := func(s script) metrics.Timing {
							_, conn := connect(t, s, endpoint.Config{HTTP2: http2})
							var c metrics.Clock
							if err := conn.Send(t.Context(), "", body(tokens, ""), &c); err != nil {
								t.Fatal(err)
							}
							return c.Timing()
						}
						// Tokens of which there is one event are not paced, nor are two.
						got := send(paced(tokens, each))
						if v, ok := got.OutputSpeed(); tokens > each && (!ok || math.Abs(float64(v)-100) > 0.1) {
							t.Errorf("paced: %v tokens/s (%q)", v, got.Unmeasurable())
						}
						for _, pause := range []time.Duration{0, time.Microsecond, 14 * time.Microsecond, 100 * time.Microsecond} {
							got := send(paced(tokens, each).held(pause))
							if v, ok := got.OutputSpeed(); ok {
								t.Errorf("held back and let go of in steps of %v: %v tokens/s", pause, v)
							}
							if why := got.Unmeasurable(); why != metrics.Burst && why != metrics.AtOnce {
								t.Errorf("held back and let go of in steps of %v: %q", pause, why)
							}
							if v, ok := got.E2ESpeed(); !ok || v > 100 {
								t.Errorf("E2E speed %v", v)
							}
						}
					})
				})
			}
		}
	}
}

// Events that were made together and sent apart, as HTTP/2 sends them, count together; what
// comes in a burst at the beginning says nothing, and the rest says it all.
func TestClumps(t *testing.T) {
	const apart = 5 * time.Microsecond
	clumps := func(clump, tokens int) (s script) {
		s = role()
		for i := range tokens {
			pause := apart
			if i%clump == 0 {
				pause = time.Duration(clump)*step - time.Duration(clump-1)*apart
			}
			s = s.say(1, pause, perEvent(1))
		}
		return s.end(counts(10, tokens))
	}
	begin := func(burst, tokens int, last time.Duration) script {
		s := append(role(), piece{time.Duration(burst) * step, ""}).say(burst, apart, perEvent(1)).say(tokens-burst-1, step, perEvent(1))
		return s.say(1, last, perEvent(1)).end(counts(10, tokens))
	}
	for _, tt := range []struct {
		name   string
		script script
		speed  float64 // 0 is none
	}{
		{"clumps of 8", clumps(8, 64), 100},
		{"clumps of 20", clumps(20, 60), 100},
		{"two clumps of 20", clumps(20, 40), 100},
		{"the first 5 of 50", begin(5, 50, step), 100},
		{"the first 100 of 200", begin(100, 200, step), 100},
		{"the first 190 of 200", begin(190, 200, step), 0},
		{"all but the last, which is late", begin(199, 200, time.Millisecond), 0},
		{"all but the last of a few", begin(15, 16, time.Millisecond), 0},
		{"a pause near the end", role().say(1, 16*step, perEvent(1)).say(11, apart, perEvent(1)).say(1, time.Millisecond, perEvent(1)).say(3, apart, perEvent(1)).end(counts(10, 16)), 0},
	} {
		for _, http2 := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				_, conn := connect(t, tt.script, endpoint.Config{HTTP2: http2})
				var c metrics.Clock
				if err := conn.Send(t.Context(), "", body(200, ""), &c); err != nil {
					t.Fatal(err)
				}
				got := c.Timing()
				v, ok := got.OutputSpeed()
				if ok != (tt.speed > 0) || math.Abs(float64(v)-tt.speed) > 0.002*tt.speed || !ok && got.Unmeasurable() != metrics.Burst {
					t.Errorf("%s, http2=%v: %v tokens/s (%q), want %v", tt.name, http2, v, got.Unmeasurable(), tt.speed)
				}
				alike(t, tt.script, body(200, ""), http2)
			})
		}
	}
}

// A fast system is not taken for one that holds back: at 20 times what is published, and
// behind a long prefill.
func TestFastIsNotHeldBack(t *testing.T) {
	for _, tt := range []struct {
		prefill time.Duration
		token   time.Duration
		each    int
		tokens  int
	}{
		{10 * time.Second, 500 * time.Microsecond, 2, 32}, // 2,000 tokens/s
		{10 * time.Second, 500 * time.Microsecond, 20, 2000},
		{time.Second, 250 * time.Microsecond, 8, 64},       // 4,000
		{time.Millisecond, 25 * time.Microsecond, 1, 2000}, // 40,000, a mock's
	} {
		synctest.Test(t, func(t *testing.T) {
			s := script{{tt.prefill, ""}}
			for i := range tt.tokens / tt.each {
				if tt.each == 1 && i == tt.tokens*9/10 { // a hiccup of the mock
					s = append(s, piece{time.Millisecond, ""})
				}
				s = s.say(1, time.Duration(tt.each)*tt.token, perEvent(tt.each))
			}
			_, conn := connect(t, s.end(counts(10, tt.tokens)), endpoint.Config{})
			var c metrics.Clock
			if err := conn.Send(t.Context(), "", body(tt.tokens, ""), &c); err != nil {
				t.Fatal(err)
			}
			want := 1 / tt.token.Seconds()
			if v, ok := c.Timing().OutputSpeed(); !ok || math.Abs(float64(v)/want-1) > 0.001 && tt.each > 1 || math.Abs(float64(v)/want-1) > 0.04 {
				t.Errorf("%+v: %v tokens/s (%q), want %v", tt, v, c.Timing().Unmeasurable(), want)
			}
		})
	}
}

// What real servers count fits what they send; see ../../shared/sse/apis/README.md.
func TestRecordedCountsFit(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "sse", "apis", "*-chat-*.txt"))
	if len(files) == 0 {
		t.Skip("no transcripts beside the repository")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ = bytes.Cut(text, []byte("\r\n\r\n"))
		synctest.Test(t, func(t *testing.T) {
			var s script
			for line := range strings.Lines(string(text)) {
				s = append(s, piece{time.Millisecond, line})
			}
			_, conn := connect(t, s, endpoint.Config{})
			var c metrics.Clock
			err := conn.Send(t.Context(), "", body(1, ""), &c)
			if got := c.Timing(); err == nil && got.UsageReported && got.TokenSource != metrics.SourceUsage {
				t.Errorf("%s: %d of %d tokens believed: %+v", filepath.Base(file), got.Tokens, got.Usage.Completion, got)
			}
		})
	}
}

// The warning of answers without their end names that of each API.
func TestNoDoneNamesEachEnd(t *testing.T) {
	w := strings.Join(endpoint.Counters{NoDone: 1}.Warnings(), "\n")
	for _, end := range []string{"[DONE]", "message_stop", "response.completed"} {
		if !strings.Contains(w, end) {
			t.Errorf("%s is not in %q", end, w)
		}
	}
}
