package format

import "github.com/agentperf/agentperf-go/internal/jsonscan"

// A claudeMessage is the message of a record. Values are unparsed JSON, nil if
// absent, and valid as long as the line.
type claudeMessage struct {
	id, model, usage, stop []byte
	blocks                 []claudeBlock // of the content; a string is one block of type text
}

// A claudeBlock is one part of a content.
type claudeBlock struct {
	kind                                      string
	text, thinking, id, name, input, contents []byte
	raw                                       []byte
}

// decode decodes a message, which must be valid JSON. It reuses the blocks of the
// previous message.
func (m *claudeMessage) decode(raw []byte) {
	*m = claudeMessage{blocks: m.blocks[:0]}
	s := jsonscan.Scanner{Data: raw}
	s.Object(func(key []byte) {
		switch string(key) {
		case "id":
			m.id = s.Skip()
		case "model":
			m.model = s.Skip()
		case "usage":
			m.usage = s.Skip()
		case "stop_reason":
			m.stop = s.Skip()
		case "content":
			m.content(&s)
		default:
			s.Skip()
		}
	})
}

func (m *claudeMessage) content(s *jsonscan.Scanner) {
	m.blocks = m.blocks[:0]
	switch s.Next() {
	case '"':
		m.blocks = append(m.blocks, claudeBlock{kind: "text", text: s.Skip()})
	case '[':
		s.Array(func(int) {
			if s.Next() != '{' {
				s.Skip()
				return
			}
			m.blocks = append(m.blocks, claudeBlock{})
			b := &m.blocks[len(m.blocks)-1]
			start := s.Pos
			s.Object(func(key []byte) { b.field(string(key), s.Skip()) })
			b.raw = s.Data[start:s.Pos]
		})
	default:
		s.Skip()
	}
}

func (b *claudeBlock) field(name string, value []byte) {
	switch name {
	case "type":
		b.kind = unquote(value)
	case "text":
		b.text = value
	case "thinking":
		b.thinking = value
	case "id", "tool_use_id":
		b.id = value
	case "name":
		b.name = value
	case "input":
		b.input = value
	case "content":
		b.contents = value
	}
}
