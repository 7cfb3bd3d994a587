package slt

import (
	"math"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// mostCached is the share of input tokens from a cache above which a level has a warning:
// more than a chat template in front of the prompts comes to.
const mostCached = 0.05

// lengths fills in the lengths that were achieved and warns if they differ from those
// asked for.
func (f *Figures) lengths(want ConfigEcho, ended []*record.Row, w *[]metrics.Warning) {
	input, output := &metrics.Percentiles{Exact: -1}, &metrics.Percentiles{Exact: -1}
	cached := 0.0
	for _, r := range ended {
		if r.Outcome != record.OK {
			continue
		}
		if r.Prompt > 0 {
			input.Record(float64(r.Prompt))
		}
		if r.Cached >= 0 {
			if f.CachedInputTokens == nil {
				f.CachedInputTokens = new(int64)
			}
			*f.CachedInputTokens += int64(r.Cached)
			cached += float64(r.Cached)
		}
		output.Record(float64(r.Tokens))
	}
	if mean, ok := input.Mean(); ok {
		f.MeanInputTokens = &mean
		if math.Abs(mean-float64(want.InputTokens)) > max(1, tolerance*float64(want.InputTokens)) {
			derive.Warn(w, "input_length", "prompts had %.1f tokens on average, not %d", mean, want.InputTokens)
		}
		if cached > mostCached*mean*float64(input.N()) {
			derive.Warn(w, "cached_input", "%.0f %% of input tokens came from a cache: prefill had less to do than it should", 100*cached/(mean*float64(input.N())))
		}
	}
	if mean, ok := output.Mean(); ok {
		f.MeanOutputTokens = &mean
		if math.Abs(mean-float64(want.OutputTokens)) > tolerance*float64(want.OutputTokens) {
			derive.Warn(w, "output_length", "answers had %.1f tokens on average, not %d", mean, want.OutputTokens)
		}
	}
}
