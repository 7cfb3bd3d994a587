package format

import (
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
	if err := anthropicSystem(s, payload.Get("system")); err != nil {
		return err
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

// billingLine is what the first block of Claude Code's system prompt begins with: it differs
// in each request, and would make each history another.
const billingLine = "x-anthropic-billing-header:"

// anthropicSystem adds a system prompt, a string or blocks. These keep their cache marks,
// which do not move from request to request.
func anthropicSystem(s *sessionBuilder, system gjson.Result) error {
	if !system.IsArray() {
		if !system.Exists() || system.Type == gjson.Null {
			return nil
		}
		return s.say("system", system)
	}
	var blocks []string
	var err error
	system.ForEach(func(_, block gjson.Result) bool {
		text := block.Get("text")
		if line := strings.TrimSpace(text.Str); len(blocks) == 0 && s.billing == "" && strings.HasPrefix(line, billingLine) && len(line) <= maxText && !strings.Contains(line, "\n") {
			s.billing, err = s.rd.text(text)
			return err == nil
		}
		blocks = append(blocks, block.Raw)
		return true
	})
	if err != nil {
		return err
	}
	if len(blocks) == 0 {
		return nil
	}
	if err := s.sayBlocks("system", blocks); err != nil {
		return err
	}
	if strings.Contains(system.Raw, `"cache_control"`) {
		s.mark()
	}
	return nil
}

// sayBlocks adds a message of content blocks, and keeps them if they are more than a text.
func (s *sessionBuilder) sayBlocks(role string, blocks []string) error {
	list := gjson.Parse("[" + strings.Join(blocks, ",") + "]")
	f := flattenContent(list)
	s.images += f.images
	message := chatMessage(&s.buf, role, f.text)
	if !moreThanText(blocks, f) {
		return s.add(message)
	}
	return s.addRecorded(message, trajectory.Recording{API: trajectory.APIMessages, JSON: []byte(list.Raw)})
}

// moreThanText reports whether blocks are more than the text that they were flattened to. If
// there are pictures they are not kept.
func moreThanText(blocks []string, f flattened) bool {
	return f.images == 0 && (len(blocks) > 1 || len(blocks[0]) != len(`{"type":"text","text":}`)+len(f.text))
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
	var marked gjson.Result // the mark of a block that becomes part of the message at the end
	content.ForEach(func(_, block gjson.Result) bool {
		mark, plain := block.Get("cache_control").IsObject(), block.Raw
		if mark {
			plain = string(withoutKey([]byte(block.Raw), "cache_control"))
		}
		kind := block.Get("type").Str
		if role == "assistant" {
			a.anthropic(plain, kind, block.Get("text").Raw, block.Get("id").Raw, block.Get("name").Raw, block.Get("input").Raw)
		}
		switch kind {
		case "tool_use":
			a.call(call{rawString(block.Get("id")), rawString(block.Get("name")), block.Get("input").Raw})
		case "tool_result":
			content := block.Get("content")
			f := flattenContent(content)
			s.images += f.images
			message := toolMessage(&s.buf, rawString(block.Get("tool_use_id")), f.text)
			if err = s.addRecorded(message, resultRecorded([]byte(plain), []byte(content.Raw), f.images)); err == nil && mark {
				s.markBy(block.Get("cache_control"))
			}
			return err == nil
		case "thinking", "redacted_thinking":
			a.reasoning(block.Get("thinking").Raw)
		case "text":
			if text := block.Get("text"); role == "assistant" && text.Type == gjson.String {
				a.text(text.Raw)
				break
			}
			rest = append(rest, plain)
		default:
			rest = append(rest, plain)
		}
		if mark {
			marked = block.Get("cache_control")
		}
		return err == nil
	})
	switch {
	case err != nil:
		return err
	case role == "assistant":
		err = s.addRecorded(a.message(&s.buf), a.recorded(trajectory.APIMessages))
	case len(rest) > 0:
		err = s.sayBlocks("user", rest)
	}
	if err == nil && marked.Exists() {
		s.markBy(marked)
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
	if s.tools, err = s.rd.raw(append(b, ']')); err != nil {
		return err
	}
	if !moreThanFunctions(tools) {
		return nil
	}
	s.recordedTools.API = trajectory.APIMessages
	s.recordedTools.JSON, err = s.rd.raw([]byte(tools.Raw))
	return err
}

// moreThanFunctions reports whether tools have fields that those of chat completions lack.
func moreThanFunctions(tools gjson.Result) (more bool) {
	tools.ForEach(func(_, tool gjson.Result) bool {
		tool.ForEach(func(key, _ gjson.Result) bool {
			more = more || key.Str != "name" && key.Str != "description" && key.Str != "input_schema"
			return !more
		})
		return !more
	})
	return more
}

// resultRecorded returns what the result of a tool was recorded as, if its content is
// no text or it has other fields, such as the mark of an error. Pictures are not kept.
func resultRecorded(block, content []byte, pictures int) (r trajectory.Recording) {
	id := parse(block).Get("tool_use_id").Raw
	if pictures > 0 || isText(content) && len(block) == len(`{"type":"tool_result","tool_use_id":,"content":}`)+len(id)+len(content) {
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
