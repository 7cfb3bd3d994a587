package conformance

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/endpoint"
)

// A made is a call of a tool in an answer.
type made struct {
	key             string // by which its parts are told from those of others
	name, arguments string
	parts           int // deltas with arguments
}

// callers add what an event says of a call, by API.
var callers = map[endpoint.API]func(event gjson.Result, add func(key, name, part string, whole bool)){
	endpoint.APIChat: func(event gjson.Result, add func(key, name, part string, whole bool)) {
		eachChoice(event, func(delta gjson.Result) {
			delta.Get("tool_calls").ForEach(func(_, c gjson.Result) bool {
				add(c.Get("index").Raw, c.Get("function.name").String(), c.Get("function.arguments").String(), false)
				return true
			})
		})
	},
	endpoint.APIMessages: func(event gjson.Result, add func(key, name, part string, whole bool)) {
		key := event.Get("index").Raw
		if b := event.Get("content_block"); strings.HasSuffix(b.Get("type").Str, "tool_use") {
			input := ""
			if in := b.Get("input"); in.IsObject() && len(in.Map()) > 0 {
				input = in.Raw
			}
			add(key, b.Get("name").String(), input, false)
		}
		if part := event.Get("delta.partial_json"); part.Exists() {
			add(key, "", part.String(), false)
		}
	},
	endpoint.APIResponses: func(event gjson.Result, add func(key, name, part string, whole bool)) {
		item := event.Get("item")
		switch kind := event.Get("type").Str; {
		case strings.HasPrefix(kind, "response.output_item.") && item.Get("type").Str == "function_call":
			add(item.Get("id").Raw, item.Get("name").String(), item.Get("arguments").String(), strings.HasSuffix(kind, ".done"))
		case kind == "response.function_call_arguments.delta":
			add(event.Get("item_id").Raw, "", event.Get("delta").String(), false)
		}
	},
}

// calls returns the calls of tools in an answer, in the order in which they began.
func (a *answer) calls() (all []*made) {
	read := callers[a.api]
	if read == nil {
		return nil
	}
	a.parsed(func(event gjson.Result) {
		read(event, func(key, name, part string, whole bool) {
			var c *made
			for _, known := range all {
				if known.key == key {
					c = known
				}
			}
			if c == nil {
				c = &made{key: key}
				all = append(all, c)
			}
			if c.name == "" {
				c.name = name
			}
			if part == "" || whole && c.parts > 0 { // said again
				return
			}
			c.parts++
			c.arguments += part
		})
	})
	return all
}
