package simulate

import (
	"context"
	"time"

	"github.com/agentperf/agentperf-go/internal/simserver"
)

// sequence is one request in a System, guarded by the System's lock.
type sequence struct {
	arrived time.Time // at the queues
	begun   time.Time // first in a batch
	last    time.Time // tokens came last
	keys    []uint64  // of the prompt's whole blocks
	whole   uint64    // hash of all the prompt
	session uint64    // hash of what its session has in common; 0 unless sessions are sticky
	prompt  int       // tokens
	tokens  int       // of the answer

	cached   int  // tokens of the prompt that were not computed, at its first admission
	admitted bool // once at least

	// On a worker. The tokens to compute are the prompt and, after a preemption,
	// the tokens emitted before it.
	todo      int      // tokens to compute; in a queue those that do not seem to be cached
	computed  int      // of them, cached ones included
	generated int      // tokens emitted
	decodes   int      // steps of decoding so far
	shared    []*block // first blocks of the context
	own       int      // further blocks

	inside             bool      // let in
	decided            chan bool // whether it is let in
	left, gone, silent bool      // out of the system; to be dropped; nobody listens
	events             []int     // tokens of the events not sent yet
	more               chan struct{}
}

// context returns the length of the sequence so far, in tokens.
func (q *sequence) context() int { return q.prompt + q.generated }

func (q *sequence) decoding() bool { return q.computed == q.todo }

// next returns the tokens of its next decoding step, so that floor(n × mean) come in n
// steps.
func (q *sequence) next(mean float64) int {
	// 5 × 2.4 must be 12 in spite of rounding.
	after := func(n int) int { return int(float64(n)*mean + 1e-9) }
	return min(after(q.decodes+1)-after(q.decodes), q.tokens-q.generated)
}

// emit sends an event to the handler.
func (q *sequence) emit(tokens int) {
	q.generated += tokens
	if q.silent {
		return
	}
	q.events = append(q.events, tokens)
	select {
	case q.more <- struct{}{}:
	default: // the handler has not looked since the last one
	}
}

// put puts out tokens at the end of a step or transfer, and counts them.
func (s *System) put(q *sequence, tokens int, now time.Time) {
	l := &s.latencies
	if q.generated == 0 {
		l.ttft.add(now.Sub(q.arrived), ttftBounds)
	} else {
		l.itl.add(now.Sub(q.last), itlBounds)
	}
	q.last = now
	l.generated += tokens
	q.emit(tokens)
	if q.generated == q.tokens { // vLLM states these of requests that have ended
		l.finished++
		l.e2e.add(now.Sub(q.arrived), longBounds)
		l.queue.add(q.begun.Sub(q.arrived), longBounds)
	}
}

// take waits for events and returns the tokens of each.
func (s *System) take(ctx context.Context, q *sequence) ([]int, error) {
	select {
	case <-q.more:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	events := q.events
	q.events = nil
	return events, nil
}

// blockKeys returns the length of a prompt in tokens, its hash, and for each whole block
// the hash of the prompt up to its end.
func blockKeys(q simserver.Request, blockTokens int) (tokens int, whole uint64, keys []uint64) {
	// FNV-1a: unlike a seeded hash it is the same in every run.
	const offset, prime = 14695981039346656037, 1099511628211
	whole = offset
	bytes, size := 0, blockTokens*simserver.BytesPerToken
	q.Parts(func(part string) {
		for i := range len(part) {
			whole = (whole ^ uint64(part[i])) * prime
			if bytes++; bytes%size == 0 {
				keys = append(keys, whole)
			}
		}
	})
	return simserver.PromptTokens(bytes), whole, keys
}
