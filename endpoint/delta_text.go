package endpoint

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Text is looked for in all of a delta, since servers keep finding new places for
// reasoning. What follows says which names hold something else, and which places are known.

// quiet reports whether what goes by this name is not output, anywhere in a delta: what
// identifies or describes output, and copies of it.
func quiet(name string) bool {
	switch name {
	case "role", "id", "type", "index", "object", "model", "created", "status", "format", "name",
		"tool_call_id", "call_id", "item_id", "finish_reason", "stop_reason",
		"signature", "thought_signature", "encrypted_content", "data", "token_ids", "logprobs",
		"annotations", "citations", "images", "url", "mime_type", "extra_content", "provider_specific_fields", "usage":
		return true
	}
	return false
}

// known reports whether output is expected in a delta under this name, or in a part of
// its content.
func known(name string) bool {
	switch name {
	case "content", "text", "refusal", "arguments", "name":
		return true
	}
	return reasons(name)
}

// reasons reports whether what goes by this name is reasoning.
func reasons(name string) bool {
	switch name {
	case "reasoning", "reasoning_content", "reasoning_details", "reasoning_text", "thinking", "thinking_blocks", "summary":
		return true
	}
	return false
}

// mostParts bounds how deep parts are looked for within parts; each level is read again.
const mostParts = 8

// texts counts the text of a value that goes by a name: of a string the length as it is
// encoded, of content in parts that of all text in them.
func (d *delta) texts(name string, v gjson.Result, depth int) {
	switch {
	case v.Type == gjson.String:
		if n := len(v.Raw) - 2; n > 0 {
			d.visible += n
			d.blank += blankBytes(v.Raw[1 : 1+n])
			d.to.add(v.Str)
			d.reasoning = d.reasoning || reasons(name)
			d.strange = d.strange || !known(name)
		}
	case depth == mostParts:
	case v.IsArray():
		v.ForEach(func(_, part gjson.Result) bool {
			d.texts(name, part, depth+1)
			return true
		})
	case v.IsObject():
		v.ForEach(func(key, part gjson.Result) bool {
			if !quiet(key.Str) {
				// The text of a part is what the part is.
				inner := key.Str
				if inner == "text" || inner == "content" {
					inner = name
				}
				d.texts(inner, part, depth+1)
			}
			return true
		})
	}
}

// elsewhere counts text in a delta that is in none of the usual places.
func (d *delta) elsewhere(name string, v gjson.Result) {
	switch {
	case name == "tool_calls":
		v.ForEach(func(_, call gjson.Result) bool {
			call.ForEach(func(key, value gjson.Result) bool {
				if key.Str != "function" && !quiet(key.Str) {
					d.texts(key.Str, value, 0)
				}
				return true
			})
			return true
		})
	case name != "content" && name != "refusal" && name != "function_call" && name != "reasoning" && name != "reasoning_content" && !quiet(name):
		d.texts(name, v, 0)
	}
}

// strangePlace names the place in an event where there is text that is not expected there,
// in an event that has some: delta and a field of it, or else the type of the event.
func (a API) strangePlace(data []byte) (place string) {
	switch a {
	case APIMessages:
		place = strangeField(gjson.GetBytes(data, "delta"))
	case APIResponses:
	default:
		gjson.GetBytes(data, "choices").ForEach(func(_, choice gjson.Result) bool {
			_, output, _ := choiceOf(choice)
			place = strangeField(output)
			return place == ""
		})
	}
	if place != "" {
		return "delta." + place
	}
	return strings.Clone(gjson.GetBytes(data, "type").Str)
}

// strangeField returns the first field of a delta that has such text; empty for none.
func strangeField(output gjson.Result) (name string) {
	output.ForEach(func(key, value gjson.Result) bool {
		var found delta
		switch {
		case quiet(key.Str):
		case key.Str == "tool_calls":
			found.elsewhere(key.Str, value)
		default:
			found.texts(key.Str, value, 0)
		}
		if found.strange {
			name = strings.Clone(key.Str)
		}
		return name == ""
	})
	return name
}
