package trajectory

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"
)

// builder assembles request bodies from shared segments. What it returns is
// valid until its next call.
type builder struct {
	head, tail []byte // before the messages, after everything
	skip       map[string]bool

	segments [][]byte
	messages []*Message
	options  []byte   // the part that depends on the turn
	prefixed *Message // the message that first holds, with a prefix
	prefix   string
	first    []byte
}

func newBuilder(p Policy) *builder {
	b := &builder{skip: make(map[string]bool)}
	model, _ := json.Marshal(p.Model) // a string cannot fail
	b.head = slices.Concat([]byte(`{"model":`), model, []byte(`,"messages":[`))
	var tail bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(p.Fields)) {
		b.skip[name] = true
		key, _ := json.Marshal(name)
		tail.WriteByte(',')
		tail.Write(key)
		tail.WriteByte(':')
		json.Compact(&tail, p.Fields[name]) // valid, by Policy.Validate
	}
	tail.WriteByte('}')
	b.tail = tail.Bytes()
	return b
}

// body returns the request body of a turn. The order of the fields is that of
// AA's published client.
func (b *builder) body(t *Turn, prefix string, maxTokens int, forced bool) [][]byte {
	b.messages = t.Context.Append(b.messages[:0])
	b.segments = append(b.segments[:0], b.head)
	for i, m := range b.messages {
		switch {
		case i > 0:
			b.segments = append(b.segments, m.wire)
		case prefix == "":
			b.segments = append(b.segments, m.JSON())
		default:
			if b.prefixed != m || b.prefix != prefix {
				b.prefixed, b.prefix, b.first = m, prefix, withPrefix(m.JSON(), prefix)
			}
			b.segments = append(b.segments, b.first)
		}
	}
	o := append(b.options[:0], `],"stream":true`...)
	if !b.skip["stream_options"] {
		o = append(o, `,"stream_options":{"include_usage":true}`...)
	}
	if !b.skip["max_tokens"] {
		o = strconv.AppendInt(append(o, `,"max_tokens":`...), int64(maxTokens), 10)
	}
	if forced && !b.skip["ignore_eos"] {
		o = append(o, `,"ignore_eos":true`...)
	}
	tools := t.Tools != nil && !b.skip["tools"]
	if tools {
		o = append(o, `,"tools":`...)
	}
	b.options = o
	b.segments = append(b.segments, o)
	if tools {
		b.segments = append(b.segments, t.Tools)
	}
	b.segments = append(b.segments, b.tail)
	return b.segments
}

// withPrefix returns the message with text in front of its content: of a
// string, as a part of its own in front of parts, alone in place of null.
func withPrefix(message []byte, text string) []byte {
	quoted, _ := json.Marshal(text)
	content := gjson.GetBytes(message, "content")
	at := content.Index
	switch {
	case !content.Exists():
		return slices.Concat([]byte(`{"content":`), quoted, []byte(","), message[1:])
	case content.Type == gjson.String:
		return slices.Concat(message[:at], quoted[:len(quoted)-1], message[at+1:])
	case content.IsArray():
		part := slices.Concat([]byte(`[{"type":"text","text":`), quoted, []byte("}"))
		if message[at+1] != ']' {
			part = append(part, ',')
		}
		return slices.Concat(message[:at], part, message[at+1:])
	default:
		return slices.Concat(message[:at], quoted, message[at+len(content.Raw):])
	}
}
