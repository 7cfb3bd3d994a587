package trajectory

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// A Chat is the body of a [Request] decoded, for engines in the same process. How long
// the answer may be is in the request itself.
type Chat struct {
	// Model is the model asked for; empty if none is named.
	Model string
	// Messages are the messages in order, as they are sent: with the text that keeps
	// the caches of plays apart and with synthetic text written out.
	Messages []ChatMessage
	// Tools is the JSON array of tool definitions, nil for none.
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
	// JSON is the whole message.
	JSON json.RawMessage
}

// A ChatCall is a call of a tool: Arguments is JSON as the model wrote it, which may be
// malformed.
type ChatCall struct{ ID, Name, Arguments string }

// Chat decodes the body. It returns an error if that is not a chat-completions request,
// which the bodies of this module always are.
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
	listed := false
	var err error
	top.ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "model":
			c.Model = value.String()
		case "messages":
			if listed = value.IsArray(); listed {
				c.Messages, err = chatMessages(value)
			}
		case "tools":
			c.Tools = json.RawMessage(value.Raw)
		default:
			c.Fields[name.Str] = json.RawMessage(value.Raw)
		}
		return err == nil
	})
	if err == nil && !listed {
		err = errors.New(`trajectory: the request body has no list of "messages"`)
	}
	if err != nil {
		return nil, err
	}
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
