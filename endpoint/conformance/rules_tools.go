package conformance

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// tools are two tools of a coding agent, as harnesses declare them.
var tools = json.RawMessage(`[
 {"type":"function","function":{"name":"read_file","description":"Reads a file.","parameters":{"type":"object","properties":{"path":{"type":"string"},"offset":{"type":"integer"}},"required":["path"]}}},
 {"type":"function","function":{"name":"run","description":"Runs a command.","parameters":{"type":"object","properties":{"command":{"type":"string"}},"required":["command"]}}}]`)

func toolHistory(ctx context.Context, s *suite) seen {
	call := func(id, name, arguments string) map[string]any {
		return map[string]any{"id": id, "type": "function", "function": map[string]any{"name": name, "arguments": arguments}}
	}
	a := s.ask(ctx, s.conn, question{tokens: shortTokens, fields: map[string]any{"tools": tools}, messages: []message{
		said("system", "You are a coding agent."),
		said("user", "Why does the build fail?"),
		{"role": "assistant", "content": nil, "tool_calls": []any{call("call_1", "run", `{"command":"make"}`), call("call_2", "read_file", `{"path":"go.mod"}`)}},
		{"role": "tool", "tool_call_id": "call_1", "content": "make: *** No rule to make target."},
		{"role": "tool", "tool_call_id": "call_2", "content": "module example.com/m\n"},
		{"role": "assistant", "content": "There is no Makefile."},
		said("user", "Write one."),
	}})
	switch {
	case !a.served():
		return failed("%v", a.err)
	case a.err != nil:
		return passed("accepted; the answer shows nothing in %d tokens", shortTokens)
	}
	return passed("two calls and their results were accepted; the answer ends with %.40q", a.FinishReason)
}

func toolCalls(ctx context.Context, s *suite) seen {
	a := s.ask(ctx, s.conn, question{tokens: callTokens,
		fields: map[string]any{"tools": tools, "tool_choice": map[string]any{"type": "function", "function": map[string]any{"name": "run"}}},
		messages: []message{
			said("user", "Use the tool run to list all files of this folder and those below it that end in .go, with their sizes, sorted by size."),
		}})
	if !a.served() {
		return failed("a request with tool_choice failed: %v", a.err)
	}
	calls, parts := make(map[int64]*strings.Builder), 0
	var name string
	a.deltas(func(delta, _ gjson.Result) {
		delta.Get("tool_calls").ForEach(func(_, call gjson.Result) bool {
			if n := call.Get("function.name").String(); n != "" && name == "" {
				name = n
			}
			index := call.Get("index").Int()
			if calls[index] == nil {
				calls[index] = new(strings.Builder)
			}
			if text := call.Get("function.arguments").String(); text != "" {
				parts++
				calls[index].WriteString(text)
			}
			return true
		})
	})
	n, _ := a.tokens()
	indices := slices.Sorted(maps.Keys(calls))
	switch {
	case len(calls) == 0:
		return failed("the tool run was asked for and not called; the answer ends with %.40q", a.FinishReason)
	case name != "run":
		return failed("the tool run was asked for and %.40q was called", name)
	case a.FinishReason != "length" && !json.Valid([]byte(calls[indices[0]].String())):
		return failed("the arguments are not JSON: %.80q", calls[indices[0]].String())
	case parts <= 1 && n > tooMany:
		return failed("the arguments came as a whole, in an answer of %d tokens", n)
	}
	return passed("the arguments came in %d parts, in an answer of %d tokens", parts, n)
}

func reasoning(_ context.Context, s *suite) seen {
	if c := s.client.Counters(); c.OtherOutput > 0 {
		return failed("%d answers had text in delta.%s, which is not a place known for output; it counts as output", c.OtherOutput, c.OtherPlace)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	places := strings.Join(slices.Sorted(maps.Keys(s.places)), ", ")
	switch {
	case places == "" && s.thought == 0:
		return skipped("no reasoning was seen in %d answers", s.answers)
	case places == "":
		return passed("hidden: usage counts %d tokens of it and none are shown; output speeds leave them out", s.thought)
	case s.thought == 0:
		return passed("in %s; usage does not count it apart", places)
	}
	return passed("in %s; usage counts %d tokens of it", places, s.thought)
}
