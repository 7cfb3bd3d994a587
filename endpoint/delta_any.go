package endpoint

import (
	"encoding/json"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"
)

// valid reports whether data is JSON. gjson's check is much the faster one, but it
// recurses: megabytes of opening brackets from a hostile server would exhaust the
// stack, which no program survives. Data long enough for that is checked by
// encoding/json, which bounds the depth.
func valid(data []byte) bool {
	const long = 64 << 10
	if len(data) > long {
		return json.Valid(data)
	}
	return gjson.ValidBytes(data)
}

// parseAnyDelta reads one event of any shape. It defines what an event means; scanDelta
// is only faster. It keeps no reference to data.
func parseAnyDelta(data []byte) (d delta, err error) {
	if !valid(data) {
		return d, errNotJSON
	}
	// The text is read within this call only, so that it need not be copied.
	event := gjson.Parse(unsafe.String(unsafe.SliceData(data), len(data)))
	if !event.IsObject() {
		return d, errNotJSON
	}
	flat := false
	event.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "choices":
			d.choices(value)
		case "usage":
			if value.IsObject() {
				d.usage, d.counted = parseUsage(value)
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
		var delta, finish gjson.Result
		index := 0.0
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
		if index != 0 {
			other := *d
			other.visible = 0
			other.output(delta)
			d.several = d.several || other.visible > 0
			return true
		}
		d.output(delta)
		if finish.Type == gjson.String && finish.Str != "" {
			d.finish = finishOf(finish.Str)
		}
		return true
	})
}

// finishOf returns the reason without a reference to the event.
func finishOf(s string) finish {
	for _, known := range [...]finish{"stop", "length", "tool_calls"} {
		if s == string(known) {
			return known
		}
	}
	return finish(strings.Clone(s))
}

// output counts the visible output of a choice's delta. A role, an empty
// content and the id of a tool call are not visible.
func (d *delta) output(delta gjson.Result) {
	delta.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "content", "refusal":
			d.visible += textSize(value)
		case "function_call": // the older form of a tool call
			d.call(value)
		case "reasoning", "reasoning_content":
			if n := textSize(value); n > 0 {
				d.visible += n
				d.reasoning = true
			}
		case "tool_calls":
			value.ForEach(func(_, call gjson.Result) bool {
				d.call(call.Get("function"))
				return true
			})
		}
		return true
	})
}

// call counts the visible output of a tool call.
func (d *delta) call(function gjson.Result) {
	function.ForEach(func(key, value gjson.Result) bool {
		if key.Str == "name" || key.Str == "arguments" {
			d.visible += textSize(value)
		}
		return true
	})
}

// textSize returns the encoded length of a string without its quotes, or of the texts
// of content parts. Tool arguments sent as an object are output too.
func textSize(v gjson.Result) (n int) {
	switch {
	case v.Type == gjson.String:
		return len(v.Raw) - 2
	case v.IsArray():
		v.ForEach(func(_, part gjson.Result) bool {
			if text := part.Get("text"); text.Type == gjson.String {
				n += len(text.Raw) - 2
			}
			return true
		})
		return n
	case v.IsObject():
		return len(v.Raw)
	}
	return 0
}
