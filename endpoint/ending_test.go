package endpoint_test

import (
	"fmt"
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

// sent is a part of a scripted answer: text that is sent a while after the one before it.
type sent struct {
	after time.Duration
	text  string
}

const (
	roleDelta = `{"role":"assistant","content":""}`
	wordDelta = `{"content":" word"}`
	doneEvent = "data: [DONE]\n\n"
	ms        = time.Millisecond
)

// choiceEvent is an event with a delta and a finish_reason, both JSON.
func choiceEvent(delta, finish string) string {
	return `data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":` + delta + `,"finish_reason":` + finish + "}]}\n\n"
}

// usageEvent has the usage of an answer of n tokens.
func usageEvent(n int) string {
	return fmt.Sprintf(`data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":%d,"total_tokens":%d}}`+"\n\n", n, 10+n)
}

// words are n events of output, each with the finish_reason, and a first one with the
// role and first.
func words(n int, each time.Duration, first, finish string) []sent {
	return slices.Concat([]sent{{200 * ms, choiceEvent(roleDelta, first)}}, slices.Repeat([]sent{{each, choiceEvent(wordDelta, finish)}}, n))
}

// play sends the steps and then ends the answer, in one of these ways.
func play(w http.ResponseWriter, r *http.Request, steps []sent, end string) {
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "text/event-stream")
	for _, s := range steps {
		select {
		case <-time.After(s.after):
		case <-r.Context().Done():
			return
		}
		io.WriteString(w, s.text)
		http.NewResponseController(w).Flush()
	}
	switch end {
	case "":
	case "left open":
		<-r.Context().Done()
	case "cut":
		panic(http.ErrAbortHandler)
	}
}

// onBoth runs a test over HTTP/1.1 and over HTTP/2, in virtual time.
func onBoth(t *testing.T, name string, f func(t *testing.T, http2 bool)) {
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("%s/http2=%v", name, http2), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, http2) })
		})
	}
}

// How an answer ends is told from what the server does, and from no finish_reason that
// is proved wrong: by what follows, or by what it says. Public reports of servers are
// behind most of these.
func TestEnds(t *testing.T) {
	finish := choiceEvent(`{}`, `"stop"`)
	whole := usageEvent(400) + doneEvent
	stalled := func(steps []sent) []sent { // in the middle, for 8 s
		steps = slices.Clone(steps)
		steps[200].after += 8 * time.Second
		return steps
	}
	add := func(steps []sent, last ...string) []sent {
		return append(slices.Clip(steps), sent{0, strings.Join(last, "")})
	}
	const long = 8200 * ms // 400 words
	for _, tt := range []struct {
		name    string
		steps   []sent
		end     string
		want    endpoint.Outcome
		message string
		finish  string
		events  int // of output
		tokens  int // by usage; 0 without
		e2e     time.Duration
		waits   time.Duration // for more than that
	}{
		{"usual", add(words(400, 20*ms, `null`, `null`), finish, whole), "", "", "", "stop", 400, 400, long, 0},

		// No reason is none, however it is written.
		{"null as a string", add(words(400, 20*ms, `"null"`, `"null"`), finish, whole), "", "", "", "stop", 400, 400, long, 0},
		{"empty string", add(words(400, 20*ms, `""`, `""`), finish, whole), "", "", "", "stop", 400, 400, long, 0},
		{"white space", add(words(400, 20*ms, `" "`, `"\n"`), finish, whole), "", "", "", "stop", 400, 400, long, 0},
		{"None", add(words(400, 20*ms, `"None"`, `"None"`), finish, whole), "", "", "", "stop", 400, 400, long, 0},
		{"null to the end", words(400, 20*ms, `"null"`, `"null"`), "", endpoint.OutcomeTruncated, "truncated", "", 400, 0, long, 0},
		{"null and [DONE]", add(words(400, 20*ms, `"null"`, `"null"`), doneEvent), "", endpoint.OutcomeTruncated, "[DONE] without a finish_reason", "", 400, 0, long, 0},
		{"null and a stall", stalled(add(words(400, 20*ms, `"null"`, `"null"`), finish, whole)), "", "", "", "stop", 400, 400, long + 8*time.Second, 0},

		// A reason that is not the end.
		{"stop first", add(words(400, 20*ms, `"stop"`, `null`), finish, whole), "", "", "", "stop", 400, 400, long, 0},
		{"stop first, a slow first token", append([]sent{{200 * ms, choiceEvent(roleDelta, `"stop"`)}, {30 * time.Second, choiceEvent(wordDelta, `null`)}}, sent{0, finish + usageEvent(1) + doneEvent}), "", "", "", "stop", 1, 1, 30200 * ms, 0},
		{"stop first and only", add(words(400, 20*ms, `"stop"`, `null`), whole), "", "", "", "stop", 400, 400, long, 0},
		{"stop first, no end", words(400, 20*ms, `"stop"`, `null`), "", endpoint.OutcomeTruncated, `output went on after finish_reason "stop", and no other followed`, "stop", 400, 0, long, 0},
		{"stop first, left open", add(words(400, 20*ms, `"stop"`, `null`), finish), "left open", "", "", "stop", 400, 0, long, 5 * time.Second},
		{"stop with each", add(words(400, 20*ms, `"stop"`, `"stop"`), whole), "", "", "", "stop", 400, 400, long, 0},
		{"stop with each, no [DONE]", words(400, 20*ms, `"stop"`, `"stop"`), "", "", "", "stop", 400, 0, long, 0},
		{"stop with each, a stall", stalled(words(400, 20*ms, `"stop"`, `"stop"`)), "", "", "", "stop", 400, 0, long + 8*time.Second, 0},
		{"stop with each, cut", words(400, 20*ms, `"stop"`, `"stop"`), "cut", endpoint.OutcomeReset, `output went on after finish_reason "stop"`, "stop", 400, 0, long, 0},
		{"stop with each, left open", words(400, 20*ms, `"stop"`, `"stop"`), "left open", endpoint.OutcomeTimeoutMidStream, `output went on after finish_reason "stop": idle timeout of 2m0s`, "stop", 400, 0, long + 2*time.Minute, 0},
		{"stop with each, [DONE], left open", add(words(400, 20*ms, `"stop"`, `"stop"`), doneEvent), "left open", "", "", "stop", 400, 0, long, 250 * ms},
		{"stop with each, endless", words(20_000, 21*ms, `"stop"`, `"stop"`), "", endpoint.OutcomeTimeoutMidStream, `output went on after finish_reason "stop": request timeout of 5m0s`, "stop", 14276, 0, 5 * time.Minute, 0},
		{"stop, silent tokens, output", slices.Concat([]sent{{200 * ms, choiceEvent(wordDelta, `"stop"`)}}, slices.Repeat([]sent{{time.Second, choiceEvent(`{"content":""}`, `null`)}}, 8), []sent{{20 * ms, choiceEvent(wordDelta, `null`)}, {0, finish + usageEvent(10) + doneEvent}}), "", "", "", "stop", 2, 10, 8220 * ms, 0},
		{"two reasons", add(words(400, 20*ms, `null`, `"stop"`), choiceEvent(`{}`, `"length"`), whole), "", "", "", "length", 400, 400, long, 0},
		{"a reason and nothing", []sent{{200 * ms, choiceEvent(roleDelta, `"stop"`)}}, "left open", endpoint.OutcomeTimeoutMidStream, "idle timeout", "stop", 0, 0, 2*time.Minute + 200*ms, 0},
		{"gives up", add(words(4, 20*ms, `null`, `null`), choiceEvent(`{}`, `"ERROR"`)), "", endpoint.OutcomeTruncated, "finish_reason ERROR", "ERROR", 4, 0, 280 * ms, 0},

		// The last event without its blank line, or without a line end.
		{"no final blank line", add(words(100, 10*ms, `null`, `null`), strings.Replace(choiceEvent(`{}`, `"stop"`), "}\n\n", `,"usage":{"prompt_tokens":10,"completion_tokens":100}}`+"\n", 1)), "", "", "", "stop", 100, 100, 1200 * ms, 0},
		{"no final line end, usage", add(words(100, 10*ms, `null`, `null`), finish, strings.TrimSpace(usageEvent(100))), "", "", "", "stop", 100, 100, 1200 * ms, 0},
		{"no final line end, output", add(words(99, 10*ms, `null`, `null`), strings.TrimSpace(choiceEvent(wordDelta, `"stop"`))), "", "", "", "stop", 100, 0, 1190 * ms, 0},
		{"no final line end, [DONE]", add(words(100, 10*ms, `"stop"`, `null`), "data: [DONE]"), "", "", "", "stop", 100, 0, 1200 * ms, 0},
		{"no final line end, error", add(words(100, 10*ms, `null`, `null`), `data: {"error":{"message":"out of memory"}}`), "", endpoint.OutcomeErrorEvent, "out of memory", "", 100, 0, 1200 * ms, 0},
		{"half an event", add(words(100, 10*ms, `null`, `null`), finish[:60]), "", endpoint.OutcomeTruncated, "truncated", "", 100, 0, 1200 * ms, 0},
		{"half a usage", add(words(100, 10*ms, `null`, `null`), finish, usageEvent(100)[:60]), "", "", "", "stop", 100, 0, 1200 * ms, 0},
		{"no final line end, cut", add(words(100, 10*ms, `null`, `null`), strings.TrimSpace(finish)), "cut", endpoint.OutcomeReset, "", "", 100, 0, 1200 * ms, 0},
	} {
		onBoth(t, tt.name, func(t *testing.T, http2 bool) {
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { play(w, r, tt.steps, tt.end) })
			alike(t, handler, body(400, ""), http2)
			client, conn := connect(t, handler, endpoint.Config{HTTP2: http2})
			for i := range 2 { // what is learned from the first does not harm the second
				if i > 0 && tt.end == "left open" {
					break
				}
				began := time.Now()
				var c metrics.Clock
				r, err := conn.Stream(t.Context(), "", body(400, ""), &c)
				if tt.want == "" {
					tt.want = endpoint.OutcomeOK
				}
				if outcome(err) != tt.want || err != nil && !strings.Contains(err.Error(), tt.message) {
					t.Errorf("%v, want %s and %q", err, tt.want, tt.message)
				}
				got := c.Timing()
				if r.FinishReason != tt.finish || got.Events != tt.events || got.Usage.Completion != tt.tokens {
					t.Errorf("finish_reason %q, %d events, %d tokens; want %q, %d, %d", r.FinishReason, got.Events, got.Usage.Completion, tt.finish, tt.events, tt.tokens)
				}
				if got.E2E != tt.e2e || time.Since(began) != tt.e2e+tt.waits {
					t.Errorf("E2E %v in %v, want %v in %v", got.E2E, time.Since(began), tt.e2e, tt.e2e+tt.waits)
				}
			}
			if n := client.Counters().Unclosed; (n > 0) != (tt.waits > 0) {
				t.Errorf("%d were left open", n)
			}
		})
	}
}

// Once a server has sent output after a finish_reason, none ends an answer of its early,
// however long it pauses.
func TestStallAfterEarlyFinish(t *testing.T) {
	onBoth(t, "", func(t *testing.T, http2 bool) {
		pause := 20 * ms
		client, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			steps := words(100, 20*ms, `"stop"`, `"stop"`)
			steps[2].after = pause
			pause = 8 * time.Second
			play(w, r, steps, "")
		}), endpoint.Config{HTTP2: http2})
		for i := range 3 {
			var c metrics.Clock
			if _, err := conn.Stream(t.Context(), "", body(100, ""), &c); err != nil {
				t.Fatal(err)
			}
			if got := c.Timing().Events; got != 100 {
				t.Errorf("answer %d: %d events, want 100", i, got)
			}
		}
		if n := client.Counters().Unclosed; n != 0 {
			t.Errorf("%d were left open", n)
		}
	})
}

// Usage that comes a while after the finish_reason is not lost, whatever the client has
// learned about how this server ends its answers.
func TestLateUsage(t *testing.T) {
	for _, end := range []string{"", "left open", "cut"} {
		onBoth(t, end, func(t *testing.T, http2 bool) {
			late := []time.Duration{40 * ms, 400 * ms, 4 * time.Second}
			n := 0
			client, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				steps := append(words(10, 20*ms, `null`, `null`), sent{0, choiceEvent(`{}`, `"stop"`)}, sent{late[n%len(late)], usageEvent(10)})
				n++
				play(w, r, steps, end)
			}), endpoint.Config{HTTP2: http2})
			for i := range 200 {
				var c metrics.Clock
				if _, err := conn.Stream(t.Context(), "", body(10, ""), &c); err != nil {
					t.Fatal(err)
				}
				if got := c.Timing().Usage.Completion; got != 10 {
					t.Errorf("answer %d: %d tokens by usage, want 10", i, got)
				}
			}
			if got := client.Counters().NoUsage; got != 0 {
				t.Errorf("%d answers without usage", got)
			}
		})
	}
}

// One usage that comes too late costs its own answer and at most the next, also when
// it is the first that this server sends.
func TestOneLateUsage(t *testing.T) {
	onBoth(t, "", func(t *testing.T, http2 bool) {
		n := 0
		client, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			late := 100 * ms
			if n == 0 {
				late = 6 * time.Second
			}
			n++
			play(w, r, append(words(10, 20*ms, `null`, `null`), sent{0, choiceEvent(`{}`, `"stop"`)}, sent{late, usageEvent(10)}), "")
		}), endpoint.Config{HTTP2: http2})
		for range 64 {
			var c metrics.Clock
			if _, err := conn.Stream(t.Context(), "", body(10, ""), &c); err != nil {
				t.Fatal(err)
			}
		}
		if got := client.Counters().NoUsage; got != 2 {
			t.Errorf("%d answers without usage, want 2", got)
		}
	})
}
