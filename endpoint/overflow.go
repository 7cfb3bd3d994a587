package endpoint

import (
	"regexp"
	"strconv"
)

// overflow reads the refusal of a request that does not fit the context window, and sets
// the outcome and the counts that the text states. Servers have neither a status nor a code
// in common for it, only words.
func (e *Error) overflow(text []byte) {
	if e.Status/100 == 4 {
		e.tooLong(text)
	}
}

// tooLong is overflow whatever the status: servers that stream may find out too late for one.
func (e *Error) tooLong(text []byte) {
	if !overflowWords.Match(text) {
		return
	}
	e.Outcome = OutcomeContext
	e.PromptTokens, e.ContextTokens = number(overflowPrompt, text), number(overflowWindow, text)
}

var (
	// In the order of the words: vLLM, OpenAI, Dynamo and llm-d-inference-sim; vLLM and
	// SGLang; SGLang; vLLM; llama-server and ollama; OpenAI and its routers; Anthropic
	// and its routers; TensorRT-LLM; TGI.
	overflowWords = regexp.MustCompile(`(?i)maximum context length|model's context length|maximum allowed length|maximum model length|max_model_len|` +
		`exceed_context_size_error|exceeds the available context size|context_length_exceeded|exceeds? (the )?context (window|limit)|` +
		`prompt is too long: \d|max_seq_len|max_new_tokens. must be <=`)

	// vLLM says "at least" of a prompt that it has not counted to the end: that is no
	// count.
	overflowPrompt = regexp.MustCompile(`(?i)n_prompt_tokens\\*":\s*(\d+)|\((\d+) in the messages|(?:request has|prompt contains|you passed) (\d+) input tokens|` +
		`(\d+) tokens from the input|messages resulted in (\d+) tokens|input (?:length )?\((\d+) tokens\)|prompt \(length (\d+)\)|` +
		`given: (\d+) .inputs|too long: (\d+) tokens|request \((\d+) tokens\)|context limit: (\d+) \+`)

	overflowWindow = regexp.MustCompile(`(?i)n_ctx\\*":\s*(\d+)|maximum context length (?:is|of) (\d+)|model's context length (?:is only |\()(\d+)|` +
		`allowed length \((\d+)|model length of (\d+)|context size \((\d+)|must be <= (\d+)|tokens > (\d+)|\+ \d+ > (\d+)|max_model_len=(\d+)`)
)

// number returns the count that a pattern finds in one of its groups, 0 without one.
func number(pattern *regexp.Regexp, text []byte) int {
	for _, group := range pattern.FindSubmatch(text) {
		if n, err := strconv.Atoi(string(group)); err == nil && n > 0 && n < 1e9 {
			return n
		}
	}
	return 0
}
