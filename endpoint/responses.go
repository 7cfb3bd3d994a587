package endpoint

import (
	"strings"

	"github.com/tidwall/gjson"
)

// responseEvent reads one event of [APIResponses].
func (r *reader) responseEvent(data []byte, d *delta) (err error) {
	if r.to == nil {
		if r.mold.read(data, d) {
			r.told.shown[r.mold.sort] += d.visible
			return nil
		}
		if at, s, ok := scanResponseEvent(data, d); ok {
			r.mold.learn(data, at, d.visible, d, s)
			r.told.shown[s] += d.visible
			return nil
		}
	}
	*d, err = r.anyResponseEvent(data)
	return err
}

// anyResponseEvent reads an event of any shape. It defines what an event means;
// scanResponseEvent is only faster. Numbers of sequences, items and parts are not looked at:
// servers leave them out.
func (r *reader) anyResponseEvent(data []byte) (d delta, err error) {
	event, err := eventObject(data)
	if err != nil {
		return d, err
	}
	d.to = r.to
	// If a name comes twice, the last counts.
	var kind string
	var output, item, part, response, failure gjson.Result
	event.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "type":
			kind = value.Str
		case "delta":
			output = value
		case "item":
			item = value
		case "part":
			part = value
		case "response":
			response = value
		case "error":
			failure = value
		}
		return true
	})
	switch kind {
	case "response.created", "response.queued", "response.in_progress", "response.content_part.added", "response.reasoning_summary_part.added":
		d.step, d.role = true, true
	case "response.output_item.added":
		// The name of a tool was made by the model, so that it is no mere opening.
		d.step, d.role = true, !isCall(item)
		r.retell(&d, nowhere, toolName, item, "name")
	case "response.content_part.done", "response.reasoning_summary_part.done":
		r.retellPart(&d, inPart, part)
	case "response.output_item.done":
		r.retellItem(&d, inItem, item)
	case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
		r.last(&d, strings.TrimPrefix(kind, "response."), response)
	default:
		switch {
		case strings.HasSuffix(kind, ".delta") && !strings.HasSuffix(kind, "audio.delta"): // that is sound
			s := sortOf(kind)
			d.step = true
			d.texts(s.String(), output, 0)
			d.strange = d.visible > 0 && (d.strange || !usualDelta(kind))
			r.told.shown[s] += d.visible
		case strings.HasSuffix(kind, ".done"):
			for _, name := range [...]string{"text", "arguments", "input", "code", "refusal", "transcript"} {
				r.retell(&d, inText, sortOf(kind), event, name)
			}
		}
	}
	if kind == "error" || isError(failure) {
		d.failed, d.failure = true, failureText(failure, event)
	}
	return d, nil
}

// last takes in the event that ends an answer. Servers cut answers under three names:
// response.incomplete, response.completed with the status incomplete, and response.completed
// with the status completed, which only the count of tokens tells from one that is whole.
func (r *reader) last(d *delta, kind string, response gjson.Result) {
	d.done, d.step = true, true
	response.Get("output").ForEach(func(_, item gjson.Result) bool {
		r.retellItem(d, inResponse, item)
		return true
	})
	if usage := response.Get("usage"); usage.IsObject() {
		d.usage, d.counted = parseUsage(usage, responsesUsage)
	}
	status := finishOf(response.Get("status").Str)
	if kind != "completed" || status == "" || status == "in_progress" || status == "queued" {
		status = finishOf(kind)
	}
	if status == "failed" {
		d.failed, d.failure = true, "response.failed"
		if why := response.Get("error"); isError(why) {
			d.failure = failureText(why, why)
		}
	}
	if reason := finishOf(response.Get("incomplete_details.reason").Str); reason != "" && status == "incomplete" {
		status = reason
	}
	d.finish = status
}
