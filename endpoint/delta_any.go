package endpoint

import (
	"strings"

	"github.com/tidwall/gjson"
)

// parseAnyDelta reads one event of any shape. It defines what an event means; scanDelta
// is only faster. It keeps no reference to data.
func parseAnyDelta(data []byte, to *kept) (d delta, err error) {
	event, err := eventObject(data)
	if err != nil {
		return d, err
	}
	d.to = to
	flat := false
	event.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "choices":
			d.choices(value)
		case "usage":
			if value.IsObject() {
				d.usage, d.counted = parseUsage(value, chatUsage)
			}
		case "error":
			if isError(value) {
				d.failed, d.failure = true, strings.Clone(errorText(value))
			}
		case "object":
			flat = value.Str == "error"
		}
		return true
	})
	if flat && !d.failed {
		d.failed, d.failure = true, strings.Clone(errorText(event))
	}
	return d, nil
}

// choices looks at the choice of index 0.
func (d *delta) choices(choices gjson.Result) {
	choices.ForEach(func(_, choice gjson.Result) bool {
		index, delta, finish := choiceOf(choice)
		if index != 0 {
			other := *d
			other.visible, other.to = 0, nil
			other.output(delta)
			d.several = d.several || other.visible > 0
			return true
		}
		d.output(delta)
		d.step = d.step || delta.IsObject()
		if finish.Type == gjson.String {
			if f := finishOf(finish.Str); f != "" {
				d.finish, d.step = f, true
			}
		}
		return true
	})
}

// choiceOf returns what counts of a choice. If a name comes twice, the last counts.
func choiceOf(choice gjson.Result) (index float64, delta, finish gjson.Result) {
	choice.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "index":
			index = value.Num
		case "delta":
			delta = value
		case "finish_reason":
			finish = value
		}
		return true
	})
	return index, delta, finish
}

// output counts the visible output of a choice's delta. A role, an empty
// content and the id of a tool call are not visible.
func (d *delta) output(delta gjson.Result) {
	if !delta.IsObject() {
		return
	}
	before, other := d.visible, false
	delta.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "content", "refusal":
			d.texts(key.Str, value, 0)
		case "function_call": // the older form of a tool call
			d.call(value)
		case "reasoning", "reasoning_content":
			d.texts(key.Str, value, 0)
		case "tool_calls":
			value.ForEach(func(_, call gjson.Result) bool {
				d.call(call.Get("function"))
				return true
			})
			other = true
		case "role":
			d.role = true
		default:
			other = true
		}
		return true
	})
	// What is elsewhere may be a copy, as LiteLLM and OpenRouter send of reasoning.
	if other && d.visible == before {
		delta.ForEach(func(key, value gjson.Result) bool {
			d.elsewhere(key.Str, value)
			return true
		})
	}
}

// call counts the visible output of a tool call. Arguments sent as an object are output
// too.
func (d *delta) call(function gjson.Result) {
	function.ForEach(func(key, value gjson.Result) bool {
		switch {
		case key.Str != "name" && key.Str != "arguments":
		case value.IsObject():
			d.visible += len(value.Raw)
			d.to.add(value.Raw)
		default:
			d.texts(key.Str, value, 0)
		}
		return true
	})
}
