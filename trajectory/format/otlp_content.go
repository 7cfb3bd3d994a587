package format

import (
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// content makes the context of a span from its messages, if it has any.
func (p *otlpParser) content(turn *trajectory.Turn, attrs map[string]gjson.Result) (field string, err error) {
	s := p.rd.session("", "")
	if system := structured(attrs["gen_ai.system_instructions"]); system.IsArray() {
		if err := s.say("system", system); err != nil {
			return "gen_ai.system_instructions", err
		}
	}
	if turn.Tools, err = p.rd.tools(structured(attrs["gen_ai.tool.definitions"])); err != nil {
		return "gen_ai.tool.definitions", err
	}
	if messages := structured(attrs["gen_ai.input.messages"]); messages.IsArray() {
		for _, m := range messages.Array() {
			if err := genAIMessage(s, m); err != nil {
				return "gen_ai.input.messages", err
			}
		}
		turn.Context = s.context
		return "", nil
	}
	// One attribute for each part: older conventions, and OpenInference.
	for _, form := range []string{"gen_ai.prompt.%d.", "llm.input_messages.%d.message."} {
		for i := 0; ; i++ {
			at := fmt.Sprintf(form, i)
			role := attrs[at+"role"]
			if role.Str == "" || i == maxMessages {
				break
			}
			if err := flatMessage(s, attrs, at, role.Str); err != nil {
				return at + "role", err
			}
		}
		if s.context != nil {
			turn.Context = s.context
			return "", nil
		}
	}
	turn.Context = nil
	return "", nil
}

// structured returns a value that is JSON, or a string that holds JSON.
func structured(v gjson.Result) gjson.Result {
	if v.Type == gjson.String && checkJSON([]byte(v.Str)) == nil {
		return gjson.Parse(v.Str)
	}
	if v.Get("values").IsArray() { // OTLP's own arrays
		return gjson.Result{}
	}
	return v
}

// genAIMessage adds a message whose content is in typed parts.
func genAIMessage(s *sessionBuilder, m gjson.Result) error {
	role := m.Get("role").Str
	parts := m.Get("parts")
	if !parts.IsArray() {
		return s.say(chatRole(role), m.Get("content"))
	}
	var a answer
	var err error
	var rest []string
	parts.ForEach(func(_, part gjson.Result) bool {
		switch part.Get("type").Str {
		case "tool_call":
			a.call(call{rawString(part.Get("id")), rawString(part.Get("name")), part.Get("arguments").Raw})
		case "tool_call_response":
			response := part.Get("response")
			if !response.Exists() {
				response = part.Get("result")
			}
			err = s.result(rawString(part.Get("id")), response)
		case "reasoning":
			a.reasoning(part.Get("content").Raw)
		case "text":
			if text := part.Get("content"); text.Type == gjson.String {
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
		if err := s.say(chatRole(role), gjson.Parse(text)); err != nil {
			return err
		}
	}
	return nil
}

// chatRole returns a role that chat templates know.
func chatRole(role string) string {
	switch role {
	case "system", "developer":
		return "system"
	case "assistant":
		return "assistant"
	}
	return "user"
}

// flatMessage adds a message whose parts are attributes of their own.
func flatMessage(s *sessionBuilder, attrs map[string]gjson.Result, at, role string) error {
	if role == "tool" {
		return s.result(rawString(attrs[at+"tool_call_id"]), attrs[at+"content"])
	}
	if role != "assistant" {
		return s.say(chatRole(role), attrs[at+"content"])
	}
	var a answer
	a.text(flattenContent(attrs[at+"content"]).text)
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
