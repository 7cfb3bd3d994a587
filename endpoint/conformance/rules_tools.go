package conformance

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

func toolHistory(ctx context.Context, s *suite) seen {
	a := s.ask(ctx, s.conn, question{tokens: shortTokens, tools: true, messages: []message{
		said("system", "You are a coding agent."),
		said("user", "Why does the build fail?"),
		{role: "assistant", calls: []call{{"call_1", "run", `{"command":"make"}`}, {"call_2", "read_file", `{"path":"go.mod"}`}}},
		{role: "tool", id: "call_1", text: "make: *** No rule to make target."},
		{role: "tool", id: "call_2", text: "module example.com/m\n"},
		said("assistant", "There is no Makefile."),
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
	a := s.ask(ctx, s.conn, question{tokens: callTokens, tools: true, call: "run", messages: []message{
		said("user", "Use the tool run to list all files of this folder and those below it that end in .go, with their sizes, sorted by size."),
	}})
	if !a.served() {
		return failed("a request with tool_choice failed: %v", a.err)
	}
	n, _ := a.tokens()
	calls := a.calls()
	parts := 0
	for _, c := range calls {
		parts += c.parts
	}
	switch {
	case len(calls) == 0:
		return failed("the tool run was asked for and not called; the answer ends with %.40q", a.FinishReason)
	case calls[0].name != "run":
		return failed("the tool run was asked for and %.40q was called", calls[0].name)
	case !a.cut(callTokens) && !json.Valid([]byte(calls[0].arguments)):
		return failed("the arguments are not JSON: %.80q", calls[0].arguments)
	case parts <= 1 && n > tooMany:
		return failed("the arguments came as a whole, in an answer of %d tokens", n)
	}
	return passed("the arguments came in %d parts, in an answer of %d tokens", parts, n)
}

func reasoning(_ context.Context, s *suite) seen {
	if c := s.client.Counters(); c.OtherOutput > 0 {
		return failed("%d answers had text in %s, which is not a place known for output; it counts as output", c.OtherOutput, c.OtherPlace)
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
