package chatserver

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// word is the text of one token: all tokens are equally long, so that a share
// of the bytes is a share of the tokens.
const word = " word"

// A Stream is one streamed answer being written. One goroutine uses it.
type Stream struct {
	Request Request
	Sent    int // tokens

	fault   Fault
	id      string
	created int64
	w       http.ResponseWriter
	ctx     context.Context
	control *http.ResponseController
	leave   func()
	silent  bool // nobody listens
}

// NewStream returns the answer to a request, the number-th of its server.
// leave, which may be called more than once, takes the request out of the
// server; the stream calls it just before it sends the last token.
func NewStream(number int, q Request, fault Fault, w http.ResponseWriter, r *http.Request, leave func()) *Stream {
	return &Stream{
		Request: q, fault: fault, w: w, ctx: r.Context(), control: http.NewResponseController(w), leave: leave,
		id: fmt.Sprintf("chatcmpl-%d", number), created: time.Now().Unix(),
	}
}

// Context is done when the client has gone away.
func (s *Stream) Context() context.Context { return s.ctx }

// Detach goes on without a client: the stream takes its time and writes nothing.
func (s *Stream) Detach() { s.silent, s.ctx = true, context.WithoutCancel(s.ctx) }

// Begin sends the headers, and with earlyRole a chunk that holds only the role.
func (s *Stream) Begin(earlyRole bool) {
	s.w.Header().Set("Content-Type", "text/event-stream")
	s.w.WriteHeader(http.StatusOK)
	if earlyRole {
		s.write(s.chunk(`{"role":"assistant","content":""}`, "", 0))
	} else {
		s.control.Flush()
	}
}

// UpTo returns how many tokens may have been sent after the next event, of the
// ready ones, so that a fault comes where it should.
func (s *Stream) UpTo(ready int) int {
	if s.fault.Kind != FaultNone && s.Sent < s.fault.After {
		return min(ready, s.fault.After)
	}
	return ready
}

// Send sends all tokens up to next as one event, and what follows the last.
func (s *Stream) Send(next int) {
	text := s.chunk(`{"content":"`+strings.Repeat(word, next-s.Sent)+`"}`, "", next)
	s.Sent = next
	if s.Sent == s.Request.Tokens {
		// The last token frees its place before the client can know of it:
		// otherwise the agent's next request would find this one in its way.
		s.leave()
		text += s.trailer(s.Request.finish)
	}
	s.write(text)
}

// End ends the response.
func (s *Stream) End() {
	if s.fault.Kind == FaultCloseNext {
		closeNext(s.control)
	}
}

// chunk returns one event. tokens is the running count of output tokens.
func (s *Stream) chunk(delta, finish string, tokens int) string {
	reason := "null"
	if finish != "" {
		reason = `"` + finish + `"`
	}
	usage := ""
	if s.Request.runningUsage && s.fault.Kind != FaultNoUsage {
		usage = `,"usage":` + s.Request.usage(tokens)
	}
	return fmt.Sprintf(`data: {"id":"%s","object":"chat.completion.chunk","created":%d,"model":"%s","choices":[{"index":0,"delta":%s,"finish_reason":%s}]%s}`+"\n\n",
		s.id, s.created, s.Request.model, delta, reason, usage)
}

// trailer returns all that follows the last token.
func (s *Stream) trailer(finish string) string {
	text := s.chunk(`{}`, finish, s.Sent)
	if s.Request.includeUsage && s.fault.Kind != FaultNoUsage {
		text += fmt.Sprintf(`data: {"id":"%s","object":"chat.completion.chunk","created":%d,"model":"%s","choices":[],"usage":%s}`+"\n\n",
			s.id, s.created, s.Request.model, s.Request.usage(s.Sent))
	}
	if s.fault.Kind != FaultNoDone {
		text += "data: [DONE]\n\n"
	}
	return text
}

func (s *Stream) write(text string) {
	if !s.silent {
		fmt.Fprint(s.w, text)
		s.control.Flush()
	}
}
