package agentperf

import (
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// paceSeen is for how long a request that was cut must have had tokens before their pace
// counts: servers and gateways send chunks that are seconds apart.
const paceSeen = 10 * time.Second

// broken reports whether a request breaks a tier, as was known of it at an instant. first is
// how long a first token may have taken.
func broken(tier *decide.Tier, r *record.Row, t *metrics.Timing, until time.Duration, density float64, first time.Duration) bool {
	if r.Failed() {
		return true
	}
	for i := range tier.Criteria {
		c := &tier.Criteria[i]
		if c.Metric == decide.TTFT && r.Cold {
			continue // the cache is cold: no wait of the steady state
		}
		if r.Outcome == record.OK {
			if v, ok := c.Figure(r, t, first); ok && (c.Metric.Ceiling && v > c.Bound || !c.Metric.Ceiling && v < c.Bound) {
				return true
			}
			continue
		}
		late, _ := c.Metric.Open(r, until, c.Bound)
		if c.Metric == decide.TTFT && late || c.Metric != decide.TTFT && cutSlow(c, r, t, until, density) {
			return true
		}
	}
	return false
}

// cutSlow reports whether a request that was cut is too slow: that is certain, or its tokens
// came below the floor.
func cutSlow(c *decide.Criterion, r *record.Row, t *metrics.Timing, until time.Duration, density float64) bool {
	tokens, span := t.Rest()
	n := float64(tokens)
	if t.TokenSource == metrics.SourceEvents { // an event may hold many
		n = max(n, density*float64(t.Bytes))
	}
	if r.Forced && t.Events > 0 && n+float64(t.FirstTokens) >= float64(r.MaxTokens) {
		return false // it was complete but for its end
	}
	if bad, _ := c.Metric.Open(r, until, c.Bound); bad {
		return true
	}
	if t.Events == 0 || until-r.First < paceSeen || t.TokenSource == metrics.SourceEvents && density == 0 {
		return false
	}
	// The next tokens may be about to come, unless they have been waited for for longer
	// than the others took.
	if seen := until - r.First; seen > 2*span {
		span = seen
	}
	return n < c.Bound*span.Seconds()
}

// tokensPerByte returns how many tokens a byte of visible output has, by the server's count;
// 0 if it stated none.
func tokensPerByte(p *record.Phase) float64 {
	tokens, bytes := 0, int64(0)
	for i := range p.Rows {
		if t := p.Rows[i].Timing(); t.TokenSource == metrics.SourceUsage {
			tokens += t.VisibleTokens()
			bytes += t.Bytes
		}
	}
	if bytes == 0 {
		return 0
	}
	return float64(tokens) / float64(bytes)
}

// allowedTime returns how long a tier allows an answer to take, with the pause before it.
func allowedTime(tier *decide.Tier, r *record.Row, t *metrics.Timing) time.Duration {
	d, wait := max(0, r.Rest), t.First
	for i := range tier.Criteria {
		switch c := &tier.Criteria[i]; c.Metric {
		case decide.TTFT:
			wait = time.Duration(c.Bound)
		default:
			d += time.Duration(float64(t.Tokens) / c.Bound * 1e9)
			if c.Metric == decide.E2ESpeed {
				wait = 0 // it is in the floor
			}
		}
	}
	return d + wait
}

// endLag returns the time from the last token of an answer to its end.
func endLag(r *record.Row, fit derive.Fit) (lag time.Duration, ok bool) {
	if r.Sent < 0 || r.Events == 0 {
		return 0, false
	}
	t := fit.Timing(r)
	made := t.Last
	if _, span := t.Rest(); t.Lead+span > made { // tokens came in later events without output
		made = t.Lead + span
	}
	return max(0, t.E2E-made), true
}
