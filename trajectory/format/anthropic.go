package format

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// anthropicPayload adds the messages of a request to Anthropic's messages API, as
// chat messages: the system prompt first, tool calls and results as messages of
// their own, cache marks beside them.
func anthropicPayload(s *sessionBuilder, payload gjson.Result) error {
	tools := payload.Get("tools")
	if err := anthropicTools(s, tools); err != nil {
		return err
	}
	for _, tool := range elements(tools).Array() {
		if tool.Get("cache_control").IsObject() {
			s.mark()
			break
		}
	}
	if system := payload.Get("system"); system.Exists() && system.Type != gjson.Null {
		if err := s.say("system", system); err != nil {
			return err
		}
		if system.IsArray() && strings.Contains(system.Raw, `"cache_control"`) {
			s.mark()
		}
	}
	messages := payload.Get("messages").Array()
	if len(messages) == 0 || len(messages) > maxMessages {
		return fmt.Errorf("%d messages, expected 1 to %d", len(messages), maxMessages)
	}
	for i, m := range messages {
		if err := anthropicMessage(s, m); err != nil {
			return fmt.Errorf("messages[%d]: %w", i, err)
		}
	}
	return nil
}

func anthropicMessage(s *sessionBuilder, m gjson.Result) error {
	content := m.Get("content")
	role := m.Get("role").Str
	if role != "user" && role != "assistant" {
		return fmt.Errorf("role is %q, expected user or assistant", clip(role))
	}
	if !content.IsArray() {
		return s.say(role, content)
	}
	var a answer
	var rest []string
	var err error
	marked := false // a block that becomes part of the message at the end
	content.ForEach(func(_, block gjson.Result) bool {
		mark, plain := block.Get("cache_control").IsObject(), block.Raw
		if mark {
			plain = string(withoutKey([]byte(block.Raw), "cache_control"))
		}
		kind := block.Get("type").Str
		if role == "assistant" {
			a.block(plain, kind != "text" && kind != "tool_use")
		}
		switch kind {
		case "tool_use":
			a.call(call{rawString(block.Get("id")), rawString(block.Get("name")), block.Get("input").Raw})
		case "tool_result":
			content := block.Get("content")
			f := flattenContent(content)
			s.images += f.images
			message := toolMessage(&s.buf, rawString(block.Get("tool_use_id")), f.text)
			if err = s.addRecorded(message, resultRecorded([]byte(plain), content.Type != gjson.String, f.images)); err == nil && mark {
				s.mark()
			}
			return err == nil
		case "thinking", "redacted_thinking":
			a.reasoning(block.Get("thinking").Raw)
		case "text":
			if text := block.Get("text"); role == "assistant" && text.Type == gjson.String {
				a.text(text.Raw)
				break
			}
			rest = append(rest, block.Raw)
		default:
			rest = append(rest, block.Raw)
		}
		marked = marked || mark
		return err == nil
	})
	switch {
	case err != nil:
		return err
	case role == "assistant":
		err = s.addRecorded(a.message(&s.buf), a.recorded(trajectory.APIMessages))
	case len(rest) > 0:
		err = s.say("user", gjson.Parse("["+strings.Join(rest, ",")+"]"))
	}
	if err == nil && marked {
		s.mark()
	}
	return err
}

// anthropicTools sets the tools of s, converted to the form of chat completions.
func anthropicTools(s *sessionBuilder, tools gjson.Result) (err error) {
	if !tools.IsArray() || len(tools.Array()) == 0 {
		return nil
	}
	b := []byte{'['}
	for i, t := range tools.Array() {
		if !t.IsObject() {
			return errors.New("tools: expected an array of objects")
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"type":"function","function":{"name":`...)
		b = append(b, rawString(t.Get("name"))...)
		if d := t.Get("description"); d.Type == gjson.String {
			b = append(b, `,"description":`...)
			b = append(b, d.Raw...)
		}
		if schema := t.Get("input_schema"); schema.IsObject() {
			b = append(b, `,"parameters":`...)
			b = append(b, schema.Raw...)
		}
		b = append(b, `}}`...)
	}
	s.tools, err = s.rd.raw(append(b, ']'))
	return err
}

// resultRecorded returns what the result of a tool was recorded as, if its content is
// no text or it is marked as an error. Pictures are not kept.
func resultRecorded(block []byte, parts bool, pictures int) (r trajectory.Recording) {
	if pictures > 0 || !parts && !bytes.Contains(block, []byte(`"is_error":true`)) && !bytes.Contains(block, []byte(`"is_error": true`)) {
		return r
	}
	return trajectory.Recording{API: trajectory.APIMessages, JSON: []byte("[" + string(block) + "]")}
}

// checkCreated compares the tokens written to the cache with their parts.
func (rd *reader) checkCreated(at place, usage gjson.Result) {
	written, parts := usage.Get("cache_creation_input_tokens"), usage.Get("cache_creation")
	if sum := parts.Get("ephemeral_5m_input_tokens").Int() + parts.Get("ephemeral_1h_input_tokens").Int(); written.Exists() && sum > 0 && sum != written.Int() {
		rd.conflict(at, ruleTotal, "%d tokens written to the cache, and parts of %d", written.Int(), sum)
	}
}

// anthropicInput returns the input tokens of a call, and how many of them came
// from the cache.
func anthropicInput(usage gjson.Result) (prompt, cached int) {
	cached = int(usage.Get("cache_read_input_tokens").Int())
	prompt = int(usage.Get("input_tokens").Int()) + int(usage.Get("cache_creation_input_tokens").Int()) + cached
	return max(0, prompt), max(0, cached)
}
