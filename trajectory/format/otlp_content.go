package format

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// content sets the context of a call from the messages in the span or its events, nil
// if there are none. An error concerns the returned field.
func (p *otlpParser) content(c *otlpSpan, span gjson.Result, attrs map[string]gjson.Result) (field string, err error) {
	if c.turn.Tools, field, err = p.toolList(attrs); err != nil {
		return field, err
	}
	events := otlpEvents(span.Get("events"))
	for _, e := range events {
		for key, value := range e.attrs { // some put what is an attribute of the span into an event
			if _, ok := attrs[key]; !ok {
				attrs[key] = value
			}
		}
	}
	c.turn.History, field, err = p.messages(attrs, events)
	return field, err
}

// messages returns the context that attributes and events hold, nil if none.
func (p *otlpParser) messages(attrs map[string]gjson.Result, events []otlpEvent) (c *trajectory.History, field string, err error) {
	s := p.rd.session("", "")
	if system := attrs["gen_ai.system_instructions"]; system.Exists() {
		system = structured(system)
		if err := s.say("system", system); err != nil {
			return nil, "gen_ai.system_instructions", err
		}
	}
	before := s.context
	// In one attribute: today's conventions, Sentry's, Vercel's, LangSmith's and Logfire's.
	for _, name := range []string{"gen_ai.input.messages", "gen_ai.request.messages", "ai.prompt.messages", "gen_ai.prompt", "pydantic_ai.all_messages", "events", "input.value"} {
		value := attrs[name]
		if !value.Exists() || name == "events" && !strings.Contains(value.Raw, "gen_ai.") {
			continue
		}
		list := structured(value)
		if list.IsObject() && list.Get("messages").IsArray() {
			list = list.Get("messages")
		}
		if list.IsObject() && list.Get("role").Exists() {
			list = gjson.Parse("[" + list.Raw + "]")
		}
		if !list.IsArray() {
			if text := strings.TrimSpace(list.Str); strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") {
				p.cut++
			} else if text != "" && name != "input.value" {
				return s.context, name, s.say("user", list)
			}
			continue
		}
		for i, m := range list.Array() {
			if i == maxMessages {
				return nil, name, fmt.Errorf("more than %d messages", maxMessages)
			}
			if strings.HasPrefix(m.Get("event\\.name").Str, "gen_ai.") {
				err = eventMessage(s, m.Get("event\\.name").Str, m)
			} else {
				err = genAIMessage(s, m)
			}
			if err != nil {
				return nil, name, err
			}
		}
		if s.context != before {
			return s.context, "", nil
		}
	}
	// One attribute for each part of a message: older conventions and OpenInference.
	for _, form := range []string{"gen_ai.prompt.%d.", "llm.input_messages.%d.message.", "llm.prompts.%d."} {
		for i := range maxMessages {
			at := fmt.Sprintf(form, i)
			role := attrs[at+"role"]
			if role.Str == "" {
				break
			}
			if err := flatMessage(s, attrs, at, role.Str); err != nil {
				return nil, at + "role", err
			}
		}
		if s.context != before {
			return s.context, "", nil
		}
	}
	// An event for each message.
	for i, e := range events {
		if err := eventMessage(s, e.name, e.body); err != nil {
			return nil, fmt.Sprintf("events[%d]", i), err
		}
	}
	if s.context == before {
		return nil, "", nil // a system prompt by itself is no request
	}
	return s.context, "", nil
}

// toolList returns the tool definitions of a call.
func (p *otlpParser) toolList(attrs map[string]gjson.Result) (tools []byte, field string, err error) {
	for _, name := range []string{"gen_ai.tool.definitions", "gen_ai.request.available_tools", "ai.prompt.tools"} {
		if list := structured(attrs[name]); list.IsArray() && len(list.Array()) > 0 {
			tools, err = p.rd.tools(nestedTools(list))
			return tools, name, err
		}
	}
	b := []byte{'['}
	for i := range maxMessages {
		at := fmt.Sprintf("llm.request.functions.%d.", i)
		name := attrs[at+"name"]
		if name.Str == "" {
			break
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendTool(b, name, attrs[at+"description"], structured(attrs[at+"parameters"]))
	}
	tools, err = p.rd.tools(gjson.ParseBytes(append(b, ']')))
	return tools, "llm.request.functions", err
}

// nestedTools returns tool definitions in the form of chat completions, in which the
// function is an object of its own.
func nestedTools(list gjson.Result) gjson.Result {
	b := []byte{'['}
	list.ForEach(func(_, t gjson.Result) bool {
		if len(b) > 1 {
			b = append(b, ',')
		}
		schema := t.Get("parameters")
		for _, other := range []string{"inputSchema", "input_schema"} {
			if !schema.Exists() {
				schema = t.Get(other)
			}
		}
		if t.Get("function").Exists() || t.Get("name").Str == "" {
			b = append(b, t.Raw...)
		} else {
			b = appendTool(b, t.Get("name"), t.Get("description"), schema)
		}
		return true
	})
	return gjson.ParseBytes(append(b, ']'))
}

// appendTool appends the definition of a tool.
func appendTool(b []byte, name, description, schema gjson.Result) []byte {
	b = append(append(b, `{"type":"function","function":{"name":`...), rawString(name)...)
	if description.Type == gjson.String {
		b = append(append(b, `,"description":`...), description.Raw...)
	}
	if schema.IsObject() {
		b = append(append(b, `,"parameters":`...), schema.Raw...)
	}
	return append(b, `}}`...)
}
