package format

import (
	"maps"
	"strings"

	"github.com/tidwall/gjson"
)

// An otlpEvent is an event of a span, or a log record that belongs to one. In older
// conventions each message is an event.
type otlpEvent struct {
	name  string
	attrs map[string]gjson.Result
	body  gjson.Result // the message
}

// otlpEvents returns the events of a span that may hold messages.
func otlpEvents(list gjson.Result) (all []otlpEvent) {
	elements(list).ForEach(func(_, event gjson.Result) bool {
		if e, ok := otlpEventOf(event.Get("name").Str, event); ok {
			all = append(all, e)
		}
		return len(all) < maxMessages
	})
	return all
}

// otlpEventOf returns an event; ok is false if it is about something else.
func otlpEventOf(name string, v gjson.Result) (e otlpEvent, ok bool) {
	attrs := otlpAttributes(v.Get("attributes"))
	if name == "" {
		name = attrs["event.name"].Str
	}
	if !strings.HasPrefix(name, "gen_ai.") {
		return e, false
	}
	e = otlpEvent{name: name, attrs: attrs}
	body := otlpValue(v.Get("body"))
	if content := attrs["gen_ai.event.content"]; content.Exists() {
		body = content
	}
	body = structured(body)
	if !body.IsObject() && !body.IsArray() { // the message is in the attributes
		b := []byte{'{'}
		for _, key := range []string{"role", "content", "id", "tool_calls"} {
			value := attrs[key]
			if !value.Exists() {
				value = attrs["gen_ai."+key]
			}
			if key == "tool_calls" {
				value = structured(value)
			}
			if value.Exists() {
				if len(b) > 1 {
					b = append(b, ',')
				}
				b = append(append(append(append(b, '"'), key...), `":`...), value.Raw...)
			}
		}
		body = gjson.ParseBytes(append(b, '}'))
	}
	e.body = body
	return e, true
}

// eventMessage adds the message of an event.
func eventMessage(s *sessionBuilder, name string, body gjson.Result) error {
	content := first(body, "content", "parts", "text")
	switch name {
	case "gen_ai.system.message":
		return s.say("system", content)
	case "gen_ai.user.message":
		return s.say("user", content)
	case "gen_ai.tool.message":
		return s.result(rawString(first(body, "id", "tool_call_id")), content)
	case "gen_ai.assistant.message":
		return s.add(plainAnswer(body, &s.buf))
	}
	return nil // such as gen_ai.choice, the answer
}

// readLogs keeps the log records that hold messages, for the spans they belong to.
func (p *otlpParser) readLogs(object gjson.Result) {
	for _, list := range object.Get("resourceLogs.#.scopeLogs|@flatten|#.logRecords|@flatten").Array() {
		key := spanKey(list)
		e, ok := otlpEventOf(list.Get("eventName").Str, list)
		if key != "" && ok && len(p.logs) < maxSpans && len(p.logs[key]) < maxMessages {
			p.logs[key] = append(p.logs[key], e)
		}
	}
}

// addLogs gives calls without messages those of their log records.
func (p *otlpParser) addLogs() {
	for i := range p.chats {
		c := &p.chats[i]
		events := p.logs[c.span]
		if c.turn.History != nil || len(events) == 0 {
			continue
		}
		attrs := make(map[string]gjson.Result)
		for _, e := range events {
			maps.Copy(attrs, e.attrs)
		}
		// What is wrong with a log record is no mistake of the span.
		c.turn.History, _, _ = p.messages(attrs, events)
		if tools, _, err := p.toolList(attrs); err == nil && c.turn.Tools == nil {
			c.turn.Tools = tools
		}
	}
	p.logs = nil
}
