package dialect

import (
	"bytes"
	"encoding/json"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// A Span is a part of a text, from one place to another.
type Span struct{ From, To int }

// RecordedBlocks returns which blocks of a list that was recorded in Messages are sent, and
// whether one of them has a cache mark. All are but those that the API refuses: thinking
// without a signature and empty texts.
func RecordedBlocks(list []byte, notes Notes) (sent []Span, marked bool) {
	eachObject(list, func(at Span, object []byte) {
		var kind, signature, text []byte
		s := jsonscan.Scanner{Data: object}
		mark := false
		s.Object(func(key []byte) {
			switch name, value := string(key), s.Skip(); name {
			case "type":
				kind = value
			case "signature":
				signature = value
			case "text":
				text = value
			case "cache_control":
				mark = value[0] == '{'
			}
		})
		switch string(kind) {
		case `"thinking"`:
			if len(signature) <= 2 {
				notes.add(Reasoning, "thinking without a signature is left out: the API demands one")
				return
			}
		case `"text"`:
			if len(text) <= 2 {
				return
			}
		}
		marked = marked || mark
		sent = append(sent, at)
	})
	return sent, marked
}

// RecordedItems returns which items of a list that was recorded in Responses are sent: all
// but reasoning that is encrypted or has no content, which servers other than the one that
// made it refuse.
func RecordedItems(list []byte, notes Notes) (sent []Span) {
	eachObject(list, func(at Span, object []byte) {
		var kind, content, encrypted []byte
		s := jsonscan.Scanner{Data: object}
		s.Object(func(key []byte) {
			switch name, value := string(key), s.Skip(); name {
			case "type":
				kind = value
			case "content":
				content = value
			case "encrypted_content":
				encrypted = value
			}
		})
		if string(kind) == `"reasoning"` && (len(encrypted) > 2 && encrypted[0] == '"' || len(content) <= 2 || content[0] != '[') {
			notes.add(Reasoning, "reasoning that is encrypted or without content is left out: other servers cannot read it")
			return
		}
		sent = append(sent, at)
	})
	return sent
}

// eachObject iterates over the objects in a list.
func eachObject(list []byte, each func(at Span, object []byte)) {
	if len(list) == 0 || list[0] != '[' {
		return
	}
	s := jsonscan.Scanner{Data: list}
	s.Array(func(int) {
		if raw := s.Skip(); len(raw) > 0 && raw[0] == '{' {
			each(Span{s.Pos - len(raw), s.Pos}, raw)
		}
	})
}

// quote returns a text as a JSON string.
func quote(text []byte) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(string(text)) // a string cannot fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
