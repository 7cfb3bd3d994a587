package format

import (
	"strconv"

	"github.com/tidwall/gjson"
)

// flattened is the content of a message as a single JSON string.
type flattened struct {
	text   string
	images int
}

// flattenContent returns the content of a message as one JSON string. Content may
// be a string or a list of parts with text; null and absent content are empty. An
// image becomes the word [image], since its pixels are not replayed.
func flattenContent(content gjson.Result) flattened {
	switch {
	case content.Type == gjson.String:
		return flattened{text: content.Raw}
	case content.IsArray():
		var f flattened
		b := []byte{'"'}
		content.ForEach(func(_, part gjson.Result) bool {
			text := part
			if part.IsObject() {
				text = part.Get("text")
				if !text.Exists() {
					text = part.Get("content")
				}
				switch kind := part.Get("type").Str; {
				case kind == "image", kind == "image_url", kind == "input_image":
					f.images++
					text = gjson.Parse(`"[image]"`)
				}
			}
			if text.Type != gjson.String || len(text.Raw) <= 2 {
				return true
			}
			if len(b) > 1 {
				b = append(b, `\n\n`...)
			}
			b = append(b, text.Raw[1:len(text.Raw)-1]...)
			return true
		})
		f.text = string(append(b, '"'))
		return f
	case content.IsObject():
		return flattened{text: quoted(content.Raw)}
	case !content.Exists() || content.Type == gjson.Null:
		return flattened{text: `""`}
	default:
		return flattened{text: strconv.Quote(content.Raw)}
	}
}

// flattenJSON is flattenContent for unparsed JSON.
func flattenJSON(value []byte) flattened {
	if isText(value) {
		return flattened{text: string(value)}
	}
	return flattenContent(parse(value))
}

// answerChars returns the length of what the model wrote in a message: content,
// reasoning and tool calls.
func answerChars(message gjson.Result) int {
	n := 0
	if content := message.Get("content"); content.Type != gjson.Null {
		n += len(flattenContent(content).text) - 2
	}
	for _, name := range []string{"reasoning", "reasoning_content"} {
		n += max(0, len(message.Get(name).Raw)-2)
	}
	elements(message.Get("tool_calls")).ForEach(func(_, c gjson.Result) bool {
		n += len(c.Get("function.name").Raw) + len(c.Get("function.arguments").Raw)
		return true
	})
	return n
}
