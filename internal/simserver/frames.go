package simserver

import "strings"

// A kind is what a piece of output is.
type kind int

const (
	visible   kind = iota // text
	reasoning             // thinking
	call                  // the arguments of a call of a tool
)

// A piece is some output. Its text is fit for a JSON string.
type piece struct {
	kind kind
	text string
}

// A part is a run of pieces of one kind.
type part struct {
	kind kind
	text strings.Builder
}

// frames put an answer into the form of one API. finish is that of a chat completion.
type frames interface {
	// early is what may be sent long before the first token.
	early() string
	// piece is the events of a piece that was added to the parts. tokens is the running
	// count of output tokens.
	piece(p piece, begins bool, tokens int) string
	// trailer is the events after the last token.
	trailer(finish string, tokens, reasoning int) string
	// whole is the answer of a request that wants no stream.
	whole(finish string, tokens, reasoning int) string
	// failure is the event of an error.
	failure() string
	// torn is an event that is not JSON.
	torn() string
	// idle is what keeps a client waiting.
	idle() string
}

func framesOf(s *Stream) frames {
	switch s.Request.protocol {
	case messages:
		return &messagesFrames{s: s}
	case responses:
		return &responsesFrames{s: s}
	}
	return &chatFrames{s: s}
}

// emit adds a piece to the answer and returns its events. tokens is the running count of
// output tokens.
func (s *Stream) emit(p piece, tokens int) string {
	begins := len(s.parts) == 0 || s.parts[len(s.parts)-1].kind != p.kind
	if begins {
		s.parts = append(s.parts, &part{kind: p.kind})
	}
	if s.keeps {
		s.parts[len(s.parts)-1].text.WriteString(p.text)
	}
	return s.frames.piece(p, begins, tokens)
}

// running returns the count of output tokens that is claimed with an event, where it is.
func (s *Stream) running(tokens int) (claimed int, ok bool) {
	switch {
	case s.fault.Kind == FaultNoUsage:
		return 0, false
	case s.act.Running != nil:
		return s.act.Running(Counts{s.asked, tokens, s.visible, s.Request.Tokens}), true
	}
	return tokens, s.Request.runningUsage
}

// counted reports whether the answer ends with its counts.
func (s *Stream) counted() bool { return s.Request.includeUsage && s.fault.Kind != FaultNoUsage }

// said returns what the parts of a kind say.
func (s *Stream) said(k kind) string {
	var b strings.Builder
	for _, p := range s.parts {
		if p.kind == k {
			b.WriteString(p.text.String())
		}
	}
	return b.String()
}
