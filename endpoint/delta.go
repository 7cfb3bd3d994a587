package endpoint

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/metrics"
)

// delta is what one event says, as far as a clock needs it.
type delta struct {
	visible   int  // bytes of visible output of the first choice, as encoded
	reasoning bool // some of it is reasoning
	several   bool // there is visible output of another choice
	finish    finish
	usage     metrics.Usage
	counted   bool // usage is there
	failure   string
	failed    bool // the event is an error
}

// finish is the reason why the first choice ended, none while it has not.
type finish string

// aborted are the reasons with which servers say that they gave up.
func (f finish) aborted() bool { return f == "abort" || f == "error" }

var errNotJSON = errors.New("an event is not a JSON object")

// valid reports whether data is JSON. gjson's check is the faster one by far,
// but it recurses: megabytes of opening brackets from a hostile server would
// exhaust the stack, which no program survives. What is long enough for that to
// matter is checked by encoding/json first, which bounds the depth.
func valid(data []byte) bool {
	const long = 64 << 10
	if len(data) > long {
		return json.Valid(data)
	}
	return gjson.ValidBytes(data)
}

// parseDelta reads one event. It keeps no reference to data.
func parseDelta(data []byte) (d delta, err error) {
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

// finishOf returns the reason without keeping the event that it points into.
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

// isError reports whether the value of "error" says that there is one: some
// servers send the field empty in every event.
func isError(v gjson.Result) bool {
	switch v.Type {
	case gjson.Null, gjson.False:
		return false
	case gjson.String:
		return v.Str != ""
	}
	empty := v.IsObject() || v.IsArray()
	v.ForEach(func(_, _ gjson.Result) bool {
		empty = false
		return false
	})
	return !empty
}

// textSize returns the length of a string as encoded, without its quotes, or of
// the texts of content parts. A server that sends tool arguments as an object
// sends output all the same.
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

// parseUsage reads a usage object; ok is false when it has no believable count
// of output tokens or of input tokens. A detail that cannot be, such as more
// cached tokens than there are, counts as absent.
func parseUsage(v gjson.Result) (u metrics.Usage, ok bool) {
	good := true
	total := func(v gjson.Result) int {
		n, believable := count(v)
		good = good && believable
		ok = true
		return n
	}
	v.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "prompt_tokens":
			u.Prompt = total(value)
		case "completion_tokens":
			u.Completion = total(value)
		case "prompt_tokens_details":
			n, _ := count(value.Get("cached_tokens"))
			u.Cached = max(u.Cached, n)
		case "prompt_cache_hit_tokens": // DeepSeek's name
			n, _ := count(value)
			u.Cached = max(u.Cached, n)
		case "completion_tokens_details":
			u.Reasoning, _ = count(value.Get("reasoning_tokens"))
		}
		return true
	})
	if !ok || !good {
		return metrics.Usage{}, false
	}
	if u.Cached > u.Prompt {
		u.Cached = 0
	}
	if u.Reasoning > u.Completion {
		u.Reasoning = 0
	}
	return u, true
}

// count reads a number of tokens, 0 for null.
func count(v gjson.Result) (n int, believable bool) {
	if v.Type == gjson.Null {
		return 0, true
	}
	if v.Type != gjson.Number || v.Num < 0 || v.Num > 1e9 || v.Num != math.Trunc(v.Num) {
		return 0, false
	}
	return int(v.Num), true
}

// errorText finds the server's words in an error of any of the usual shapes:
// a string, or an object with a message, detail or error.
func errorText(v gjson.Result) string {
	if v.Type == gjson.String {
		return v.Str
	}
	for _, name := range [...]string{"message", "detail", "error"} {
		switch m := v.Get(name); {
		case m.Type == gjson.String && m.Str != "":
			return m.Str
		case m.IsObject():
			return errorText(m)
		}
	}
	return v.Raw
}
