package simserver

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// readResponses reads the instructions and the input of OpenAI's Responses.
func (h *history) readResponses(b gjson.Result) error {
	if b.Get("previous_response_id").Type != gjson.Null {
		return errors.New("previous_response_id: no responses are stored")
	}
	if text := b.Get("instructions"); text.Type == gjson.String {
		h.say("system", text.Raw)
	}
	input := b.Get("input")
	if input.Type == gjson.String {
		h.say("user", input.Raw)
		return nil
	}
	if !input.IsArray() || len(input.Array()) == 0 {
		return errors.New("input: expected a string or an array that is not empty")
	}
	for i, item := range input.Array() {
		if err := h.item(item); err != nil {
			return fmt.Errorf("input[%d]: %w", i, err)
		}
	}
	return nil
}

// item adds an item of the input. What the assistant said and called without a break is one
// message.
func (h *history) item(item gjson.Result) error {
	kind := item.Get("type").String()
	switch {
	case kind == "" || kind == "message":
		role := item.Get("role").String()
		switch role {
		case "assistant":
			h.answer.text(flat(item.Get("content")))
			return nil
		case "user", "system":
		case "developer":
			h.flush()
			if role = "user"; len(h.said) == 0 { // templates take a system prompt at the front
				role = "system"
			}
		default:
			return fmt.Errorf("role is %q, expected user, assistant, system or developer", role)
		}
		h.say(role, flat(item.Get("content")))
	case strings.HasSuffix(kind, "_call_output"):
		h.result(textOr(item.Get("call_id")), flat(item.Get("output")))
	case kind == "function_call" || kind == "custom_tool_call" || kind == "local_shell_call":
		name, arguments := item.Get("name"), item.Get("arguments")
		for _, other := range []string{"input", "action"} {
			if !arguments.Exists() {
				arguments = item.Get(other)
			}
		}
		if !name.Exists() {
			name = gjson.Parse(`"shell"`)
		}
		h.answer.call(item.Get("call_id"), name, arguments)
	}
	return nil
}
