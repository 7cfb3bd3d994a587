package trajectory

import (
	"slices"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// callState follows the tool calls of a context.
type callState struct {
	seen map[string]bool // by ID: calls so far
	open []string        // calls of the last answer without a result so far
	late []string        // calls of earlier answers without a result
}

func newCallState() callState { return callState{seen: make(map[string]bool)} }

// settle reports the calls without a result, including those still open, since a
// request follows.
func (s *callState) settle(report func(id string)) {
	for _, id := range append(s.late, s.open...) {
		report(id)
	}
	s.late, s.open = nil, nil
}

// message looks at one message that turn i adds.
func (l *linter) message(i int, m *Message) {
	message := gjson.ParseBytes(m.wire[1:])
	switch m.Role() {
	case "tool":
		l.result(i, message.Get("tool_call_id"))
	case "assistant":
		l.calls.late, l.calls.open = append(l.calls.late, l.calls.open...), nil
		l.answer(i, message, m.text != nil)
	default:
		l.calls.late, l.calls.open = append(l.calls.late, l.calls.open...), nil
	}
	kind, ok := l.clean[m]
	if !ok {
		kind = l.secrets.Find(m.wire)
		if m.recorded != nil && kind == "" {
			kind = l.secrets.Find(m.recorded.json(m.wire))
		}
		l.clean[m] = kind
	}
	if n := pictures(message.Get("content")); n > 0 && !l.counted[m] {
		l.note(i, SeverityWarning, "image", "%d picture(s) in a message: not every server takes them", n)
	}
	if !l.counted[m] && jsonscan.LoneSurrogate(m.wire, 0) >= 0 {
		l.note(i, SeverityError, "half-character", "a message holds half of a character (a surrogate without the other), which servers refuse")
	}
	if calls := message.Get("tool_calls"); calls.IsArray() && !calls.Get("0").Exists() {
		l.note(i, SeverityError, "empty-tool-calls", "a message has an empty list of tool calls, which servers refuse")
	}
	if kind != "" && !l.counted[m] {
		l.note(i, SeverityWarning, "secret", "a message of role %s holds what looks like a %s", m.Role(), kind)
	}
	l.counted[m] = true
}

func (l *linter) result(i int, id gjson.Result) {
	for _, waiting := range []*[]string{&l.calls.open, &l.calls.late} {
		if k := slices.Index(*waiting, id.Str); k >= 0 {
			*waiting = slices.Delete(*waiting, k, k+1)
			return
		}
	}
	if !l.calls.seen[id.Str] {
		l.note(i, SeverityError, "result-without-call", "a tool result for %.60q, which no earlier message calls", id.Str)
	}
}

func (l *linter) answer(i int, message gjson.Result, synthetic bool) {
	calls := message.Get("tool_calls")
	if !calls.IsArray() {
		calls = gjson.Result{} // null is not a call
	}
	calls.ForEach(func(_, c gjson.Result) bool {
		id := c.Get("id").Str
		if id != "" && l.calls.seen[id] {
			l.note(i, SeverityWarning, "id-reused", "two calls have the ID %.60q", id)
		}
		l.calls.seen[id] = true
		l.calls.open = append(l.calls.open, id)
		return true
	})
	content := message.Get("content")
	if !synthetic && len(l.calls.open) == 0 && (content.Type == gjson.Null || content.Str == "" && !content.IsArray()) {
		l.note(i, SeverityWarning, "empty-assistant", "an assistant's message has neither text nor calls")
	}
}

// pictures returns the number of image parts of a content.
func pictures(content gjson.Result) (n int) {
	if !content.IsArray() {
		return 0
	}
	content.ForEach(func(_, part gjson.Result) bool {
		switch part.Get("type").Str {
		case "image_url", "image", "input_image":
			n++
		}
		return true
	})
	return n
}
