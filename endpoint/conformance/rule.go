package conformance

import (
	"context"
	"fmt"
)

// A rule looks at one capability.
type rule struct {
	name     Capability
	required bool   // where nothing else is asked for
	why      string // it matters to a benchmark, in one sentence
	// cost is what look sends at most, for so many requests at once; nil for nothing.
	costs func(n int) Cost
	// alone is set on rules that need no answer to have worked.
	alone bool
	look  func(context.Context, *suite) seen
}

// each is the cost of so many requests, each of so many tokens. A prompt has 2 KiB at most,
// tools and history included, unless a rule says otherwise.
func each(requests, tokens int) func(int) Cost {
	const most = 2 << 10
	return func(int) Cost {
		return Cost{Requests: requests, OutputTokens: requests * tokens, InputBytes: int64(requests * most)}
	}
}

// with is a cost with prompts of another length.
func with(costs func(int) Cost, bytes int64) func(int) Cost {
	return func(n int) Cost {
		c := costs(n)
		c.InputBytes = bytes
		return c
	}
}

// seen is what a rule saw.
type seen struct {
	status Status
	text   string
}

func passed(format string, args ...any) seen  { return seen{Passed, fmt.Sprintf(format, args...)} }
func failed(format string, args ...any) seen  { return seen{Failed, fmt.Sprintf(format, args...)} }
func skipped(format string, args ...any) seen { return seen{Skipped, fmt.Sprintf(format, args...)} }

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
	{name: Pace, required: true, costs: each(1, pacingTokens), look: pace,
		why: "an answer that is held back and sent as a whole has no output speed, and its first token is late"},
	{name: Usage, required: true, look: usage,
		why: "speeds are in tokens, and an event is not a token"},
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

// Lengths of answers, in tokens. An answer of which the pace is looked at has longTokens:
// engines that report every 20 tokens send six events of it. One of which only the end
// matters has shortTokens. What a rule reads in an answer needs some words.
const (
	longTokens  = 128
	textTokens  = 48
	callTokens  = 96
	shortTokens = 16
)
