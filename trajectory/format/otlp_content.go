package format

import (
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// content sets the context of a turn from the messages in the span, nil if there
// are none. An error concerns the returned field.
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
		turn.History = s.context
		return "", nil
	}
	// Older conventions and OpenInference have one attribute per part of a
	// message.
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
			turn.History = s.context
			return "", nil
		}
	}
	turn.History = nil
	return "", nil
}

// structured returns a JSON value that may be wrapped in a string.
func structured(v gjson.Result) gjson.Result {
	if v.Type == gjson.String && checkJSON([]byte(v.Str)) == nil {
		return gjson.Parse(v.Str)
	}
	if v.Get("values").IsArray() { // an array in OTLP's own encoding
		return gjson.Result{}
	}
	return v
}

// genAIMessage adds a message whose content is a list of typed parts.
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

// chatRole returns the role in chat completions.
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
