package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

const (
	writers = 2 // goroutines that write events
	// nap is the least time to sleep: what falls due meanwhile is written at once.
	nap = 200 * time.Microsecond
)

// wheel sends the events of all responses at an even pace. It has one slot for
// each stream and turns once in a period, so that streams are evenly out of step,
// and what is in a slot sends one event when its turn comes.
type wheel struct {
	period time.Duration
	slots  int
	spokes [writers]spoke

	base time.Time // slot 0 is due first
	ns   int64     // base, on the clock of stamps
}

// spoke is every so manieth slot.
type spoke struct {
	mu    sync.Mutex
	slots [][]*response
	late  metrics.Percentiles // seconds
	n     int                 // responses
}

func newWheel(streams int, period time.Duration) *wheel {
	each := (streams + writers - 1) / writers
	w := &wheel{period: period, slots: each * writers}
	for i := range w.spokes {
		w.spokes[i].slots = make([][]*response, each)
	}
	return w
}

// due returns when the i-th visit to a slot is due, counted from the first.
func due(i, slots int, period time.Duration) time.Duration {
	return time.Duration(i/slots)*period + time.Duration(i%slots)*period/time.Duration(slots)
}

func (w *wheel) turn() {
	w.base, w.ns = anchor()
	for i := range w.spokes {
		go w.spin(i)
	}
}

// spin visits the slots of a spoke for as long as the process lives. When it is
// more than a turn late it goes on from there: a backlog would arrive in heaps,
// which are cheap to read.
func (w *wheel) spin(spoke int) {
	s := &w.spokes[spoke]
	var lost time.Duration
	for i := spoke; ; i += writers {
		at := due(i, w.slots, w.period) + lost
		if late := time.Since(w.base) - at; late > w.period {
			lost += late
		}
		for wait := at - time.Since(w.base); wait > 0; wait = at - time.Since(w.base) {
			pause(max(wait, nap))
		}
		s.mu.Lock()
		slot := &s.slots[i%w.slots/writers]
		keep := (*slot)[:0]
		for _, r := range *slot {
			now := time.Since(w.base)
			s.late.Record((now - at).Seconds())
			if r.token(w.ns + int64(now)) {
				keep = append(keep, r)
			} else {
				s.n--
			}
		}
		clear((*slot)[len(keep):])
		*slot = keep
		s.mu.Unlock()
	}
}

// add puts a response into the slot of its stream.
func (w *wheel) add(r *response) {
	i := r.stream % w.slots
	s := &w.spokes[i%writers]
	s.mu.Lock()
	s.slots[i/writers] = append(s.slots[i/writers], r)
	s.n++
	s.mu.Unlock()
}

// report returns how many responses there are and how late events were, in
// seconds, since it was last called.
func (w *wheel) report() (active int, lateP99 float64) {
	var late metrics.Percentiles
	for i := range w.spokes {
		s := &w.spokes[i]
		s.mu.Lock()
		active += s.n
		late.Merge(&s.late)
		s.late = metrics.Percentiles{}
		s.mu.Unlock()
	}
	lateP99, _ = late.At(99)
	return active, lateP99
}

// A response is an answer on its way: tokens, and the end.
type response struct {
	stream, left, tokens int
	session, id          string
	out                  http.ResponseWriter
	flusher              *http.ResponseController
	content              []byte // a token
	first, last          atomic.Int64
	done                 chan struct{}
}

// newResponse returns the answer to a request of a session that begins with
// "slice.stream."; to any other it is that of stream n.
func newResponse(w http.ResponseWriter, session string, n, tokens int) *response {
	r := &response{stream: n, left: tokens, tokens: tokens, session: session, out: w, flusher: http.NewResponseController(w), done: make(chan struct{})}
	if part := strings.SplitN(session, ".", 3); len(part) == 3 {
		if i, err := strconv.Atoi(part[1]); err == nil && i >= 0 {
			r.stream = i
		}
	}
	r.id = fmt.Sprintf("chatcmpl-%032x", n)
	r.content = r.chunk(`{"content":" token"}`, "null")
	return r
}

// chunk returns an event as vLLM makes them.
func (r *response) chunk(delta, finish string) []byte {
	return fmt.Appendf(nil, `data: {"id":"%s","object":"chat.completion.chunk","created":1767225600,"model":"%s","choices":[{"index":0,"delta":%s,"logprobs":null,"finish_reason":%s,"token_ids":null}]}`+"\n\n", r.id, modelName, delta, finish)
}

// write sends an event as one chunk of the body, in one write to the network.
func (r *response) write(event []byte) error {
	if _, err := r.out.Write(event); err != nil {
		return err
	}
	return r.flusher.Flush()
}

// token sends the next token at a moment on the clock of stamps. It is false when
// that was the last, or nobody listens any more.
func (r *response) token(now int64) bool {
	if r.left > 0 {
		if r.first.Load() == 0 {
			r.first.Store(now)
		}
		r.last.Store(now)
		r.left--
		if r.write(r.content) == nil && r.left > 0 {
			return true
		}
	}
	if r.left == 0 {
		end := r.chunk("{}", `"length"`)
		end = fmt.Appendf(end, `data: {"id":"%s","object":"chat.completion.chunk","created":1767225600,"model":"%s","choices":[],"usage":{"prompt_tokens":1000,"total_tokens":%d,"completion_tokens":%[4]d}}`+"\n\ndata: [DONE]\n\n", r.id, modelName, 1000+r.tokens, r.tokens)
		r.write(end) // whether or not anyone listens, this was the end
	}
	close(r.done)
	return false
}
