package conformance

import (
	"context"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/endpoint"
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
	return passed("%d input tokens, %d output tokens in %d bytes%s", u.Prompt, u.Completion, s.control.timing.Bytes, s.startUsage())
}

// startUsage says what message_start of Messages counts as input, where that is not what the
// end of the answer says: some clients go by it.
func (s *suite) startUsage() (text string) {
	s.control.typed(func(kind string, event gjson.Result) {
		if u := event.Get("message.usage"); kind == "message_start" && u.IsObject() {
			n := u.Get("input_tokens").Int() + u.Get("cache_read_input_tokens").Int() + u.Get("cache_creation_input_tokens").Int()
			if n != int64(s.control.timing.Usage.Prompt) {
				text = fmt.Sprintf("; message_start counts %d input tokens", n)
			}
		}
	})
	return text
}

func runningUsage(ctx context.Context, s *suite) seen {
	if s.api != endpoint.APIChat {
		return s.unasked()
	}
	a := s.ask(ctx, s.conn, question{tokens: shortTokens, messages: []message{said("user", "Count from one to one hundred in words.")},
		fields: map[string]any{"stream_options": map[string]bool{"include_usage": true, "continuous_usage_stats": true}}})
	if !a.served() {
		return failed("a request with continuous_usage_stats failed: %v", a.err)
	}
	deltas, counted, last := 0, 0, int64(0)
	falls := false
	a.parsed(func(event gjson.Result) {
		eachChoice(event, func(gjson.Result) {
			deltas++
			if n := event.Get("usage.completion_tokens"); n.Type == gjson.Number {
				counted++
				falls = falls || n.Int() < last
				last = n.Int()
			}
		})
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

// unasked is the rule about running counts in an API in which nobody can ask for them.
func (s *suite) unasked() seen {
	deltas, counted := 0, 0
	s.control.typed(func(kind string, event gjson.Result) {
		if kind == "content_block_delta" {
			deltas++
			if event.Get("usage.output_tokens").Type == gjson.Number {
				counted++
			}
		}
	})
	if counted > 1 {
		return passed("%d of %d events with a delta have a count, unasked", counted, deltas)
	}
	return skipped("%s have no running counts to ask for", s.words().api)
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
		case n == longTokens && !a.Limited && s.api == endpoint.APIResponses && a.FinishReason == "completed":
			text = fmt.Sprintf("%s: exactly %d tokens, with status \"completed\", so that only the count tells", s.limitField(), n)
		case n == longTokens && !a.Limited:
			return failed("an answer that reached its %d tokens ends with %.40q, expected %q", n, a.FinishReason, s.words().cut)
		case n == longTokens:
			text = fmt.Sprintf("%s: exactly %d tokens, with %s %.40q", s.limitField(), n, s.words().finish, a.FinishReason)
		case a.Limited:
			return failed("an answer ends with %.40q after %d of %d tokens", a.FinishReason, n, longTokens)
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
	case !ok && !a.Limited:
		return failed("the answer ends with %.40q after %d events; usage does not count its tokens", a.FinishReason, a.timing.Events)
	case !ok:
		return skipped("usage does not count output tokens")
	case n != longTokens:
		return failed("%d of %d tokens, with %s %.40q", n, longTokens, s.words().finish, a.FinishReason)
	case free == longTokens && s.found.IgnoreEOS != "honoured":
		return passed("exactly %d tokens; this model did not end by itself either", n)
	}
	return passed("exactly %d tokens", n)
}
