package simserver

import (
	"errors"
	"strings"

	"github.com/tidwall/gjson"
)

// prompt returns the messages and the tools of a request as those of a chat completion: a
// prompt is one token for 4 bytes of that, whatever API it came by. A chat completion is
// taken as it is. In the others, texts that belong to one message are joined by an empty
// line, pictures become a word, and what is no part of a prompt is left out, as are
// thinking, cache marks and encrypted reasoning.
func (p protocol) prompt(b gjson.Result) (said, tools gjson.Result, err error) {
	var h history
	switch p {
	case messages:
		err = h.readMessages(b)
	case responses:
		err = h.readResponses(b)
	default:
		said, tools = b.Get("messages"), b.Get("tools")
		if !said.IsArray() || len(said.Array()) == 0 {
			err = errors.New("messages must be an array that is not empty")
		}
		return said, tools, err
	}
	if err != nil {
		return said, tools, err
	}
	h.flush()
	if b.Get("tools.0").Exists() {
		tools = gjson.Parse(toolsOf(b.Get("tools")))
	}
	return gjson.Parse("[" + strings.Join(h.said, ",") + "]"), tools, nil
}

// A history is a prompt that is being written as that of a chat completion. Texts are JSON
// strings.
type history struct {
	said   []string // messages
	answer answer
}

// An answer is a message of the assistant that may go on.
type answer struct {
	texts, calls []string
	open         bool
}

// say adds a message.
func (h *history) say(role, text string) {
	h.flush()
	h.said = append(h.said, `{"role":"`+role+`","content":`+text+`}`)
}

// result adds the result of a tool.
func (h *history) result(id, text string) {
	h.flush()
	h.said = append(h.said, `{"role":"tool","tool_call_id":`+id+`,"content":`+text+`}`)
}

// flush ends the answer, if there is one.
func (h *history) flush() {
	a := h.answer
	h.answer = answer{}
	if !a.open {
		return
	}
	text, calls := "null", ""
	if len(a.texts) > 0 || len(a.calls) == 0 {
		text = joined(a.texts)
	}
	if len(a.calls) > 0 {
		calls = `,"tool_calls":[` + strings.Join(a.calls, ",") + "]"
	}
	h.said = append(h.said, `{"role":"assistant","content":`+text+calls+`}`)
}

// text adds text to the answer.
func (a *answer) text(text string) {
	a.open = true
	if len(text) > len(`""`) {
		a.texts = append(a.texts, text)
	}
}

// call adds a call of a tool. Its arguments are an object, or a string that holds one or
// plain text.
func (a *answer) call(id, name, arguments gjson.Result) {
	a.open = true
	switch raw := arguments.Raw; {
	case raw == "":
		arguments.Raw = `"{}"`
	case strings.HasPrefix(raw, `"{`):
	case arguments.Type == gjson.String:
		arguments.Raw = quote(`{"input":` + raw + `}`)
	default:
		arguments.Raw = quote(raw)
	}
	a.calls = append(a.calls, `{"id":`+textOr(id)+`,"type":"function","function":{"name":`+textOr(name)+`,"arguments":`+arguments.Raw+`}}`)
}

// toolsOf returns tools, which have their name, description and schema beside each other.
func toolsOf(tools gjson.Result) string {
	var all []string
	tools.ForEach(func(_, tool gjson.Result) bool {
		var text strings.Builder
		text.WriteString(`{"type":"function","function":{"name":` + textOr(tool.Get("name")))
		if d := tool.Get("description"); d.Type == gjson.String {
			text.WriteString(`,"description":` + d.Raw)
		}
		for _, name := range []string{"input_schema", "parameters"} {
			if schema := tool.Get(name); schema.IsObject() {
				text.WriteString(`,"parameters":` + schema.Raw)
			}
		}
		all = append(all, text.String()+"}}")
		return true
	})
	return "[" + strings.Join(all, ",") + "]"
}

// flat returns content, which is a string or a list of parts, as one text.
func flat(content gjson.Result) string {
	switch {
	case content.Type == gjson.String:
		return content.Raw
	case content.IsObject():
		return quote(content.Raw)
	}
	var texts []string
	content.ForEach(func(_, part gjson.Result) bool {
		text := part
		if part.IsObject() {
			if text = part.Get("text"); !text.Exists() {
				text = part.Get("content")
			}
			if kind := part.Get("type").Str; kind == "image" || kind == "input_image" {
				text = gjson.Parse(`"[image]"`)
			}
		}
		if text.Type == gjson.String && text.Str != "" {
			texts = append(texts, text.Raw)
		}
		return true
	})
	return joined(texts)
}

// joined returns JSON strings as one, with an empty line between them.
func joined(texts []string) string {
	inner := make([]string, len(texts))
	for i, text := range texts {
		inner[i] = text[1 : len(text)-1]
	}
	return `"` + strings.Join(inner, `\n\n`) + `"`
}

// textOr returns a string as JSON; empty for what is none.
func textOr(v gjson.Result) string {
	if v.Type != gjson.String {
		return `""`
	}
	return v.Raw
}

// quote returns valid JSON, in which control characters are white space only, as a JSON
// string, with the shortest escapes.
func quote(json string) string {
	return `"` + escapes.Replace(json) + `"`
}

var escapes = strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`)
