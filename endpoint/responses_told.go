package endpoint

import (
	"strings"

	"github.com/tidwall/gjson"
)

// A sort is a sort of output in [APIResponses].
type sort uint8

const (
	content sort = iota
	thought
	argument // of a tool
	toolName // shows nothing by itself
	sorts
)

// String returns the name under which chat completions have such output.
func (s sort) String() string { return [...]string{"content", "reasoning", "arguments", "name"}[s] }

// sortOf returns what the deltas of an event's type are.
func sortOf(kind string) sort {
	switch {
	case strings.Contains(kind, "reasoning"):
		return thought
	case strings.Contains(kind, "arguments"), strings.Contains(kind, "_call"):
		return argument
	}
	return content
}

// A place is where the events of an answer say again what its deltas have said.
type place uint8

const (
	nowhere    place = iota // for the first time
	inText                  // output_text.done and the like
	inPart                  // content_part.done
	inItem                  // output_item.done
	inResponse              // response.completed
	places
)

// told accounts for output, since the events of an answer say it up to five times: by
// deltas, and then as a whole for each text, part, item and the response. Some servers send
// no deltas of some of it, or none at all. Then the first of the others is the output,
// which has arrived at once. What was said in all is counted for each place, since servers
// name neither items nor parts in a way that could be relied on.
type told struct {
	shown [sorts]int         // bytes that counted as output
	again [places][sorts]int // bytes that each place has said
}

// retold returns how many of n bytes at a place are new. Fewer than half are a difference in
// how a text was encoded or trimmed.
func (t *told) retold(at place, s sort, n int) (fresh int) {
	if at == nowhere {
		fresh = n
	} else {
		t.again[at][s] += n
		over := t.again[at][s] - t.shown[s]
		if fresh = min(over, n); 2*fresh <= n {
			return 0
		}
	}
	t.shown[s] += fresh
	return fresh
}

// retell takes in the text of a field that may have been output before.
func (r *reader) retell(d *delta, at place, s sort, v gjson.Result, field string) {
	var whole delta
	v = v.Get(field)
	if v.IsObject() { // arguments that are not encoded again
		whole.visible = len(v.Raw)
	} else {
		whole.texts(s.String(), v, 0)
	}
	fresh := r.told.retold(at, s, whole.visible)
	if fresh == 0 {
		return
	}
	if v.IsObject() {
		d.to.add(v.Raw)
	} else {
		whole = delta{to: d.to}
		whole.texts(s.String(), v, 0)
	}
	if s == toolName {
		d.named += fresh
		return
	}
	d.visible += fresh
	d.blank += min(whole.blank, fresh)
	d.reasoning = d.reasoning || s == thought
	d.step = true
}

// retellPart takes in a part of the content of an item.
func (r *reader) retellPart(d *delta, at place, part gjson.Result) {
	s := content
	if kind := part.Get("type").Str; strings.Contains(kind, "reasoning") || kind == "summary_text" {
		s = thought
	}
	for _, name := range [...]string{"text", "refusal", "transcript"} {
		r.retell(d, at, s, part, name)
	}
}

// retellItem takes in an item of the output. Of those that are neither messages nor
// reasoning it is the call of a tool that the model has made, and not the result.
func (r *reader) retellItem(d *delta, at place, item gjson.Result) {
	if isCall(item) {
		r.retell(d, at, toolName, item, "name")
		for _, name := range [...]string{"arguments", "input", "code"} {
			r.retell(d, at, argument, item, name)
		}
		return
	}
	for _, name := range [...]string{"content", "summary"} {
		parts := item.Get(name)
		if parts.Type == gjson.String {
			r.retell(d, at, content, item, name)
			continue
		}
		parts.ForEach(func(_, part gjson.Result) bool {
			r.retellPart(d, at, part)
			return true
		})
	}
}

// isCall reports whether an item is the call of a tool.
func isCall(item gjson.Result) bool { return strings.HasSuffix(item.Get("type").Str, "_call") }
