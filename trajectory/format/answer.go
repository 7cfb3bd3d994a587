package format

import (
	"strings"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Characters per token, for answers whose length was not recorded.
const (
	// claudeChars is the median over 522 calls of Claude Code whose length was
	// recorded; the quartiles are 2.59 and 3.19.
	claudeChars = 2.95
	// otherChars is an assumption for code and prose under other tokenizers.
	otherChars = 3.5
)

// estimate returns the number of tokens in so many characters, at least 1.
func estimate(chars int, perToken float64) int {
	return max(1, int(float64(chars)/perToken+0.5))
}

// An answer is an assistant's message under construction.
type answer struct {
	texts []string // JSON strings without their quotes
	calls []call
	// chars is the length of everything that the model wrote, including
	// reasoning, which is not sent back to it.
	chars int
	// blocks are its parts as recorded, in JSON, and more is set if chat completions
	// have no place for one of them.
	blocks []string
	more   bool
}

// block adds a part as it was recorded.
func (a *answer) block(raw string, more bool) {
	a.blocks = append(a.blocks, raw)
	a.more = a.more || more
}

// anthropic adds a content block of Anthropic's messages, of which the fields are given as
// JSON. It is more than the message says if it is of another kind, has other fields, or is a
// text beside another or behind a call.
func (a *answer) anthropic(raw, kind, text, id, name, input string) {
	more := true
	switch kind {
	case "text":
		more = len(a.texts)+len(a.calls) > 0 || len(raw) != len(`{"type":"text","text":}`)+len(text)
	case "tool_use":
		more = len(raw) != len(`{"type":"tool_use","id":,"name":,"input":}`)+len(id)+len(name)+len(input)
	}
	a.block(raw, more)
}

// responses adds an item of OpenAI's responses that has the given length where it says no
// more than the message. Texts beside another or behind a call are more.
func (a *answer) responses(raw string, plain int, text bool) {
	a.block(raw, len(raw) != plain || text && len(a.texts)+len(a.calls) > 0)
}

// recorded returns what the answer was recorded as, without JSON if the message says it
// all.
func (a *answer) recorded(api trajectory.API) trajectory.Recording {
	if !a.more {
		return trajectory.Recording{}
	}
	return trajectory.Recording{API: api, JSON: []byte("[" + strings.Join(a.blocks, ",") + "]")}
}

// A call is a tool call of an answer, its parts in JSON: id and name are strings,
// arguments a string that holds JSON or that JSON itself.
type call struct {
	id, name, arguments string
}

// text adds visible text, given as a JSON string.
func (a *answer) text(raw string) {
	a.chars += len(raw) - 2
	if len(raw) > 2 {
		a.texts = append(a.texts, raw[1:len(raw)-1])
	}
}

// reasoning adds text that is not sent back, given as a JSON string.
func (a *answer) reasoning(raw string) { a.chars += max(0, len(raw)-2) }

// call adds a tool call.
func (a *answer) call(c call) {
	a.chars += len(c.name) + len(c.arguments)
	a.calls = append(a.calls, c)
}

// message returns the answer as a chat message. It is stored in buf, and valid
// until buf is used again.
func (a *answer) message(buf *[]byte) []byte {
	b := append((*buf)[:0], `{"role":"assistant","content":`...)
	if len(a.texts) == 0 && len(a.calls) > 0 {
		b = append(b, "null"...)
	} else {
		b = append(b, '"')
		for i, t := range a.texts {
			if i > 0 {
				b = append(b, `\n\n`...)
			}
			b = append(b, t...)
		}
		b = append(b, '"')
	}
	for i, c := range a.calls {
		if i == 0 {
			b = append(b, `,"tool_calls":[`...)
		} else {
			b = append(b, ',')
		}
		b = append(b, `{"id":`...)
		b = append(b, c.id...)
		b = append(b, `,"type":"function","function":{"name":`...)
		b = append(b, c.name...)
		b = append(b, `,"arguments":`...)
		switch {
		case strings.HasPrefix(c.arguments, `"{`):
			b = append(b, c.arguments...)
		case strings.HasPrefix(c.arguments, `"`): // plain text, where servers expect JSON
			b = appendQuoted(b, `{"input":`+c.arguments+`}`)
		case c.arguments == "":
			b = append(b, `"{}"`...)
		default:
			b = appendQuoted(b, c.arguments)
		}
		b = append(b, `}}`...)
	}
	if len(a.calls) > 0 {
		b = append(b, ']')
	}
	b = append(b, '}')
	*buf = b
	return b
}
