package format

import (
	"fmt"

	"github.com/tidwall/gjson"
)

// genAIMessage adds a message whose content is a list of typed parts, or a string.
func genAIMessage(s *sessionBuilder, m gjson.Result) error {
	role := chatRole(m.Get("role").Str)
	parts := m.Get("parts")
	if !parts.IsArray() {
		parts = m.Get("content")
	}
	switch {
	case m.Type == gjson.String:
		return s.say("user", m)
	case role == "assistant" && m.Get("tool_calls").IsArray():
		return s.add(plainAnswer(m, &s.buf))
	case m.Get("role").Str == "tool" && m.Get("tool_call_id").Type == gjson.String:
		return s.result(rawString(m.Get("tool_call_id")), m.Get("content"))
	case !parts.IsArray():
		return s.say(role, m.Get("content"))
	}
	var a answer
	var err error
	var rest []string
	parts.ForEach(func(_, part gjson.Result) bool {
		switch part.Get("type").Str {
		case "tool_call", "tool-call", "tool_use":
			a.call(call{rawString(first(part, "id", "toolCallId")), rawString(first(part, "name", "toolName")), first(part, "arguments", "args", "input").Raw})
		case "tool_call_response", "tool-result", "tool_result":
			response := first(part, "response", "result", "output", "content")
			if value := response.Get("value"); response.IsObject() && value.Exists() && response.Get("type").Exists() {
				response = value
			}
			err = s.result(rawString(first(part, "id", "toolCallId", "tool_use_id")), response)
		case "reasoning", "thinking":
			a.reasoning(first(part, "content", "text", "thinking").Raw)
		case "text", "":
			text := first(part, "content", "text")
			if part.Type == gjson.String {
				text = part
			}
			if text.Type == gjson.String {
				rest = append(rest, text.Raw)
			}
		default:
			s.images++
			rest = append(rest, `"[image]"`)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if role == "assistant" {
		for _, text := range rest {
			a.text(text)
		}
		return s.add(a.message(&s.buf))
	}
	for _, text := range rest {
		if err := s.say(role, gjson.Parse(text)); err != nil {
			return err
		}
	}
	return nil
}

// first returns the first field of the given names that is there.
func first(object gjson.Result, names ...string) gjson.Result {
	for _, name := range names {
		if v := object.Get(name); v.Exists() {
			return v
		}
	}
	return gjson.Result{}
}

// chatRole returns the role in chat completions.
func chatRole(role string) string {
	switch role {
	case "system", "developer":
		return "system"
	case "assistant", "model", "ai":
		return "assistant"
	}
	return "user"
}

// flatMessage adds a message whose parts are attributes of their own.
func flatMessage(s *sessionBuilder, attrs map[string]gjson.Result, at, role string) error {
	content := attrs[at+"content"]
	if parts := structured(content); parts.IsArray() && parts.Get("0.type").Exists() {
		content = parts // Traceloop writes a list of parts as a string
	}
	if role == "tool" {
		return s.result(rawString(attrs[at+"tool_call_id"]), content)
	}
	if chatRole(role) != "assistant" {
		return s.say(chatRole(role), content)
	}
	var a answer
	a.text(flattenContent(content).text)
	for _, form := range []struct{ id, name, args string }{
		{"tool_calls.%d.id", "tool_calls.%d.name", "tool_calls.%d.arguments"},
		{"tool_calls.%d.tool_call.id", "tool_calls.%d.tool_call.function.name", "tool_calls.%d.tool_call.function.arguments"},
	} {
		for i := range maxMessages {
			name := attrs[at+fmt.Sprintf(form.name, i)]
			if name.Str == "" {
				break
			}
			a.call(call{rawString(attrs[at+fmt.Sprintf(form.id, i)]), name.Raw, attrs[at+fmt.Sprintf(form.args, i)].Raw})
		}
	}
	return s.add(a.message(&s.buf))
}
