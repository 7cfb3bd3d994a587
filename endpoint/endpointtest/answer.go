package endpointtest

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

// words returns the text of n tokens.
func words(n int) string { return strings.Repeat(word, n) }

// answer is one stream of events being written. When its tokens come is up to
// the server.
type answer struct {
	request request
	fault   Fault
	id      string
	created int64

	w       http.ResponseWriter
	r       *http.Request
	control *http.ResponseController
	leave   func() // leaves the system; may be called more than once

	silent bool // nobody listens
	sent   int  // tokens
}

func newAnswer(number int, q request, fault Fault, w http.ResponseWriter, r *http.Request, leave func()) answer {
	return answer{
		request: q, fault: fault, w: w, r: r, control: http.NewResponseController(w), leave: leave,
		id: fmt.Sprintf("chatcmpl-%d", number), created: time.Now().Unix(),
	}
}

// header begins the response, with a chunk that holds nothing but the role
// when that is to come early.
func (s *answer) header(earlyRole bool) {
	s.w.Header().Set("Content-Type", "text/event-stream")
	s.w.WriteHeader(http.StatusOK)
	if earlyRole {
		s.write(s.chunk(`{"role":"assistant","content":""}`, "", 0))
	} else {
		s.control.Flush()
	}
}

// upTo returns how many tokens may have been sent after the next event, of
// next tokens that are there, for a fault to come where it should.
func (s *answer) upTo(next int) int {
	if s.fault.Kind != FaultNone && s.sent < s.fault.After {
		return min(next, s.fault.After)
	}
	return next
}

// output sends all tokens up to next as one event, and what follows the last.
func (s *answer) output(next int) {
	text := s.chunk(`{"content":"`+words(next-s.sent)+`"}`, "", next)
	s.sent = next
	if s.sent == s.request.tokens {
		// The last token frees its place before anyone can know of it, or the
		// agent's next request would meet its own ghost.
		s.leave()
		text += s.trailer(s.request.finish)
	}
	s.write(text)
}

// chunk returns one event. tokens is the running count of output tokens.
func (s *answer) chunk(delta, finish string, tokens int) string {
	reason := "null"
	if finish != "" {
		reason = `"` + finish + `"`
	}
	usage := ""
	if s.request.runningUsage && s.fault.Kind != FaultNoUsage {
		usage = `,"usage":` + s.request.usage(tokens)
	}
	return fmt.Sprintf(`data: {"id":"%s","object":"chat.completion.chunk","created":%d,"model":"%s","choices":[{"index":0,"delta":%s,"finish_reason":%s}]%s}`+"\n\n",
		s.id, s.created, s.request.model, delta, reason, usage)
}

// trailer returns all that follows the last token.
func (s *answer) trailer(finish string) string {
	text := s.chunk(`{}`, finish, s.sent)
	if s.request.includeUsage && s.fault.Kind != FaultNoUsage {
		text += fmt.Sprintf(`data: {"id":"%s","object":"chat.completion.chunk","created":%d,"model":"%s","choices":[],"usage":%s}`+"\n\n",
			s.id, s.created, s.request.model, s.request.usage(s.sent))
	}
	if s.fault.Kind != FaultNoDone {
		text += "data: [DONE]\n\n"
	}
	return text
}

func (s *answer) write(text string) {
	if !s.silent {
		fmt.Fprint(s.w, text)
		s.control.Flush()
	}
}

// misbehave acts on the faults that come in the middle of a stream, when they
// are due; done reports that the stream is over.
func (s *answer) misbehave(ctx context.Context) (done bool, err error) {
	if s.fault.Kind == FaultNone || s.sent < s.fault.After {
		return false, nil
	}
	switch s.fault.Kind {
	case FaultStall:
		<-ctx.Done()
		return true, context.Cause(ctx)
	case FaultTrickle:
		for {
			if _, err := waitUntil(ctx, time.Now().Add(time.Second), nil); err != nil {
				return true, err
			}
			s.write(": still here\n\n")
		}
	case FaultCut:
		panic(http.ErrAbortHandler)
	case FaultTruncate:
	case FaultErrorEvent:
		s.write(`data: {"error":{"code":500,"message":"KV cache exhausted","type":"server_error"}}` + "\n\n")
	case FaultBadJSON:
		s.write(`data: {"choices":[{"index":0,"delta":{"content":"wo` + "\n\n")
	case FaultHugeEvent:
		s.write(s.chunk(`{"content":"`+strings.Repeat("x", 5<<20)+`"}`, "", s.sent))
	case FaultEmpty:
		s.leave()
		s.write(s.trailer("stop"))
	case FaultAbort:
		s.leave()
		s.write(s.trailer("abort"))
	default:
		return false, nil
	}
	return true, nil
}
