package format

import (
	"fmt"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// The attributes of token counts, in the conventions of OpenTelemetry, their older
// forms, and those of OpenInference, Traceloop, Vercel, Sentry and Logfire.

func inputCounts() []string {
	return []string{"gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "llm.usage.prompt_tokens",
		"ai.usage.inputTokens", "ai.usage.promptTokens"}
}

func outputCounts() []string {
	return []string{"gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion", "llm.usage.completion_tokens",
		"ai.usage.outputTokens", "ai.usage.completionTokens"}
}

// readCounts and writtenCounts are of the cache.
func readCounts() []string {
	return []string{"gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens", "gen_ai.usage.input_tokens.cached",
		"gen_ai.usage.details.cache_read_tokens", "llm.token_count.prompt_details.cache_read", "ai.usage.cachedInputTokens"}
}

func writtenCounts() []string {
	return []string{"gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.input_tokens.cache_write",
		"gen_ai.usage.details.cache_write_tokens", "llm.token_count.prompt_details.cache_write"}
}

func reasoningCounts() []string {
	return []string{"gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.output_tokens.reasoning", "gen_ai.usage.details.reasoning_tokens",
		"llm.token_count.completion_details.reasoning", "ai.usage.reasoningTokens"}
}

func totalCounts() []string {
	return []string{"gen_ai.usage.total_tokens", "llm.usage.total_tokens", "llm.token_count.total", "ai.usage.totalTokens"}
}

// otlpTokens returns the first attribute of the given names that is present, 0 if
// none is. Whole numbers are strings in OTLP/JSON.
func otlpTokens(attrs map[string]gjson.Result, names ...string) int {
	for _, name := range names {
		if v, ok := attrs[name]; ok {
			if n, err := strconv.ParseFloat(v.String(), 64); err == nil && n >= 0 && n <= maxPrompt {
				return int(n)
			}
		}
	}
	return 0
}

// usage reads the token counts of a call.
func (s *otlpSpan) usage(attrs map[string]gjson.Result) {
	s.turn.PromptTokens = otlpTokens(attrs, inputCounts()...)
	s.turn.OutputTokens = otlpTokens(attrs, outputCounts()...)
	s.turn.CompletionTokens = s.turn.OutputTokens
	s.turn.MaxOutputTokens = otlpTokens(attrs, "gen_ai.request.max_tokens", "llm.request.max_tokens")
	s.cached = otlpTokens(attrs, readCounts()...) + otlpTokens(attrs, writtenCounts()...)
	s.total = otlpTokens(attrs, totalCounts()...)
	s.reasoning = otlpTokens(attrs, reasoningCounts()...)
}

// addCached adds the cached tokens to the input where it is without them. By the
// conventions it has them, but not by those of providers that count them apart. Where
// one call has more cached tokens than input, or a total that only so adds up, no input
// of that instrumentation has them.
func (p *otlpParser) addCached() {
	without := make(map[string]*otlpSpan)
	for i := range p.chats {
		s := &p.chats[i]
		in, out := s.turn.PromptTokens, s.turn.OutputTokens
		if s.cached > 0 && without[s.scope] == nil && (s.cached > in || s.total > 0 && s.total == in+s.cached+out) {
			without[s.scope] = s
		}
	}
	changed := make(map[string]int)
	for i := range p.chats {
		s := &p.chats[i]
		if without[s.scope] != nil && s.cached > 0 {
			s.turn.PromptTokens = min(s.turn.PromptTokens+s.cached, maxPrompt)
			changed[s.scope]++
		}
	}
	for i := range p.chats {
		s := &p.chats[i]
		p.rd.check(place{s.file, s.turn.Line, s.group, -1}, counts{
			input: s.turn.PromptTokens, cached: s.cached, output: s.turn.OutputTokens, reasoning: s.reasoning, total: s.total,
		})
		if without[s.scope] != s {
			continue
		}
		p.rd.note(trajectory.Finding{File: s.file, Line: s.turn.Line, Turn: -1, Severity: trajectory.SeverityInfo, Rule: "input-without-cache",
			Text: fmt.Sprintf("%d cached tokens of %d input tokens: the input is taken to be without them, here and in %d other calls", s.cached, s.turn.PromptTokens-s.cached, changed[s.scope]-1)})
	}
}
