package derive

import (
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// TokenWarnings says where the token counts of rows are not what they should be.
func TokenWarnings(rows []*record.Row) (warnings []metrics.Warning) {
	over, estimated, hidden, events, reported, cached := 0, 0, 0, 0, 0, 0
	for _, r := range rows {
		if r.Outcome == record.OK && r.Forced && r.TokenSource == sourceUsage && r.Tokens-endToken > r.MaxTokens {
			over++
		}
		if r.Reported && r.Prompt > 0 {
			reported++
		}
		if r.Cached >= 0 {
			cached++
		}
		if r.Hidden > 0 {
			hidden++
		}
		if r.TokenSource == sourceEvents {
			events++
		}
		if r.FirstSource == sourceEstimated && r.FirstEvents > 1 {
			estimated++
		}
	}
	add := func(code, format string, args ...any) {
		warnings = append(warnings, metrics.Warning{Code: code, Text: fmt.Sprintf(format, args...)})
	}
	if events > 0 {
		add("no_usage", "%d answers came without token usage that can be believed: events are counted, which need not be tokens", events)
	}
	if reported > 0 && cached == 0 {
		add("cached_unknown", "the server does not state cached tokens: how much of the input came from a cache is unknown")
	}
	if over > 0 {
		add("long_answers", "%d answers have more tokens than were asked for", over)
	}
	if hidden > 0 {
		add("hidden_reasoning", "%d answers spent tokens on reasoning that was not shown; these are left out of output speed", hidden)
	}
	if 10*estimated > len(rows) {
		add("first_read_estimated", "%d answers began with several events in one read; how many tokens these held is estimated by bytes", estimated)
	}
	return append(warnings, outputWarnings(rows)...)
}
