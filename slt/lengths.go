package slt

import (
	"fmt"
	"math"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/metrics"
)

// lengths fills in the lengths that were achieved and warns if they differ from those
// asked for.
func (l *Level) lengths(want ConfigEcho, ended []record) {
	input, output := &metrics.Percentiles{Exact: -1}, &metrics.Percentiles{Exact: -1}
	short, over, hidden := 0, 0, 0
	for _, rec := range ended {
		if rec.outcome != endpoint.OutcomeOK {
			continue
		}
		if rec.timing.UsageReported && rec.timing.Usage.Prompt > 0 {
			input.Record(float64(rec.timing.Usage.Prompt))
		}
		l.CachedInputTokens += int64(rec.timing.Usage.Cached)
		output.Record(float64(rec.timing.Tokens))
		if rec.short {
			short++
		}
		if rec.over {
			over++
		}
		if rec.timing.Usage.Hidden > 0 {
			hidden++
		}
	}
	add := func(format string, args ...any) { l.Warnings = append(l.Warnings, fmt.Sprintf(format, args...)) }
	if mean, ok := input.Mean(); ok {
		l.MeanInputTokens = &mean
		if math.Abs(mean-float64(want.InputTokens)) > max(1, tolerance*float64(want.InputTokens)) {
			add("prompts had %.1f tokens on average, not %d", mean, want.InputTokens)
		}
		if cached := float64(l.CachedInputTokens); cached > 0.05*mean*float64(input.N()) {
			add("%.0f %% of input tokens came from a cache: prefill had less to do than it should", 100*cached/(mean*float64(input.N())))
		}
	}
	if mean, ok := output.Mean(); ok {
		l.MeanOutputTokens = &mean
		if math.Abs(mean-float64(want.OutputTokens)) > tolerance*float64(want.OutputTokens) {
			add("answers had %.1f tokens on average, not %d", mean, want.OutputTokens)
		}
	}
	if short > 0 {
		add("%d answers were shorter than they were forced to be: ignore_eos is not honoured", short)
	}
	if over > 0 {
		add("%d answers had more tokens than were asked for", over)
	}
	if hidden > 0 {
		add("%d answers spent tokens on reasoning that was not shown; these are left out of output speed", hidden)
	}
	if n := l.TokenSources[metrics.SourceEvents]; n > 0 {
		add("%d answers came without credible token usage: events are counted, which need not be tokens", n)
	}
}

// warn adds warnings about the level.
func (l *Level) warn(r phase.Result, late *metrics.Percentiles) {
	add := func(format string, args ...any) { l.Warnings = append(l.Warnings, fmt.Sprintf(format, args...)) }
	if l.Requests-l.Unanswered == 0 && r.Ending == phase.Complete {
		add("no query ended in the window of %.0f s, so that there are no speeds or latencies; use a longer window", l.MeasuredSeconds)
	}
	if p99, ok := late.At(99); ok && p99 > lateLimit.Seconds() {
		add("the client was late: P99 of lateness is %.0f ms, more than %v; the client itself may be what was measured", p99*1e3, lateLimit)
	}
	if l.Failed > 0 {
		add("%d of %d queries failed: %s", l.Failed, l.Requests, l.FailureExample)
	}
	if l.Unanswered > 0 {
		add("%d queries got no token although they waited for more than half the window", l.Unanswered)
	}
}
