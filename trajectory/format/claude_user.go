package format

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// user reads tool results and what was typed. Both are held back until the answer
// is complete, since another part of it may follow.
func (t *claudeThread) user(r claudeRecord, m *claudeMessage) {
	t.begun(r)
	t.trigger = r.at
	var typed []claudeBlock
	for _, b := range m.blocks {
		if b.kind == "tool_result" {
			t.result(b, r.at)
		} else {
			typed = append(typed, b)
		}
	}
	if len(typed) == 0 {
		return
	}
	if !r.meta && !r.summary {
		t.rewind(r)
	}
	text := typedText(typed)
	t.images(text.images, r.line)
	if len(text.text) <= 2 {
		return
	}
	t.replied = t.replied || !r.meta
	t.typed = append(t.typed, claudeTyped{string(chatMessage(&t.p.buf, "user", text.text)), typedRecorded(typed, text)})
	switch {
	case r.summary && t.compacting > 0:
		turn := &t.turns[t.compacting-1]
		turn.OutputTokens, turn.Origins.Output = estimate(len(text.text), claudeChars), trajectory.Estimated
		t.compacting = 0
	case !r.meta && !r.summary && !t.notified(text.text, r.at):
		t.prompt = r.at
	}
}

// typedText returns what was typed, as one JSON string.
func typedText(blocks []claudeBlock) flattened {
	if len(blocks) == 1 && blocks[0].kind == "text" && isText(blocks[0].text) {
		return flattened{text: string(blocks[0].text)}
	}
	raw := make([]string, len(blocks))
	for i, b := range blocks {
		raw[i] = string(b.raw)
	}
	return flattenContent(parse([]byte("[" + strings.Join(raw, ",") + "]")))
}

// typedRecorded returns what was typed as its blocks, if they are more than one text.
func typedRecorded(blocks []claudeBlock, text flattened) (r trajectory.Recording) {
	raw := make([]string, len(blocks))
	for i, b := range blocks {
		if raw[i] = string(b.raw); raw[i] == "" {
			return r // a string
		}
	}
	if moreThanText(raw, text) {
		r = trajectory.Recording{API: trajectory.APIMessages, JSON: []byte("[" + strings.Join(raw, ",") + "]")}
	}
	return r
}

// result reads the result of one call.
func (t *claudeThread) result(b claudeBlock, at time.Time) {
	id := unquote(b.id)
	if id == "" {
		return
	}
	asked := slices.ContainsFunc(t.answer.calls, func(c call) bool { return c.id == string(b.id) })
	given := slices.ContainsFunc(t.results, func(r claudeResult) bool { return r.id == id })
	if t.open == "" || !asked || given {
		t.stray++ // servers refuse a result without a call
		return
	}
	content := flattenJSON(b.contents)
	t.images(content.images, 0)
	t.replied = true
	t.results = append(t.results, claudeResult{id, string(toolMessage(&t.p.buf, string(b.id), content.text)), resultRecorded(b.raw, b.contents, content.images)})
	if !at.Before(t.lastResult) {
		t.lastResult = at
	}
	if c := t.p.calls[id]; c != nil && c.thread == t && c.result.IsZero() {
		c.result, c.next = at, len(t.turns)
		if call := &t.turns[c.turn].ToolCalls[c.index]; at.After(c.at) {
			call.Duration = min(at.Sub(c.at), maxMillis*time.Millisecond)
		}
	}
}

// images notes images, which are not replayed.
func (t *claudeThread) images(n, line int) {
	if n > 0 {
		t.p.note(t, line, -1, trajectory.SeverityWarning, "image", fmt.Sprintf("%d image(s) replaced by a word", n))
	}
}

// rewind returns to the record that a prompt follows. What was typed after that
// record and got no answer is dropped.
func (t *claudeThread) rewind(r claudeRecord) {
	n, ok := t.p.nodes[t.p.hash(r.parent)]
	if !ok || n.thread != t || n.epoch < 0 {
		return
	}
	keep := n.epoch + 1 - len(t.epochs) // number of messages held back to keep
	if t.open != "" {
		keep--
	}
	switch {
	case keep >= len(t.typed):
		return // the prompt follows the last record
	case keep >= 0:
		t.typed = t.typed[:keep]
	case t.open == "":
		t.typed = nil
		t.goBack(n)
	default:
		t.flush()
		if !t.goBack(n) {
			return
		}
	}
	t.p.note(t, r.line, len(t.turns), trajectory.SeverityInfo, "rewind", "the session goes back to an earlier point")
}

// goBack returns to the context of an earlier record, if there have been answers
// since.
func (t *claudeThread) goBack(n claudeNode) bool {
	if n.epoch >= len(t.epochs)-1 || t.epochs[n.epoch].turns == len(t.turns) || !t.made {
		return false
	}
	t.context = t.epochs[n.epoch].context
	t.mark()
	return true
}

// notified reports whether a message, in JSON, is no person's but tells the session
// that something in the background is done, and notes that.
func (t *claudeThread) notified(text string, at time.Time) bool {
	id, ok := notification(text)
	if c := t.p.calls[id]; ok && c != nil && c.thread == t && c.told.IsZero() {
		c.told, c.toldNext = at, len(t.turns)
	}
	return ok
}
