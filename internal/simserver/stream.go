package simserver

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A Stream is one streamed answer being written. One goroutine uses it.
type Stream struct {
	Request Request
	Sent    int // tokens

	act     Act
	asked   int // tokens, of which Request.Tokens are made
	shown   int // tokens
	visible int // bytes
	text    text
	fault   Fault
	id      string
	created int64
	w       http.ResponseWriter
	ctx     context.Context
	control *http.ResponseController
	leave   func()
	silent  bool // nobody listens
	named   bool // the role was
}

// NewStream returns the answer to a request, the number-th of its server.
// leave, which may be called more than once, takes the request out of the
// server; the stream calls it just before it sends the last token.
func NewStream(number int, q Request, fault Fault, w http.ResponseWriter, r *http.Request, leave func()) *Stream {
	return &Stream{
		Request: q, asked: q.Tokens, text: textOf(q), fault: fault, w: w, ctx: r.Context(), control: http.NewResponseController(w), leave: leave,
		id: fmt.Sprintf("chatcmpl-%d", number), created: time.Now().Unix(),
	}
}

// Context is done when the client has gone away.
func (s *Stream) Context() context.Context { return s.ctx }

// Detach goes on without a client: the stream takes its time and writes nothing.
func (s *Stream) Detach() { s.silent, s.ctx = true, context.WithoutCancel(s.ctx) }

// Perform has the stream answer as an act says. Call it before all other methods.
func (s *Stream) Perform(a Act) {
	s.act = a
	if a.Made > 0 {
		s.Request.Tokens = a.Made
	}
}

// Pace is how many times as fast as the server the answer is made.
func (s *Stream) Pace() float64 { return s.act.pace() }

// Wait returns the time to the first token, given that of the server.
func (s *Stream) Wait(ttft time.Duration) time.Duration {
	if s.act.Ready {
		ttft = 0
	}
	return ttft + s.act.Pause
}

// Begin sends the headers, and with earlyRole a chunk that holds only the role.
func (s *Stream) Begin(earlyRole bool) {
	s.w.Header().Set("Content-Type", "text/event-stream")
	s.w.WriteHeader(http.StatusOK)
	text := ""
	if earlyRole {
		text = s.chunk(`{"content":""}`, "", 0)
	}
	for _, delta := range s.act.Early {
		text += s.chunk(delta, "", 1)
		if s.act.Gap > 0 {
			s.write(text)
			s.pause(s.act.Gap)
			text = ""
		}
	}
	if text == "" {
		s.control.Flush()
		return
	}
	s.write(text)
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
	s.Sent = next
	last := s.Sent == s.Request.Tokens
	if last {
		// The last token frees its place before the client can know of it:
		// otherwise the agent's next request would find this one in its way.
		s.leave()
	}
	if last && s.act.Halves > 0 {
		s.write(s.show(s.Sent / 2))
		s.pause(s.act.Halves)
	}
	text := s.show(s.act.shows(s.Sent, s.Request.Tokens))
	if last && s.act.Hold > 0 {
		s.write(text)
		s.pause(s.act.Hold)
		text = ""
	}
	if last {
		text += s.trailer(cmp.Or(s.act.Finish, s.Request.finish))
	}
	if text != "" {
		s.write(text)
	}
}

// show returns the events of the tokens up to next that were not shown before.
func (s *Stream) show(next int) (text string) {
	var b strings.Builder
	for i := s.shown; i < next; i++ {
		b.WriteString(s.act.token(s.text, i))
	}
	said := b.String()
	s.visible += len(said)
	switch {
	case said == "" && s.shown == next:
	case s.act.Split:
		for i := range len(said) {
			text += s.chunk(`{"content":"`+said[i:i+1]+`"}`, "", next)
		}
	case s.Request.call != "":
		text = s.chunk(s.calling(said, next), "", next)
	default:
		text = s.chunk(`{"content":"`+said+`"}`, "", next)
	}
	s.shown = next
	return text
}

// pause waits, unless the client goes away.
func (s *Stream) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-s.ctx.Done():
	}
}

// End ends the response.
func (s *Stream) End() {
	if s.fault.Kind == FaultCloseNext {
		closeNext(s.control)
	}
}

// chunk returns one event, the first one with the role. tokens is the running count of output
// tokens.
func (s *Stream) chunk(delta, finish string, tokens int) string {
	if !s.named {
		s.named = true
		role := `{"role":"assistant"`
		if delta != "{}" {
			role += ","
		}
		delta = role + delta[1:]
	}
	reason := "null"
	if finish != "" {
		reason = `"` + finish + `"`
	}
	usage := ""
	if (s.Request.runningUsage || s.act.Running != nil) && s.fault.Kind != FaultNoUsage {
		if s.act.Running != nil {
			tokens = s.act.Running(Counts{s.asked, tokens, s.visible, s.Request.Tokens})
		}
		usage = `,"usage":` + s.Request.usage(tokens, 0)
	}
	return fmt.Sprintf(`data: {"id":"%s","object":"chat.completion.chunk","created":%d,"model":"%s","choices":[{"index":0,"delta":%s,"finish_reason":%s}]%s}`+"\n\n",
		s.id, s.created, s.Request.model, delta, reason, usage)
}

// trailer returns all that follows the last token.
func (s *Stream) trailer(finish string) string {
	text := s.chunk(`{}`, finish, s.Sent)
	tokens, reasoning := s.Sent, 0
	if s.act.Claim != nil {
		tokens, reasoning = s.act.Claim(Counts{s.asked, s.Sent, s.visible, s.Request.Tokens})
	}
	if s.Request.includeUsage && s.fault.Kind != FaultNoUsage {
		text += fmt.Sprintf(`data: {"id":"%s","object":"chat.completion.chunk","created":%d,"model":"%s","choices":[],"usage":%s}`+"\n\n",
			s.id, s.created, s.Request.model, s.Request.usage(tokens, reasoning))
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
