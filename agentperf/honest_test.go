package agentperf_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// An honest server answers 300 ms after a request, in a way that may look odd. Its function
// sends tokens, each a step after the one before, until as many are sent as were asked for.
type honest struct {
	speed float64 // tokens per second
	send  func(a *honestAnswer)
}

// An honestAnswer is one under way.
type honestAnswer struct {
	w                io.Writer
	step             time.Duration
	rng              *rand.Rand
	asked, sent, hid int
	forced           bool
	finish           string
}

func (h honest) handler() http.Handler {
	var count atomic.Uint64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			io.WriteString(w, `{"data":[{"id":"m"}]}`)
			return
		}
		var q struct {
			MaxTokens int             `json:"max_tokens"`
			IgnoreEOS bool            `json:"ignore_eos"`
			Messages  json.RawMessage `json:"messages"`
		}
		json.NewDecoder(r.Body).Decode(&q)
		w.Header().Set("Content-Type", "text/event-stream")
		a := &honestAnswer{w: w, step: time.Duration(float64(time.Second) / h.speed), rng: rand.New(rand.NewPCG(count.Add(1), 1)), asked: q.MaxTokens, forced: q.IgnoreEOS, finish: "length"}
		a.event(`{"role":"assistant","content":""}`)
		time.Sleep(300 * time.Millisecond)
		h.send(a)
		details := ""
		if a.hid > 0 {
			details = fmt.Sprintf(`,"completion_tokens_details":{"reasoning_tokens":%d}`, a.hid)
		}
		fmt.Fprintf(w, `data: {"choices":[{"index":0,"delta":{},"finish_reason":"%s"}]}`+"\n\n"+
			`data: {"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d,"prompt_tokens_details":{"cached_tokens":0}%s}}`+"\n\ndata: [DONE]\n\n",
			a.finish, len(q.Messages)/4, a.sent, details)
	})
}

// event sends one now.
func (a *honestAnswer) event(delta string) {
	fmt.Fprintf(a.w, `data: {"choices":[{"index":0,"delta":%s}]}`+"\n\n", delta)
	a.w.(http.Flusher).Flush()
}

// make takes the time of n tokens, fewer at the end, and returns their text.
func (a *honestAnswer) make(n int) string {
	n = min(n, a.asked-a.sent)
	a.sent += n
	time.Sleep(time.Duration(n) * a.step)
	var text strings.Builder
	for range n {
		fmt.Fprintf(&text, " %c%c%c", 'a'+a.rng.IntN(26), 'a'+a.rng.IntN(26), 'a'+a.rng.IntN(26))
	}
	return text.String()
}

func (a *honestAnswer) done() bool { return a.sent >= a.asked }

// say sends n tokens as one event, in a field of the delta.
func (a *honestAnswer) say(field string, n int) {
	a.event(fmt.Sprintf(`{"%s":"%s"}`, field, a.make(n)))
}

// The ways of honest servers.
var (
	// Speculative decoding: 1 to 8 tokens an event.
	speculative = func(a *honestAnswer) {
		for !a.done() {
			a.say("content", 1+a.rng.IntN(8))
		}
	}
	// A stream interval of 20: the first token, then every 20th.
	intervals = func(a *honestAnswer) {
		a.say("content", 1)
		for !a.done() {
			a.say("content", 20)
		}
	}
	// The model has ended, and where it is made to go on makes special tokens, which are not
	// shown.
	silent = func(a *honestAnswer) {
		for a.sent < (a.asked+2)/3 {
			a.say("content", 1)
		}
		if !a.forced {
			a.finish = "stop"
			return
		}
		for !a.done() {
			a.make(1)
			a.event(`{"content":""}`)
		}
	}
	reasoningShown = func(a *honestAnswer) {
		for a.sent < a.asked/2 {
			a.say("reasoning_content", 1)
		}
		for !a.done() {
			a.say("content", 1)
		}
	}
	// Reasoning that is not shown takes its time, and is counted.
	reasoningHidden = func(a *honestAnswer) {
		a.make(a.asked / 4)
		a.hid = a.sent
		for !a.done() {
			a.say("content", 1)
		}
	}
	// Short answers are tool calls, which a parser holds back until they are whole.
	toolCalls = func(a *honestAnswer) {
		if a.asked <= 40 {
			a.event(fmt.Sprintf(`{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"read","arguments":"{\"path\":\"%s\"}"}}]}`, a.make(a.asked)))
			return
		}
		for !a.done() {
			a.say("content", 1)
		}
	}
)
