package endpoint

import (
	"strings"

	"github.com/tidwall/gjson"
)

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
