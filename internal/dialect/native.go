package dialect

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// A Span is a part of a text, from one place to another, or Text in its place.
type Span struct {
	From, To int
	Text     string
	First    bool // a block or item begins here
}

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
		at.First = true
		sent = append(sent, at)
	})
	return sent, marked
}

// RecordedItems returns which items of a list that was recorded in Responses are sent: all
// but reasoning that is encrypted or has no content, which servers other than the one that
// made it refuse. An item is a list of spans, the first of which is marked. They complete what
// the API demands of an item and clients leave out: see fill.
func RecordedItems(list []byte, notes Notes) (sent []Span) {
	eachObject(list, func(at Span, object []byte) {
		f := fieldsOf(object)
		kind, content, encrypted := f["type"].raw, f["content"].raw, f["encrypted_content"].raw
		switch {
		case string(kind) == `"reasoning"`:
			if len(encrypted) > 2 && encrypted[0] == '"' || len(content) <= 2 || content[0] != '[' {
				notes.add(Reasoning, "reasoning that is encrypted or without content is left out: other servers cannot read it")
				return
			}
			sent = append(sent, fill(at, f, "id", `"rs_1"`, "summary", `[]`)...)
		case string(f["role"].raw) == `"assistant"` && len(content) > 0 && content[0] == '[':
			spans := fill(at, f, "id", `"msg_1"`, "status", `"completed"`)
			eachObject(content, func(part Span, object []byte) {
				g := fieldsOf(object)
				if string(g["type"].raw) != `"output_text"` {
					return
				}
				from := at.From + f["content"].at
				spans = within(spans, fill(Span{From: from + part.From, To: from + part.To}, g, "annotations", `[]`))
			})
			sent = append(sent, spans...)
		default:
			sent = append(sent, fill(at, f)...)
		}
	})
	return sent
}

// A value is a field of an object and its place in it.
type value struct {
	raw []byte
	at  int
}

func fieldsOf(object []byte) map[string]value {
	all := make(map[string]value)
	s := jsonscan.Scanner{Data: object}
	s.Object(func(key []byte) {
		name, raw := string(key), s.Skip()
		all[name] = value{raw, s.Pos - len(raw)}
	})
	return all
}

// fill returns the spans of an object, with the given fields where they are absent or null.
// Codex leaves out the id and status of an answer and the annotations of its text, which the
// API's own schema demands: vLLM refused such items for a long time, and still does where an
// id is null.
func fill(at Span, fields map[string]value, names ...string) []Span {
	at.First = true
	spans := []Span{at}
	var absent strings.Builder
	for i := 0; i < len(names); i += 2 {
		name, text := names[i], names[i+1]
		if v, ok := fields[name]; !ok {
			absent.WriteString(`"` + name + `":` + text + ",")
		} else if string(v.raw) == "null" {
			from := at.From + v.at
			spans = within(spans, []Span{{Text: text, From: from, To: from + len(v.raw)}})
		}
	}
	if absent.String() != "" && len(fields) > 0 {
		spans = within(spans, []Span{{Text: absent.String(), From: at.From + 1, To: at.From + 1}})
	}
	return spans
}

// within puts spans in the place of what they span.
func within(spans, inner []Span) (all []Span) {
	first, last := inner[0], inner[len(inner)-1]
	done := false
	for _, s := range spans {
		if done || s.Text != "" || first.From < s.From || last.To > s.To {
			all = append(all, s)
			continue
		}
		done = true
		if first.From > s.From {
			all = append(all, Span{From: s.From, To: first.From, First: s.First})
			s.First = false
		}
		for _, in := range inner {
			in.First = s.First
			all = append(all, in)
			s.First = false
		}
		if last.To < s.To {
			all = append(all, Span{From: last.To, To: s.To})
		}
	}
	return all
}

// eachObject iterates over the objects in a list.
func eachObject(list []byte, each func(at Span, object []byte)) {
	if len(list) == 0 || list[0] != '[' {
		return
	}
	s := jsonscan.Scanner{Data: list}
	s.Array(func(int) {
		if raw := s.Skip(); len(raw) > 0 && raw[0] == '{' {
			each(Span{From: s.Pos - len(raw), To: s.Pos}, raw)
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
