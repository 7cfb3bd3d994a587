package trajectory

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// A Chat is the body of a [Request] decoded, for engines in the same process, whatever its
// API. How long the answer may be is in the request itself.
type Chat struct {
	// Model is the model asked for; empty if none is named.
	Model string
	// Messages are the messages in order, as they are sent: with the text that keeps
	// the caches of plays apart and with synthetic text written out. A system prompt that
	// is a field of its own comes first; each result of a tool is a message.
	Messages []ChatMessage
	// Tools is the JSON array of tool definitions, nil for none, in the form of the API.
	Tools json.RawMessage
	// Fields are the other fields of the body as JSON, such as temperature.
	Fields map[string]json.RawMessage
}

// A ChatMessage is one message of a [Chat].
type ChatMessage struct {
	// Role is "system", "user", "assistant", "tool" or another that was recorded.
	Role string
	// Content is the text. Of content in parts it is that of the parts of text, joined
	// by line ends; pictures and other parts are only in JSON.
	Content string
	// ToolCalls are the calls that an assistant's message makes.
	ToolCalls []ChatCall
	// ToolCallID names the call of which a tool's message is the result.
	ToolCallID string
	// JSON is the whole message. In APIMessages it is the list of blocks that became this
	// message, and the block of a tool's result; in APIResponses the list of items.
	JSON json.RawMessage
}

// A ChatCall is a call of a tool: Arguments is JSON as the model wrote it, which may be
// malformed.
type ChatCall struct{ ID, Name, Arguments string }

// Chat decodes the body. It returns an error if that is not a request of the API, which the
// bodies of this module always are. Thinking and reasoning are in the messages' JSON alone.
//
// Each call decodes anew and allocates two to three times the size of the body; a request
// that is not decoded costs nothing. The result shares no memory with the request, so that an engine
// may keep it when Send returns.
func (r *Request) Chat() (*Chat, error) {
	var b strings.Builder
	for _, segment := range r.Body {
		b.Write(segment)
	}
	if !gjson.Valid(b.String()) {
		return nil, errors.New("trajectory: the request body is not JSON")
	}
	top := gjson.Parse(b.String())
	if !top.IsObject() {
		return nil, fmt.Errorf("trajectory: the request body is %s, expected an object", kind([]byte(top.Raw)))
	}
	c := &Chat{Fields: make(map[string]json.RawMessage)}
	list := "messages"
	decode := chatMessages
	switch r.API {
	case APIMessages:
		decode = blockMessages
	case APIResponses:
		list, decode = "input", itemMessages
	}
	var system []ChatMessage
	listed := false
	var err error
	top.ForEach(func(name, value gjson.Result) bool {
		switch {
		case name.Str == list:
			if listed = value.IsArray(); listed {
				c.Messages, err = decode(value)
			}
		case name.Str == "model":
			c.Model = value.String()
		case name.Str == "tools":
			c.Tools = json.RawMessage(value.Raw)
		case r.API == APIMessages && name.Str == "system", r.API == APIResponses && name.Str == "instructions":
			system = []ChatMessage{{Role: "system", Content: contentText(value), JSON: json.RawMessage(value.Raw)}}
		default:
			c.Fields[name.Str] = json.RawMessage(value.Raw)
		}
		return err == nil
	})
	if err == nil && !listed {
		err = fmt.Errorf("trajectory: the request body has no list of %q", list)
	}
	if err != nil {
		return nil, err
	}
	c.Messages = append(system, c.Messages...)
	return c, nil
}

func chatMessages(list gjson.Result) (all []ChatMessage, err error) {
	list.ForEach(func(_, m gjson.Result) bool {
		if !m.IsObject() {
			err = fmt.Errorf("trajectory: message %d of the request is %s, expected an object", len(all), kind([]byte(m.Raw)))
			return false
		}
		all = append(all, chatMessage(m))
		return true
	})
	return all, err
}

func chatMessage(m gjson.Result) ChatMessage {
	c := ChatMessage{
		Role: m.Get("role").String(), Content: contentText(m.Get("content")),
		ToolCallID: m.Get("tool_call_id").String(), JSON: json.RawMessage(m.Raw),
	}
	if calls := m.Get("tool_calls"); calls.IsArray() {
		calls.ForEach(func(_, call gjson.Result) bool {
			c.ToolCalls = append(c.ToolCalls, ChatCall{call.Get("id").String(), call.Get("function.name").String(), call.Get("function.arguments").String()})
			return true
		})
	}
	return c
}

// contentText returns the text of a content; empty for null.
func contentText(content gjson.Result) string {
	if !content.IsArray() {
		return content.String()
	}
	var texts []string
	content.ForEach(func(_, part gjson.Result) bool {
		if text := part.Get("text"); text.Type == gjson.String {
			texts = append(texts, text.Str)
		}
		return true
	})
	return strings.Join(texts, "\n")
}
