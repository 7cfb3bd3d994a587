package endpoint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// ending is what the events have said about the end of the answer. A finish_reason is
// the server's word that it is over, but some servers give it with the first event, or
// with each: output that follows proves it wrong.
type ending struct {
	finish finish // the latest
	over   bool   // there was no output after it
	// early: output followed a finish_reason that came with or after output. From then
	// on no finish_reason is believed until the body ends or [DONE] comes.
	early  bool
	framed bool // there were events
	final  bool // the body has ended well; what is read now is its last event
}

// concludes takes in what an event says about the end of the answer, and sets how long
// the client waits for more.
func (s *stream) concludes(stamp time.Time, d *delta) {
	c := s.conn.client
	followed := s.over // by this event
	if d.visible > 0 && s.over {
		s.over = false
		if s.shown > 1 {
			s.early = true
			c.early.Store(true)
			s.dog.calm()
		}
	}
	if d.finish != "" {
		s.finish, s.over = d.finish, true
		s.response.FinishReason, s.response.Limited = string(d.finish), d.finish.limited()
	}
	if followed && d.counted {
		c.usageFollows.Store(true)
	}
	// Before any output the server may only have begun, and gets the time that a first
	// token takes. Where output has followed a finish_reason, in this answer or in
	// another, it may do so again.
	if !s.believed() || c.early.Load() {
		return
	}
	switch {
	case d.several:
		s.dog.hurry(stamp, trailerWait)
	case d.finish != "" || d.counted:
		s.dog.hurry(stamp, c.trailer(s.reported))
	case d.step: // a token that is not visible, perhaps
		s.dog.hurry(stamp, trailerWait)
	}
}

// believed reports whether a finish_reason says that the answer is over.
func (s *stream) believed() bool { return s.over && s.shown > 0 && !s.early }

// ended reports whether the answer is over, by the server's word. eof is whether the
// body ended well.
func (s *stream) ended(eof bool) bool {
	return s.finish != "" && s.failure == nil && (s.response.Done || s.over && eof || s.believed())
}

// wellEnded reports whether err means that a body came to its proper end.
func wellEnded(err error) bool { return errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) }

// verdict returns how a response of status 200 ended: nil or an *Error. readErr is the
// error of reading it; header is nil where it is not known.
func (s *stream) verdict(ctx context.Context, readErr error, header http.Header) error {
	e := &Error{Outcome: OutcomeTruncated, Status: http.StatusOK}
	eof := wellEnded(readErr)
	switch {
	case s.failure != nil:
		return s.failure
	case s.finish.aborted():
		e.Message = s.reader.api.endName() + " " + string(s.finish)
	case s.clock.Streamed() && s.ended(eof):
		// The answer is complete, whatever came after it.
		return nil
	case s.response.Done && s.finish == "":
		if !s.clock.Streamed() {
			e.Message = s.reader.api.mistaken(s.other)
		}
		e.Message = cmp.Or(e.Message, "[DONE] without a "+s.reader.api.endName())
	case s.finish != "" && !s.clock.Streamed() && (eof || s.response.Done || ctx.Err() == nil):
		e.Outcome = OutcomeEmpty
		if s.unseen > 0 {
			e.Message = fmt.Sprintf("nothing but white space, invisible characters or tags that mark reasoning, %d bytes", s.unseen)
		}
	case errors.Is(context.Cause(ctx), errEnough):
		e.Message = "broken off by the client: " + s.goesOn()
	case !eof:
		e = s.conn.failure(ctx, readErr, http.StatusOK)
		if s.finish != "" && !s.over || s.early {
			e.Message = s.goesOn()
		} else if !s.framed {
			e.Message = s.instead(header)
		}
	case s.finish != "":
		e.Message = s.goesOn() + ", and no other followed"
	case !s.clock.Streamed():
		if e.Message = s.instead(header); e.Message != "" {
			e.Outcome = OutcomeMalformed
		} else {
			e.Message = cmp.Or(s.reader.api.mistaken(s.other), "no output")
		}
	}
	e.Message = s.conn.client.quote(e.Message)
	return e
}

// goesOn says that a finish_reason was not the end.
func (s *stream) goesOn() string {
	return fmt.Sprintf("output went on after %s %q", s.reader.api.endName(), string(s.finish))
}
