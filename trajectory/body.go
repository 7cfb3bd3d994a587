package trajectory

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/fields"
	"github.com/agentperf/agentperf-go/internal/filler"
)

// A builder assembles request bodies from shared segments. What it returns is valid
// until its next call.
type builder struct {
	api        API
	billing    bool            // send billing lines
	head, tail []byte          // before the messages, after everything
	skip       map[string]bool // fields that the policy replaces
	limit      string          // the field that limits the answer
	position   PrefixPosition
	factor     float64 // words of synthetic text for each token

	segments [][]byte
	messages []*Message
	options  []byte // the part that depends on the turn
	prefixed *Message
	prefix   string
	marked   []byte   // prefixed with prefix in front, as it follows another message
	begun    [][]byte // the same in an API other than chat completions
	cache    []byte   // the end of a block with a cache mark
	lists    toolLists

	text []byte // synthetic text of the body
}

func newBuilder(p Policy) *builder {
	b := &builder{
		api: p.API, billing: p.BillingLine, skip: make(map[string]bool), limit: p.MaxTokensField, position: p.Prefix, factor: p.SyntheticFactor,
		lists: toolLists{api: p.API},
	}
	for name := range p.Fields {
		b.skip[name] = true
	}
	model, _ := json.Marshal(p.Model) // a string cannot fail
	b.head = slices.Concat([]byte(`{"model":`), model)
	switch {
	case b.api == APIChat:
		b.head = append(b.head, `,"messages":[`...)
	case b.api == APIResponses && !b.skip["store"]:
		b.head = append(b.head, `,"store":false`...)
	}
	b.tail = fields.Tail(p.Fields)
	return b
}

// body returns the request body of a turn, with the fields in the order of AA's
// published client.
func (b *builder) body(t *Turn, prefix string, maxTokens int, forced bool) [][]byte {
	b.messages = t.History.Append(b.messages[:0])
	b.segments = append(b.segments[:0], b.head)
	b.reserve(prefix)
	switch b.api {
	case APIMessages:
		b.inMessages(t, prefix)
	case APIResponses:
		b.inResponses(prefix)
	default:
		b.inChat(prefix)
	}
	o := append(b.options[:0], `],"stream":true`...)
	if b.api == APIChat && !b.skip["stream_options"] {
		o = append(o, `,"stream_options":{"include_usage":true}`...)
	}
	if !b.skip[b.limit] {
		o = append(append(append(o, `,"`...), b.limit...), `":`...)
		o = strconv.AppendInt(o, int64(maxTokens), 10)
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
		b.segments = append(b.segments, b.lists.of(t)...)
	}
	b.segments = append(b.segments, b.tail)
	return b.segments
}

// inChat adds the messages of a chat-completions request.
func (b *builder) inChat(prefix string) {
	mark := b.mark(prefix)
	for i, m := range b.messages {
		wire := m.wire
		switch {
		case m.text != nil:
			wire = b.synthetic(m, i == mark, prefix)
		case i == mark:
			if b.prefixed != m || b.prefix != prefix {
				b.prefixed, b.prefix, b.marked = m, prefix, withPrefix(m.wire, prefix)
			}
			wire = b.marked
		}
		if i == 0 {
			wire = wire[1:] // no comma before the first
		}
		b.segments = append(b.segments, wire)
	}
}

// reserve allocates memory for the synthetic text of the messages, so that segments
// need not move. That is as much as a prompt, so it is allocated for each body and an
// agent holds it only while its request is in flight.
func (b *builder) reserve(prefix string) {
	n := 0
	for _, m := range b.messages {
		if m.text != nil {
			n += len(m.wire)
			for _, block := range m.text.blocks {
				n += block.words(b.factor) * filler.BytesPerToken
			}
		}
	}
	b.text = nil
	if n > 0 {
		b.text = make([]byte, 0, n+6*len(prefix)) // as if all of it had to be escaped
	}
}

// release frees what the last body needed.
func (b *builder) release() { b.text = nil }

// synthetic returns a message with its text written out, and if marked with the prefix
// in front of the text, or after the blocks that other sessions have too.
func (b *builder) synthetic(m *Message, marked bool, prefix string) []byte {
	from := len(b.text)
	b.text = append(b.text, m.wire[:m.text.at]...)
	b.made(m, marked, prefix)
	b.text = append(b.text, m.wire[m.text.at:]...)
	return b.text[from:]
}

// made writes out the synthetic text of a message.
func (b *builder) made(m *Message, marked bool, prefix string) []byte {
	from, shared := len(b.text), m.text.shared
	if b.position == PrefixFront {
		shared = 0
	}
	b.text = appendBlocks(b.text, m.text.blocks[:shared], b.factor)
	if marked {
		quoted, _ := json.Marshal(prefix)
		b.text = append(b.text, quoted[1:len(quoted)-1]...)
	}
	b.text = appendBlocks(b.text, m.text.blocks[shared:], b.factor)
	return b.text[from:]
}

// mark returns the index of the message that takes the prefix, -1 for none. A history
// of system messages alone takes it in the last.
func (b *builder) mark(prefix string) int {
	switch {
	case prefix == "" || b.position == PrefixNone:
		return -1
	case b.position == PrefixFront:
		return 0
	}
	for i, m := range b.messages {
		if !m.lead {
			return i
		}
	}
	return len(b.messages) - 1
}

// withPrefix returns a message and the comma before it with text in front of the
// content: joined to a string, as a separate part before other parts, in place of null.
func withPrefix(wire []byte, text string) []byte {
	quoted, _ := json.Marshal(text)
	message := wire[1:]
	content := gjson.GetBytes(message, "content")
	at := content.Index
	switch {
	case !content.Exists():
		return slices.Concat([]byte(`,{"content":`), quoted, []byte(","), message[1:])
	case content.Type == gjson.String:
		return slices.Concat(wire[:1+at], quoted[:len(quoted)-1], message[at+1:])
	case content.IsArray():
		part := slices.Concat([]byte(`[{"type":"text","text":`), quoted, []byte("}"))
		if message[at+1] != ']' {
			part = append(part, ',')
		}
		return slices.Concat(wire[:1+at], part, message[at+1:])
	default:
		return slices.Concat(wire[:1+at], quoted, message[at+len(content.Raw):])
	}
}
