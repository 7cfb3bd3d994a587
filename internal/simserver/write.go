package simserver

import (
	"fmt"
	"net/http"

	"github.com/tidwall/gjson"
)

// emit adds a piece to the answer and returns its events. tokens is the running count of
// output tokens.
func (s *Stream) emit(p piece, tokens int) string {
	begins := s.reply.add(p)
	return s.frames.piece(p, begins, tokens)
}

// running is the reply's.
func (s *Stream) running(tokens int) (claimed int, ok bool) {
	switch {
	case s.fault.Kind == FaultNoUsage:
		return 0, false
	case s.act.Running != nil:
		return s.act.Running(Counts{s.asked, tokens, s.visible, s.Request.Tokens}), true
	}
	return tokens, s.Request.runningUsage
}

// conclude returns all that follows the last token. A request that wants no stream gets its
// answer here.
func (s *Stream) conclude(finish string) string {
	t := totals{sent: s.Sent, tokens: s.Sent}
	if s.act.Claim != nil {
		t.tokens, t.reasoning = s.act.Claim(Counts{s.asked, s.Sent, s.visible, s.Request.Tokens})
	}
	if s.Request.whole {
		s.answer(s.frames.whole(finish, t))
		return ""
	}
	return s.frames.trailer(finish, t)
}

// write sends events, of which a request that wants no stream gets none.
func (s *Stream) write(text string) {
	if !s.Request.whole {
		s.put(text)
	}
}

// answer sends the answer to a request that wants no stream.
func (s *Stream) answer(text string) {
	if s.Request.whole {
		s.w.Header().Set("Content-Type", "application/json")
		s.put(text)
	}
}

// fail sends an error in the middle of an answer, which is one instead of it where it is no
// stream.
func (s *Stream) fail() {
	if s.Request.whole {
		WriteError(s.w, s.r, http.StatusInternalServerError, exhausted)
		return
	}
	s.put(s.frames.failure())
}

func (s *Stream) put(text string) {
	if !s.silent {
		fmt.Fprint(s.w, text)
		s.control.Flush()
	}
}

// object returns what a JSON string without its quotes says, if that is JSON; otherwise, as
// of arguments that were cut, an empty object.
func object(text string) string {
	if said := gjson.Parse(`"` + text + `"`).Str; gjson.Valid(said) {
		return said
	}
	return "{}"
}
