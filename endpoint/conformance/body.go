package conformance

import (
	"encoding/json"
	"maps"

	"github.com/agentperf/agentperf-go/endpoint"
)

// A message is one of a conversation.
type message struct {
	role  string // system, user, assistant or tool
	text  string
	calls []call // of the assistant
	id    string // of the call that a tool answers
}

// A call is a call of a tool.
type call struct {
	id, name  string
	arguments string // JSON
}

func said(role, text string) message { return message{role: role, text: text} }

// A question is one request.
type question struct {
	messages []message
	tokens   int            // the limit of the answer
	forced   bool           // ignore_eos
	tools    bool           // the two tools below are declared
	call     string         // the name of the one that is to be called
	fields   map[string]any // more fields of the body
	raw      string         // the whole body instead of all that
}

type object = map[string]any

// body returns the body of a request. The user's fields replace others.
func (s *suite) body(q question) []byte {
	if q.raw != "" {
		return []byte(q.raw)
	}
	var body object
	switch s.api {
	case endpoint.APIMessages:
		body = messagesBody(q)
	case endpoint.APIResponses:
		body = responsesBody(q)
	default:
		body = chatBody(q)
	}
	body["model"], body["stream"], body[s.limitField()] = s.found.Model, true, q.tokens
	if q.forced {
		body["ignore_eos"] = true
	}
	maps.Copy(body, q.fields)
	for name, value := range s.cfg.Fields {
		body[name] = value
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // the fields were checked
	}
	return text
}

// limitField returns the field that limits answers.
func (s *suite) limitField() string {
	switch {
	case s.api == endpoint.APIResponses:
		return "max_output_tokens"
	case s.api == endpoint.APIChat && s.found.MaxTokensField != "":
		return s.found.MaxTokensField
	}
	return "max_tokens"
}

// A tool is one of a coding agent, as harnesses declare them.
type tool struct {
	name, description string
	schema            json.RawMessage
}

var tools = []tool{
	{"read_file", "Reads a file.", json.RawMessage(`{"type":"object","properties":{"path":{"type":"string"},"offset":{"type":"integer"}},"required":["path"]}`)},
	{"run", "Runs a command.", json.RawMessage(`{"type":"object","properties":{"command":{"type":"string"}},"required":["command"]}`)},
}

func chatBody(q question) object {
	var all []object
	for _, m := range q.messages {
		o := object{"role": m.role, "content": m.text}
		if m.id != "" {
			o["tool_call_id"] = m.id
		}
		var calls []object
		for _, c := range m.calls {
			calls = append(calls, object{"id": c.id, "type": "function", "function": object{"name": c.name, "arguments": c.arguments}})
		}
		if calls != nil {
			o["tool_calls"], o["content"] = calls, nil
		}
		all = append(all, o)
	}
	body := object{"messages": all, "stream_options": map[string]bool{"include_usage": true}}
	if q.tools {
		var declared []object
		for _, t := range tools {
			declared = append(declared, object{"type": "function", "function": object{"name": t.name, "description": t.description, "parameters": t.schema}})
		}
		body["tools"] = declared
	}
	if q.call != "" {
		body["tool_choice"] = object{"type": "function", "function": object{"name": q.call}}
	}
	return body
}

// messagesBody is a request of Anthropic's Messages: the system prompt has a place of its own,
// and results of tools are blocks of one message of the user.
func messagesBody(q question) object {
	body := object{}
	var all []object
	for i, m := range q.messages {
		var blocks []object
		for _, c := range m.calls {
			blocks = append(blocks, object{"type": "tool_use", "id": c.id, "name": c.name, "input": json.RawMessage(c.arguments)})
		}
		switch {
		case m.role == "system":
			body["system"] = m.text
		case m.role == "tool" && i > 0 && q.messages[i-1].role == "tool":
			last := all[len(all)-1]
			last["content"] = append(last["content"].([]object), toolResult(m))
		case m.role == "tool":
			all = append(all, object{"role": "user", "content": []object{toolResult(m)}})
		case blocks != nil:
			all = append(all, object{"role": m.role, "content": blocks})
		default:
			all = append(all, object{"role": m.role, "content": m.text})
		}
	}
	body["messages"] = all
	if q.tools {
		var declared []object
		for _, t := range tools {
			declared = append(declared, object{"name": t.name, "description": t.description, "input_schema": t.schema})
		}
		body["tools"] = declared
	}
	if q.call != "" {
		body["tool_choice"] = object{"type": "tool", "name": q.call}
	}
	return body
}

func toolResult(m message) object {
	return object{"type": "tool_result", "tool_use_id": m.id, "content": m.text}
}

// responsesBody is a request of OpenAI's Responses, with the whole history and nothing stored.
func responsesBody(q question) object {
	body := object{"store": false}
	var items []object
	for _, m := range q.messages {
		switch {
		case m.role == "system":
			body["instructions"] = m.text
		case m.role == "tool":
			items = append(items, object{"type": "function_call_output", "call_id": m.id, "output": m.text})
		case m.calls != nil:
			for _, c := range m.calls {
				items = append(items, object{"type": "function_call", "call_id": c.id, "name": c.name, "arguments": c.arguments})
			}
		case m.role == "assistant":
			items = append(items, object{"type": "message", "role": m.role, "content": []object{{"type": "output_text", "text": m.text}}})
		default:
			items = append(items, object{"type": "message", "role": m.role, "content": []object{{"type": "input_text", "text": m.text}}})
		}
	}
	body["input"] = items
	if q.tools {
		var declared []object
		for _, t := range tools {
			declared = append(declared, object{"type": "function", "name": t.name, "description": t.description, "parameters": t.schema})
		}
		body["tools"] = declared
	}
	if q.call != "" {
		body["tool_choice"] = object{"type": "function", "name": q.call}
	}
	return body
}
