package format

import (
	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// chatMessage returns a message of a role with content as JSON, valid until the
// next use of buf.
func chatMessage(buf *[]byte, role, content string) []byte {
	b := append((*buf)[:0], `{"role":"`...)
	b = append(b, role...)
	b = append(b, `","content":`...)
	b = append(b, content...)
	*buf = append(b, '}')
	return *buf
}

// toolMessage returns the result of a call; id and content are JSON.
func toolMessage(buf *[]byte, id, content string) []byte {
	b := append((*buf)[:0], `{"role":"tool","tool_call_id":`...)
	b = append(b, id...)
	b = append(b, `,"content":`...)
	b = append(b, content...)
	*buf = append(b, '}')
	return *buf
}

// plainAnswer returns an assistant's message with content and calls alone.
func plainAnswer(m gjson.Result, buf *[]byte) []byte {
	var a answer
	if content := m.Get("content"); content.Exists() {
		a.text(flattenContent(content).text)
	}
	m.Get("tool_calls").ForEach(func(_, c gjson.Result) bool {
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

// toolCallOf returns a tool call; what is no string, or too long, is empty.
func toolCallOf(id, name gjson.Result) trajectory.ToolCall {
	text := func(v gjson.Result) string {
		if v.Type != gjson.String || len(v.Str) > maxText {
			return ""
		}
		return string([]byte(v.Str)) // not to keep the record
	}
	return trajectory.ToolCall{ID: text(id), Name: text(name)}
}
