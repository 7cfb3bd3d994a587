package simserver

import (
	"cmp"
	"context"
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
	reply   reply
	frames  frames
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	control *http.ResponseController
	leave   func()
	silent  bool // nobody listens
}

// NewStream returns the answer to a request, the number-th of its server.
// leave, which may be called more than once, takes the request out of the
// server; the stream calls it just before it sends the last token.
func NewStream(number int, q Request, fault Fault, w http.ResponseWriter, r *http.Request, leave func()) *Stream {
	s := &Stream{
		Request: q, asked: q.Tokens, text: textOf(q), fault: fault, w: w, r: r, ctx: r.Context(), control: http.NewResponseController(w), leave: leave,
	}
	s.reply = reply{
		q: &s.Request, number: number, created: time.Now().Unix(), running: s.running,
		keeps: q.whole || q.protocol == responses, counted: q.includeUsage && fault.Kind != FaultNoUsage, undone: fault.Kind == FaultNoDone,
	}
	s.frames = framesOf(q.protocol, &s.reply)
	return s
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

// Begin sends the headers, and with early what an answer begins with before there is any
// output.
func (s *Stream) Begin(early bool) {
	if !s.Request.whole {
		s.w.Header().Set("Content-Type", "text/event-stream")
		s.w.WriteHeader(http.StatusOK)
	}
	text := ""
	if early {
		text = s.frames.early()
	}
	for _, p := range s.act.Early {
		text += s.emit(p, 1)
		if s.act.Gap > 0 {
			s.write(text)
			s.pause(s.act.Gap)
			text = ""
		}
	}
	if text == "" && !s.Request.whole {
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
		text += s.conclude(cmp.Or(s.act.Finish, s.Request.finish))
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
			text += s.emit(piece{visible, said[i : i+1]}, next)
		}
	case s.Request.call != "":
		text = s.emit(piece{call, s.arguments(said, next)}, next)
	default:
		text = s.emit(piece{visible, said}, next)
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

// arguments returns a piece of the arguments of a call: what is said is part of an object with
// one string.
func (s *Stream) arguments(said string, next int) string {
	if s.shown == 0 {
		said = `{\"text\":\"` + said
	}
	if next == s.Request.Tokens {
		said += `\"}`
	}
	return said
}
