package trajectory

import (
	"encoding/json"
	"slices"

	"github.com/agentperf/agentperf-go/internal/dialect"
)

// What stands between the blocks of a request to Messages. None is ever changed.
var (
	systemOpen    = []byte(`,"system":[`)
	messagesOpen  = []byte(`,"messages":[`)
	nextUser      = []byte(dialect.NextUser)
	nextAssistant = []byte(dialect.NextAssistant)
	messageEnd    = []byte(`]}`)
	listEnd       = []byte(`]`)
	comma         = []byte(`,`)
)

// inMessages adds the system prompt and the messages of a request to Messages. Messages of
// one side become one, since the API wants them to alternate.
func (b *builder) inMessages(t *Turn, prefix string) {
	mark, front := b.mark(prefix), b.front()
	b.cacheMark(t.CacheTTL)
	marked := func(i int) bool { return slices.Contains(t.CacheMarks, i) }
	line := b.billing && t.BillingLine != ""
	if line || front > 0 {
		b.add(systemOpen)
		more := false
		if line {
			text, _ := json.Marshal(t.BillingLine)
			b.add(slices.Concat([]byte(`{"type":"text","text":`), text, []byte("}")))
			more = true
		}
		for i, m := range b.messages[:front] {
			if b.says(m, i == mark) {
				if more {
					b.add(comma)
				}
				b.put(m, i == mark, prefix, marked(i), nil)
				more = true
			}
		}
		b.add(listEnd)
	}
	b.add(messagesOpen)
	var last []byte // what is in front of messages of the side that is under way
	for i := front; i < len(b.messages); i++ {
		m := b.messages[i]
		if !b.says(m, i == mark) {
			continue
		}
		next, glue := nextUser, []byte(nil)
		if m.form(b.api).Role == dialect.Assistant {
			next = nextAssistant
		}
		switch {
		case last == nil:
			b.add(next[len("]},"):])
		case &last[0] == &next[0]:
			b.add(comma)
		default:
			glue = next
		}
		last = next
		b.put(m, i == mark, prefix, marked(i), glue)
	}
	if last != nil {
		b.add(messageEnd)
	}
}

func (b *builder) add(segment []byte) { b.segments = append(b.segments, segment) }

// front returns the number of messages that make up the system prompt: those in front that
// are for the system, but not all of a history, since an API wants something to answer, and
// not what was recorded as an item.
func (b *builder) front() (n int) {
	for n < len(b.messages)-1 && b.messages[n].lead && !(b.api == APIResponses && b.messages[n].native(b.api)) {
		n++
	}
	return n
}

// says reports whether anything of a message is sent.
func (b *builder) says(m *Message, prefixed bool) bool {
	return prefixed || m.text != nil || len(m.form(b.api).Segments) > 0
}

// cacheMark sets what a block with a cache mark ends with.
func (b *builder) cacheMark(ttl string) {
	b.cache = append(b.cache[:0], `,"cache_control":{"type":"ephemeral"`...)
	if ttl != "" {
		quoted, _ := json.Marshal(ttl)
		b.cache = append(append(b.cache, `,"ttl":`...), quoted...)
	}
	b.cache = append(b.cache, `}}`...)
}

// put adds a message in an API other than chat completions, behind glue if that is not nil,
// with the prefix in front of its text and a cache mark on its last block, if asked for.
func (b *builder) put(m *Message, prefixed bool, prefix string, marked bool, glue []byte) {
	f := m.form(b.api)
	switch {
	case m.text != nil:
		b.glued(f, f.Hole, glue != nil)
		b.add(b.made(m, prefixed, prefix))
		b.segments = append(b.segments, f.Segments[f.Hole:]...)
	case !prefixed:
		b.glued(f, len(f.Segments), glue != nil)
	default:
		if glue != nil {
			b.add(glue)
		}
		if b.prefixed != m || b.prefix != prefix {
			b.prefixed, b.prefix = m, prefix
			if b.api == APIResponses {
				b.begun = f.BeginItems(prefix)
			} else {
				b.begun = f.BeginBlocks(prefix)
			}
		}
		b.segments = append(b.segments, b.begun...)
	}
	if marked && !f.Marked {
		n := len(b.segments) - 1
		last := b.segments[n]
		b.segments[n] = last[:len(last)-1]
		b.add(b.cache)
	}
}

// glued adds the first n segments of a form, with what stands between messages if asked for.
func (b *builder) glued(f *dialect.Form, n int, glue bool) {
	switch {
	case n == 0:
		return
	case glue:
		b.add(f.Segments[0])
	default:
		if first, _ := f.First(); len(first) > 0 {
			b.add(first)
		}
	}
	b.segments = append(b.segments, f.Segments[1:n]...)
}
