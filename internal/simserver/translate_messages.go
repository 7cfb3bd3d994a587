package simserver

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// readMessages reads the system prompt and the messages of Anthropic's Messages.
func (h *history) readMessages(b gjson.Result) error {
	if system := b.Get("system"); system.Type != gjson.Null {
		h.say("system", flat(system))
	}
	all := b.Get("messages").Array()
	if !b.Get("messages").IsArray() || len(all) == 0 {
		return errors.New("messages: expected an array that is not empty")
	}
	for i, m := range all {
		content := m.Get("content")
		role := m.Get("role").String()
		switch {
		case role != "user" && role != "assistant":
			return fmt.Errorf("messages.%d.role is %q, expected user or assistant", i, role)
		case content.Type != gjson.String && !content.IsArray():
			return fmt.Errorf("messages.%d.content: expected a string or an array", i)
		case content.Type == gjson.String:
			h.say(role, content.Raw)
		case role == "user":
			h.user(content)
		default:
			h.assistant(content)
		}
	}
	return nil
}

// user adds the blocks of a user's message: results of tools as messages of their own, and
// then what else there is.
func (h *history) user(blocks gjson.Result) {
	var rest []string
	blocks.ForEach(func(_, block gjson.Result) bool {
		if block.Get("type").Str == "tool_result" {
			h.result(textOr(block.Get("tool_use_id")), flat(block.Get("content")))
		} else {
			rest = append(rest, block.Raw)
		}
		return true
	})
	if len(rest) > 0 {
		h.say("user", flat(gjson.Parse("["+strings.Join(rest, ",")+"]")))
	}
}

// assistant adds the blocks of an answer.
func (h *history) assistant(blocks gjson.Result) {
	h.flush()
	h.answer.open = true
	blocks.ForEach(func(_, block gjson.Result) bool {
		switch block.Get("type").Str {
		case "tool_use":
			h.answer.call(block.Get("id"), block.Get("name"), block.Get("input"))
		case "text":
			h.answer.text(textOr(block.Get("text")))
		}
		return true
	})
	h.flush()
}
