package endpointtest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// session is one request being answered.
type session struct {
	engine  *Engine
	request request
	fault   Fault
	id      string
	created int64

	w       http.ResponseWriter
	r       *http.Request
	control *http.ResponseController
	leave   func()

	started bool
	silent  bool    // nobody listens
	base    float64 // progress of the system at which token 0 would have come
	sent    int     // tokens
}

// serve streams the answer, its first token ttft after now, or from where it
// stopped. The error is that of the client going away.
func (s *session) serve(ttft time.Duration) error {
	e, ctx := s.engine, s.r.Context()
	size := max(1, e.TokensPerEvent)
	arrived := time.Now()
	if !s.started {
		s.started = true
		s.header()
		s.base = e.share.mark(arrived)
		if ttft > 0 {
			due := arrived.Add(ttft)
			if _, err := waitUntil(ctx, due, nil); err != nil {
				return err
			}
			s.base = e.share.mark(due) - float64(min(size, s.request.tokens))
		}
	}
	for s.sent < s.request.tokens {
		if s.fault.Kind != FaultNone && s.sent >= s.fault.After {
			if done, err := s.misbehave(ctx); done {
				return err
			}
		}
		next := min(s.sent+size, s.request.tokens)
		if s.fault.Kind != FaultNone && s.sent < s.fault.After {
			next = min(next, s.fault.After)
		}
		if err := e.share.until(ctx, s.base+float64(next), s.sent == 0); err != nil {
			return err
		}
		text := s.chunk(`{"content":"`+words(next-s.sent)+`"}`, "", next)
		e.update(func(st *Stats) { st.OutputTokens += next - s.sent })
		s.sent = next
		if s.sent == s.request.tokens {
			// The last token frees the share before anyone can know of it, or
			// the agent's next request would meet its own ghost.
			s.leave()
			text += s.trailer(s.request.finish)
		}
		s.write(text)
	}
	return nil
}

func (s *session) header() {
	s.w.Header().Set("Content-Type", "text/event-stream")
	s.w.WriteHeader(http.StatusOK)
	if s.engine.EarlyRole {
		s.write(s.chunk(`{"role":"assistant","content":""}`, "", 0))
	} else {
		s.control.Flush()
	}
}

// chunk returns one event. tokens is the running count of output tokens.
func (s *session) chunk(delta, finish string, tokens int) string {
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
func (s *session) trailer(finish string) string {
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

func (s *session) write(text string) {
	if !s.silent {
		fmt.Fprint(s.w, text)
		s.control.Flush()
	}
}

// misbehave acts on the faults that come in the middle of a stream; done
// reports that the stream is over.
func (s *session) misbehave(ctx context.Context) (done bool, err error) {
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
