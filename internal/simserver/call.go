package simserver

import "github.com/tidwall/gjson"

// called returns the name of the tool that a request asks to be called, as JSON; empty where it
// leaves that to the model, which calls none.
func called(body gjson.Result) string {
	choice := body.Get("tool_choice")
	name := choice.Get("function.name")
	if choice.String() == "required" {
		name = body.Get("tools.0.function.name")
	}
	if name.Type != gjson.String {
		return ""
	}
	return name.Raw
}

// calling returns the delta of a call of a tool. What is said is part of its arguments, an
// object with one string.
func (s *Stream) calling(said string, next int) string {
	kind, name := "", ""
	if s.shown == 0 {
		kind, name = `"id":"call_`+s.id+`","type":"function",`, `"name":`+s.Request.call+`,`
		said = `{\"text\":\"` + said
	}
	if next == s.Request.Tokens {
		said += `\"}`
	}
	return `{"tool_calls":[{"index":0,` + kind + `"function":{` + name + `"arguments":"` + said + `"}}]}`
}
