package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// rules are all rules, in the order in which they are looked at. The first of those that
// send send what later ones look at, too.
var rules = []rule{
	{name: Models, alone: true, look: models,
		why: "a run that names no model needs the list, and its context window decides which sessions fit"},
	{name: Answer, alone: true, required: true, look: answers,
		why: "a request that is not answered counts as failed"},
	{name: Events, alone: true, required: true, look: events,
		why: "an answer that cannot be read counts as failed"},
	{name: Output, alone: true, required: true, look: output,
		why: "an answer without visible output has no first token, and counts as failed"},
	{name: Finish, alone: true, required: true, look: finishes,
		why: "an answer without a finish_reason may have been cut, and counts as failed whatever HTTP says"},
	{name: Done, look: done,
		why: "an answer without [DONE] is told to be over by the end of the response only, which some proxies hold open"},
	{name: Role, look: role,
		why: "a chunk that holds only the role is no first token, and some servers send it long before one"},
	{name: Order, look: order,
		why: "agents put blocks and items together from these events, and may drop what is out of order"},
	{name: Pace, required: true, costs: each(1, pacingTokens), look: pace,
		why: "an answer that is held back and sent as a whole has no output speed, and its first token is late"},
	{name: Usage, required: true, look: usage,
		why: "speeds are in tokens, and an event is not a token"},
	{name: CountTokens, look: countTokens,
		why: "agents decide by it when to compact their history"},
	{name: RunningUsage, costs: each(1, shortTokens), look: runningUsage,
		why: "with running counts the tokens of the first burst are known, and are not estimated from bytes"},
	{name: MaxTokens, required: true, look: maxTokens,
		why: "max_tokens sets how much work a request is"},
	{name: IgnoreEOS, required: true, look: ignoreEOS,
		why: "with forced lengths all systems make the same number of tokens, and shorter answers count as failed"},
	{name: CachedTokens, costs: with(each(turns, shortTokens), turns*conversationBytes*2), look: cachedTokens,
		why: "agents send their whole history each turn, so that the cache decides what a turn costs"},
	{name: ToolHistory, required: true, costs: each(1, shortTokens), look: toolHistory,
		why: "recorded sessions of coding agents hold tool calls and their results"},
	{name: ToolCalls, costs: each(1, callTokens), look: toolCalls,
		why: "arguments that come as a whole have no output speed"},
	{name: Reasoning, look: reasoning,
		why: "reasoning is output, and where the client does not know its place the first token may be missed"},
	{name: KeepAlive, costs: each(keepAliveRequests, shortTokens), look: keepAlive,
		why: "a request that has to open a connection has that in its time to first token"},
	{name: Concurrent, required: true, costs: concurrentCosts, look: concurrent,
		why: "how many agents are served at once is the question"},
	{name: Cancel, costs: cancelCosts, look: cancels,
		why: "a server that works on for clients that have gone is still loaded when the next phase begins"},
	{name: Errors, costs: each(2, 1), look: refusals,
		why: "a failure is told apart from others by its status and its text"},
	{name: Overflow, costs: with(each(1, shortTokens), mostOverflow), look: overflow,
		why: "a prompt that is cut in silence is less work than was sent, and a request that does not fit is not a failure of the server"},
	{name: UnknownModel, costs: each(1, shortTokens), look: unknownModel,
		why: "a server that answers to any name may measure another model than the report says"},
	{name: Deterministic, costs: each(2, textTokens), look: deterministic,
		why: "the checks of answers in an audit compare texts"},
	{name: UTF8, costs: each(1, textTokens), look: wholeCharacters,
		why: "a character that is torn apart becomes others, so that bytes and text are not those of the model"},
	{name: HTTP2, costs: each(1, shortTokens), look: http2,
		why: "with many agents HTTP/2 needs fewer connections, if the server speaks it"},
	{name: TLS, look: encrypted,
		why: "keys and recorded sessions are sent to the server"},
}

// Required returns what the benchmark needs, which is required where nothing else is asked
// for: without one of these there is no verdict, or a wrong one. A request that is not
// answered, not readable, without output or without an end counts as failed. A stream that
// is held back has no output speed. Without usage a speed would be in events, which are not
// tokens. Forced lengths need max_tokens and ignore_eos, recorded sessions of agents need
// tools in the history, and the question how many agents are served at once needs a server
// that serves several. What is not among them the client copes with, and reports say so.
func Required() []Capability {
	var names []Capability
	for _, r := range rules {
		if r.required {
			names = append(names, r.name)
		}
	}
	return names
}

// check returns an error if a capability is not one of those above.
func check(want []Capability) error {
	all := make([]string, len(rules))
	for i, r := range rules {
		all[i] = string(r.name)
	}
	for _, name := range want {
		if !slices.Contains(all, string(name)) {
			return fmt.Errorf("conformance: there is no rule %q, expected one of %s", name, strings.Join(all, ", "))
		}
	}
	return nil
}

// Validate returns all mistakes in the configuration and in the capabilities wanted, joined.
func (c Config) Validate(want ...Capability) error {
	_, err := c.resolve()
	return errors.Join(err, check(want))
}

// Cost returns what the suite will take at most, whatever the server does.
func (c Config) Cost() Cost {
	c, _ = c.resolve()
	total := c.cost(prepareCosts).plus(Cost{Seconds: c.Timeout.Seconds()})
	for _, r := range rules {
		total = total.plus(c.cost(r.costs))
	}
	return total
}
