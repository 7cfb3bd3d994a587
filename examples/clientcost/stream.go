package main

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/agentperf/agentperf-go/internal/fields"
)

// prompts are the requests of all streams: text in segments that they share, as
// the messages of trajectories are, and an end for each.
type prompts struct {
	shared [][]byte
	tail   []byte // after max_tokens
	size   int
}

// segment is the length of a shared segment: that of a message.
const segment = 4 << 10

func newPrompts(o *options, model string) *prompts {
	p := &prompts{tail: append([]byte(`,"ignore_eos":true`), fields.Tail(o.endpoint.Fields())...)}
	p.shared = append(p.shared, fmt.Appendf(nil, `{"model":%q,"messages":[{"role":"user","content":"`, model))
	for left := o.promptBytes; left > 0; left -= segment {
		p.shared = append(p.shared, bytes.Repeat([]byte("word"), segment/4)[:min(left, segment)])
	}
	for _, s := range p.shared {
		p.size += len(s)
	}
	return p
}

// stream is one agent: it has one request out at a time.
type stream struct {
	slice  *slice
	index  int
	number int // of the latest request, from 1
	due    time.Time
	begun  bool // the first token has come

	segments [][]byte
	end      []byte
	tally    tally
}

// tally is what a stream has seen.
type tally struct {
	events int64     // in the window
	late   []float64 // of the requests due in the window, in microseconds
	marks  []mark
}

// mark is when the first and the last token of a response arrived; zero when that
// was not in the window or is not known.
type mark struct {
	session     string
	first, last time.Time
}

// next returns the next request: its session and body, valid until the next call.
func (s *stream) next() (session string, body [][]byte) {
	p := s.slice.prompts
	tokens := s.slice.tokens
	if s.number == 0 {
		tokens = firstTokens(s.index, tokens)
	}
	s.number++
	s.end = append(s.end[:0], `"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":`...)
	s.end = append(strconv.AppendInt(s.end, int64(tokens), 10), p.tail...)
	s.segments = append(append(s.segments[:0], p.shared...), s.end)
	return fmt.Sprintf("%d.%d.%d", s.slice.number, s.index, s.number), s.segments
}

// firstTokens returns the length of a stream's first answer. Any number of
// streams from the first have them evenly spread from 1 to tokens: by multiples
// of the golden ratio, whatever is whole left out.
func firstTokens(index, tokens int) int {
	const golden = 0x9E3779B9 // of 2^32
	return 1 + int(uint64(uint32(index)*golden)*uint64(tokens)>>32)
}

// arrived records the first and the last token of a response. complete is false
// when more would have come.
func (s *stream) arrived(session string, first, last time.Time, complete bool) {
	m := mark{session: session}
	if s.slice.plan.within(first) {
		m.first = first
	}
	if complete && s.slice.plan.within(last) {
		m.last = last
	}
	if m != (mark{session: session}) {
		s.tally.marks = append(s.tally.marks, m)
	}
}

// up reports that the first token of the stream has arrived.
func (s *stream) up() {
	if !s.begun {
		s.begun = true
		s.slice.up.Add(1)
	}
}
