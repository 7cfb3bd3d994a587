package endpoint

import (
	"strings"

	"github.com/tidwall/gjson"
)

// message reads one event of [APIMessages].
func (r *reader) message(data []byte, d *delta) (err error) {
	if r.to == nil && r.mold.read(data, d) {
		return nil
	}
	at, ok := 0, false
	if r.to == nil {
		at, ok = scanMessage(data, d)
	}
	if ok {
		r.mold.learn(data, at, d.visible, d, 0)
	} else {
		*d, err = parseAnyMessage(data, r.to)
	}
	if d.counted {
		r.input.complete(d)
	}
	return err
}

// parseAnyMessage reads an event of any shape. It defines what an event means; scanMessage
// is only faster. Blocks may overlap, as llama-server's do, so that none is taken to be the
// open one.
func parseAnyMessage(data []byte, to *kept) (d delta, err error) {
	event, err := eventObject(data)
	if err != nil {
		return d, err
	}
	d.to = to
	// If a name comes twice, the last counts.
	var kind string
	var output, block, message, usage, failure gjson.Result
	event.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "type":
			kind = value.Str
		case "delta":
			output = value
		case "content_block":
			block = value
		case "message":
			message = value
		case "usage":
			if value.IsObject() {
				usage = value
			}
		case "error":
			failure = value
		}
		return true
	})
	switch kind {
	case "message_start":
		d.step, d.role = true, true
		d.tokens(parseTokens(message.Get("usage")))
		d.usage.Completion = 0 // the answer has not begun: Anthropic's say 1 or so
	case "content_block_start":
		d.step = true
		d.block(block)
	case "content_block_delta":
		d.blockDelta(output)
		d.tokens(parseTokens(usage))
	case "message_delta":
		if reason := output.Get("stop_reason"); reason.Type == gjson.String {
			if f := finishOf(reason.Str); f != "" {
				d.finish, d.step = f, true
			}
		}
		d.tokens(parseTokens(usage))
	case "message_stop":
		d.done = true
	case "ping":
		d.ping = true
	}
	if kind == "error" || isError(failure) {
		d.failed, d.failure = true, failureText(failure, event)
	}
	return d, nil
}

// block takes what the start of a block says: usually the name of a tool, and nothing
// otherwise. What there is of a tool was made by the model, so that it is no mere opening.
func (d *delta) block(block gjson.Result) {
	d.role = true
	if strings.HasSuffix(block.Get("type").Str, "tool_use") {
		name := block.Get("name")
		d.role = false
		d.named = max(0, len(name.Raw)-2)
		d.to.add(name.Str)
	}
	block.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "text", "thinking":
			d.texts(key.Str, value, 0)
		case "input":
			if value.IsObject() && isError(value) { // is not empty
				d.visible += len(value.Raw)
				d.to.add(value.Raw)
			}
		}
		return true
	})
}

// blockDelta counts the visible output of a delta. Signatures and citations are none.
func (d *delta) blockDelta(output gjson.Result) {
	if !output.IsObject() {
		return
	}
	kind, other := "", false
	before := d.visible
	output.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "type":
			kind = value.Str
		case "text", "thinking", "partial_json":
			d.messageText(key.Str, value)
		default:
			other = true
		}
		return true
	})
	d.step = kind != "signature_delta" && kind != "citations_delta"
	if other && d.visible == before && d.step {
		output.ForEach(func(key, value gjson.Result) bool {
			if !quiet(key.Str) {
				d.texts(key.Str, value, 0)
			}
			return true
		})
	}
}

// messageText counts the text of a delta in a usual place.
func (d *delta) messageText(name string, v gjson.Result) {
	if name == "partial_json" {
		name = "arguments"
	}
	d.texts(name, v, 0)
}

// failureText returns what an error says, with its code or type: that of Anthropic is
// overloaded_error, of OpenAI context_length_exceeded. It may be in a field of its own or
// the whole event.
func failureText(failure, event gjson.Result) string {
	if !isError(failure) {
		failure = event
	}
	text := errorText(failure)
	for _, name := range [...]string{"code", "type"} {
		if code := failure.Get(name); code.Type == gjson.String && code.Str != "" && code.Str != "error" {
			if failure.IsObject() && !strings.Contains(text, code.Str) {
				text = code.Str + ": " + text
			}
			break
		}
	}
	return strings.Clone(text)
}
