package format

import (
	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// chatMessage returns a message with the given role and content, which is JSON.
// It is stored in buf, and valid until buf is used again.
func chatMessage(buf *[]byte, role, content string) []byte {
	b := append((*buf)[:0], `{"role":"`...)
	b = append(b, role...)
	b = append(b, `","content":`...)
	b = append(b, content...)
	*buf = append(b, '}')
	return *buf
}

// toolMessage returns the message for the result of a tool call; id and content
// are JSON. It is stored in buf like chatMessage's.
func toolMessage(buf *[]byte, id, content string) []byte {
	b := append((*buf)[:0], `{"role":"tool","tool_call_id":`...)
	b = append(b, id...)
	b = append(b, `,"content":`...)
	b = append(b, content...)
	*buf = append(b, '}')
	return *buf
}

// plainAnswer returns an assistant's message reduced to its content and tool
// calls.
func plainAnswer(m gjson.Result, buf *[]byte) []byte {
	var a answer
	if content := m.Get("content"); content.Exists() {
		a.text(flattenContent(content).text)
	}
	elements(m.Get("tool_calls")).ForEach(func(_, c gjson.Result) bool {
		a.call(call{rawString(c.Get("id")), rawString(c.Get("function.name")), c.Get("function.arguments").Raw})
		return true
	})
	return a.message(buf)
}

func rawString(v gjson.Result) string {
	if v.Type != gjson.String {
		return `""`
	}
	return v.Raw
}

// toolCallOf returns a tool call. An ID or name that is not a string, or longer
// than maxText, is left empty.
func toolCallOf(id, name gjson.Result) trajectory.ToolCall {
	text := func(v gjson.Result) string {
		if v.Type != gjson.String || len(v.Str) > maxText {
			return ""
		}
		return string([]byte(v.Str)) // a copy, not to keep the whole record
	}
	return trajectory.ToolCall{ID: text(id), Name: text(name)}
}
