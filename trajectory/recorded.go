package trajectory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/dialect"
	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// A Recording is what a message or a list of tools was recorded as, where chat completions
// have no place for all of it: blocks of thinking with their signatures, reasoning items,
// results that are marked as errors. The message itself is the same in chat completions.
// Requests of its API are made of it; see [Policy.API].
type Recording struct {
	// API is the one that JSON is for: APIMessages or APIResponses.
	API API
	// JSON is the list of blocks or items, compact, in the order recorded.
	JSON json.RawMessage
}

// AppendRecorded is Append for a message that was recorded as more than it says. Of equal
// messages the first recording is kept. What the recording has in common with the message
// is stored once.
func (s *Store) AppendRecorded(h *History, message []byte, r Recording) (*History, error) {
	m, err := s.message(message)
	if err != nil {
		return nil, err
	}
	if m.recorded == nil {
		compact, err := jsonscan.AppendCompact(nil, r.JSON)
		if err != nil {
			return nil, fmt.Errorf("recording is not JSON: %w", err)
		}
		m.recorded = newRecorded(m.wire, r.API, compact)
		s.bytes += int64(len(m.recorded.rest))
	}
	return s.append(h, m), nil
}

// Recorded returns what the message was recorded as; ok is false if it was recorded as
// the chat message that it is, or without what the message lacks. It is made anew by each
// call.
func (m *Message) Recorded() (r Recording, ok bool) {
	if m.recorded == nil {
		return r, false
	}
	return Recording{m.recorded.api, m.recorded.json(m.wire)}, true
}

// recorded is a recording without the text that its message has too.
type recorded struct {
	api      API
	rest     []byte // what is not in the message
	borrowed []borrowed
}

// A borrowed is a piece of the recording that is in the message.
type borrowed struct {
	at       int32 // its place in rest
	from, to int32 // its place in the message's wire
	quoted   bool  // JSON there, in a string: the arguments of a call
}

// leastBorrowed is the length from which text is worth the 16 bytes of a borrowed.
const leastBorrowed = 64

// newRecorded stores a recording, which is compact JSON, of the message with the given
// wire.
func newRecorded(wire []byte, api API, recording []byte) *recorded {
	r := &recorded{api: api}
	done := 0 // how much of recording is stored
	borrow := func(at, end, from, to int, quoted bool) {
		r.rest = append(r.rest, recording[done:at]...)
		r.borrowed = append(r.borrowed, borrowed{int32(len(r.rest)), int32(from), int32(to), quoted})
		done = end
	}
	arguments := quotedArguments(wire)
	next := 0                 // texts are in order
	budget := 100 * len(wire) // of what is searched in vain: recordings may be hostile
	s := jsonscan.Scanner{Data: recording}
	for at := 0; at < len(recording); {
		if recording[at] != '"' {
			if len(arguments) > 0 && recording[at] == '{' && bytes.HasPrefix(recording[at:], []byte(arguments[0].text)) {
				borrow(at, at+len(arguments[0].text), arguments[0].from, arguments[0].to, true)
				at, arguments = done, arguments[1:]
				continue
			}
			at++
			continue
		}
		s.Pos = at
		text := s.Str()
		if s.Err != nil {
			break
		}
		if inner := text[1 : len(text)-1]; len(inner) >= leastBorrowed && budget > 0 {
			if n := bytes.Index(wire[next:], inner); n >= 0 {
				next += n + len(inner)
				borrow(at+1, at+1+len(inner), next-len(inner), next, false)
			} else {
				budget -= len(wire) - next
			}
		}
		at += len(text)
	}
	r.rest = bytes.Clone(append(r.rest, recording[done:]...))
	return r
}

// An argument is the arguments of a call, decoded, and its place in the wire without the
// quotes.
type argument struct {
	text     string
	from, to int
}

// quotedArguments returns the arguments of the calls of a message that are long enough to
// be borrowed, in order.
func quotedArguments(wire []byte) (all []argument) {
	if !bytes.Contains(wire, []byte(`"tool_calls"`)) {
		return nil
	}
	next := 0
	gjson.GetBytes(wire[1:], "tool_calls.#.function.arguments").ForEach(func(_, a gjson.Result) bool {
		if a.Type != gjson.String || len(a.Str) < leastBorrowed {
			return true
		}
		if n := bytes.Index(wire[next:], []byte(a.Raw)); n >= 0 {
			next += n + len(a.Raw)
			all = append(all, argument{strings.Clone(a.Str), next - len(a.Raw) + 1, next - 1})
		}
		return true
	})
	return all
}

// json returns the recording of the message with the given wire.
func (r *recorded) json(wire []byte) []byte {
	return bytes.Join(r.pieces(wire), nil)
}

// pieces returns the recording of the message with the given wire as slices of what is
// stored. Only the arguments of calls are copied.
func (r *recorded) pieces(wire []byte) (all [][]byte) {
	done := 0
	for _, p := range r.borrowed {
		all = append(all, r.rest[done:p.at])
		if p.quoted {
			all = append(all, []byte(gjson.ParseBytes(wire[p.from-1:p.to+1]).Str))
		} else {
			all = append(all, wire[p.from:p.to])
		}
		done = int(p.at)
	}
	return append(all, r.rest[done:])
}

// form returns the recording as it is sent, without what the API refuses.
func (r *recorded) form(m *Message, notes dialect.Notes) dialect.Form {
	f := dialect.Form{Hole: -1}
	pieces := r.pieces(m.wire)
	var sent []dialect.Span
	if list := bytes.Join(pieces, nil); r.api == APIResponses {
		sent = dialect.RecordedItems(list, notes) // items have roles of their own
	} else {
		sent, f.Marked = dialect.RecordedBlocks(list, notes)
		f.Role = dialect.RoleOf(m.Role())
	}
	var p dialect.Parts
	glue := f.Role.Next()
	if r.api == APIResponses {
		glue = ","
	}
	for i, span := range sent {
		switch {
		case i == 0:
			p.Write(glue)
			f.Glue = len(glue)
		case span.First:
			p.Write(",")
		}
		if span.Text != "" {
			p.Write(span.Text)
			continue
		}
		at := 0
		for _, piece := range pieces {
			if from, to := max(span.From, at), min(span.To, at+len(piece)); from < to {
				p.Share(piece[from-at : to-at])
			}
			at += len(piece)
		}
	}
	f.Segments = p.Segments()
	return f
}
