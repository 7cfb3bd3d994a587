package conformance

import (
	"context"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/metrics"
)

func usage(_ context.Context, s *suite) seen {
	for _, a := range s.both() {
		u := a.timing.Usage
		switch {
		case !a.timing.UsageReported || u.Completion == 0 && a.timing.Events > 0:
			return failed("an answer of %d events ended without a count of output tokens", a.timing.Events)
		case u.Prompt == 0:
			return failed("usage counts %d output tokens and no input tokens", u.Completion)
		case a.timing.TokenSource != metrics.SourceUsage && a.timing.TokenSource != metrics.SourceContinuous && a.timing.Events > 0:
			return failed("usage counts %d output tokens in %d bytes, more than they can hold", u.Completion, a.timing.Bytes)
		}
	}
	u := s.control.timing.Usage
	return passed("%d input tokens, %d output tokens in %d bytes", u.Prompt, u.Completion, s.control.timing.Bytes)
}

func runningUsage(ctx context.Context, s *suite) seen {
	a := s.ask(ctx, s.conn, question{tokens: shortTokens, messages: []message{said("user", "Count from one to one hundred in words.")},
		fields: map[string]any{"stream_options": map[string]bool{"include_usage": true, "continuous_usage_stats": true}}})
	if !a.served() {
		return failed("a request with continuous_usage_stats failed: %v", a.err)
	}
	deltas, counted, last := 0, 0, int64(0)
	falls := false
	a.deltas(func(_, event gjson.Result) {
		deltas++
		if n := event.Get("usage.completion_tokens"); n.Type == gjson.Number {
			counted++
			falls = falls || n.Int() < last
			last = n.Int()
		}
	})
	switch total, ok := a.tokens(); {
	case counted <= 1:
		return failed("%d of %d events with a delta have a count", counted, deltas)
	case falls:
		return failed("the running count falls")
	case ok && last > int64(total):
		return failed("the running count reaches %d, and the last one is %d", last, total)
	default:
		return passed("%d of %d events with a delta have a count, up to %d", counted, deltas, last)
	}
}

func maxTokens(_ context.Context, s *suite) seen {
	if s.cfg.Fields[s.limitField()] != nil {
		return skipped("Fields set %s", s.limitField())
	}
	text := ""
	for _, a := range s.both() {
		n, ok := a.tokens()
		switch {
		case !ok:
			return skipped("usage does not count output tokens")
		case n > longTokens:
			return failed("an answer of at most %d tokens has %d", longTokens, n)
		case n == longTokens && a.FinishReason != "length":
			return failed("an answer that reached its %d tokens ends with %.40q, expected \"length\"", n, a.FinishReason)
		case n == longTokens:
			text = fmt.Sprintf("%s: exactly %d tokens, with finish_reason \"length\"", s.limitField(), n)
		case a.FinishReason == "length":
			return failed("an answer ends with \"length\" after %d of %d tokens", n, longTokens)
		}
	}
	if text == "" {
		return skipped("no answer reached %d tokens", longTokens)
	}
	return passed("%s", text)
}

func ignoreEOS(_ context.Context, s *suite) seen {
	if s.cfg.Fields["ignore_eos"] != nil || s.cfg.Fields[s.limitField()] != nil {
		return skipped("Fields set ignore_eos or %s", s.limitField())
	}
	a := s.forced
	if !a.served() {
		return failed("a request with ignore_eos failed: %v", a.err)
	}
	n, ok := a.tokens()
	free, _ := s.control.tokens()
	switch {
	case !ok && a.FinishReason == "stop":
		return failed("the answer ends with \"stop\" after %d events; usage does not count its tokens", a.timing.Events)
	case !ok:
		return skipped("usage does not count output tokens")
	case n != longTokens:
		return failed("%d of %d tokens, with finish_reason %.40q", n, longTokens, a.FinishReason)
	case free == longTokens && s.found.IgnoreEOS != "honoured":
		return passed("exactly %d tokens; this model did not end by itself either", n)
	}
	return passed("exactly %d tokens", n)
}
