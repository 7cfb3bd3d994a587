package dialect

import (
	"bytes"
	"encoding/json"

	"github.com/agentperf/agentperf-go/internal/jsonscan"
)

// A message is one of chat completions, its fields as JSON, nil if absent or null.
type message struct {
	role, content, calls, id []byte
}

// scan takes a message apart, which must be a JSON object.
func scan(wire []byte, notes Notes) (m message) {
	s := jsonscan.Scanner{Data: wire}
	s.Object(func(key []byte) {
		name := string(key)
		value := s.Skip()
		if string(value) == "null" {
			return
		}
		switch name {
		case "role":
			m.role = value
		case "content":
			m.content = value
		case "tool_calls":
			m.calls = value
		case "tool_call_id":
			m.id = value
		case "reasoning", "reasoning_content", "reasoning_details", "thinking_blocks":
			notes.add(Reasoning, "the %s of a message is left out: it has no signature, or none of this API", name)
		case "function_call", "refusal", "audio":
			notes.add(Content, "the %s of a message is left out: the API has no place for it", name)
		}
	})
	return m
}

// RoleOf returns the side of a role of chat completions: results of tools are the user's.
func RoleOf(role string) Role {
	switch role {
	case "system", "developer":
		return System
	case "assistant":
		return Assistant
	}
	return User
}

// kind returns the role of a form.
func (m message) kind() Role { return RoleOf(unquote(m.role)) }

// result reports whether the message is the result of a call.
func (m message) result() bool { return string(m.role) == `"tool"` }

// A content is a part of a message's content.
type content struct {
	kind string // "text", "image_url" and so on; empty for what is no object
	raw  []byte // the whole part
	text []byte // the JSON string of a text
	url  []byte // the JSON string of a picture's address
}

// parts iterates over the parts of the content. A string is one part; anything else that is
// no list is one without a kind.
func (m message) parts(each func(content)) {
	switch {
	case m.content == nil:
	case m.content[0] == '"':
		each(content{kind: "text", raw: m.content, text: m.content})
	case m.content[0] == '[':
		s := jsonscan.Scanner{Data: m.content}
		s.Array(func(int) { each(partOf(s.Skip())) })
	default:
		each(content{raw: m.content})
	}
}

// partOf takes a part apart.
func partOf(raw []byte) content {
	c := content{raw: raw}
	switch raw[0] {
	case '"':
		c.kind, c.text = "text", raw
	case '{':
		s := jsonscan.Scanner{Data: raw}
		s.Object(func(key []byte) {
			name, value := string(key), s.Skip()
			switch {
			case name == "type":
				c.kind = unquote(value)
			case name == "text" && value[0] == '"':
				c.text = value
			case name == "image_url" && value[0] == '"':
				c.url = value
			case name == "image_url" && value[0] == '{':
				c.url = field(value, "url")
			}
		})
		switch c.kind {
		case "input_text", "output_text":
			c.kind = "text"
		case "input_image":
			c.kind = "image_url"
		}
		if c.kind == "text" && c.text == nil || c.kind == "image_url" && c.url == nil {
			c.kind += " without content"
		}
	}
	return c
}

// field returns a string of an object, as JSON, nil if it has none.
func field(object []byte, want string) (found []byte) {
	s := jsonscan.Scanner{Data: object}
	s.Object(func(key []byte) {
		if name, value := string(key), s.Skip(); name == want && value[0] == '"' {
			found = value
		}
	})
	return found
}

// inside returns a JSON string without its quotes.
func inside(text []byte) []byte { return text[1 : len(text)-1] }

// unquote decodes a JSON string; empty for what is none.
func unquote(raw []byte) (text string) {
	if len(raw) == 0 || raw[0] != '"' {
		return ""
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(inside(raw))
	}
	json.Unmarshal(raw, &text) // the JSON was checked when it was stored
	return text
}

// A call is one of a message's tool calls, its fields as JSON strings.
type call struct {
	id, name, arguments []byte
}

func (m message) eachCall(each func(call)) {
	if len(m.calls) == 0 || m.calls[0] != '[' {
		return
	}
	s := jsonscan.Scanner{Data: m.calls}
	s.Array(func(int) {
		raw := s.Skip()
		if raw[0] != '{' {
			return
		}
		c := call{id: []byte(`""`), name: []byte(`""`)}
		in := jsonscan.Scanner{Data: raw}
		in.Object(func(key []byte) {
			switch name, value := string(key), in.Skip(); {
			case name == "id" && value[0] == '"':
				c.id = value
			case name == "function" && value[0] == '{':
				if n := field(value, "name"); n != nil {
					c.name = n
				}
				c.arguments = argumentsOf(value)
			}
		})
		each(c)
	})
}

// argumentsOf returns the arguments of a function, whatever they are.
func argumentsOf(function []byte) (found []byte) {
	s := jsonscan.Scanner{Data: function}
	s.Object(func(key []byte) {
		if name, value := string(key), s.Skip(); name == "arguments" {
			found = value
		}
	})
	return found
}

// word is what stands for a part that an API has no place for, such as [input_audio], as
// the inside of a JSON string.
func word(kind string) []byte {
	const most = 40 // of a name; recordings may hold anything
	if kind == "" {
		kind = "content"
	}
	quoted, _ := json.Marshal("[" + kind[:min(len(kind), most)] + "]")
	return inside(quoted)
}
