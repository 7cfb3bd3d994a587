package decide

import (
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

const (
	// typicalAnswers is the least number of answers whose median TTFT says what is usual.
	typicalAnswers = 8
	// typicalFactor is how many times the usual TTFT a first token may take before it counts
	// as time in which tokens were made: prompts of one session differ in what they add to
	// the cache, and so in their prefill, by about as much.
	typicalFactor = 3
	// unknown stands for an allowance that nobody knows.
	unknown = time.Duration(record.None)
)

// typicalTTFT returns the median TTFT of the answers that have an output speed by an instant,
// in time for their caches to be warm; ok is false where there are few of them.
func typicalTTFT(p *record.Phase, fit derive.Fit, at time.Duration) (d time.Duration, ok bool) {
	var all []time.Duration
	for i := range p.Rows {
		r := &p.Rows[i]
		if r.Outcome != record.OK || r.Cold || r.End > at {
			continue
		}
		if t := fit.Timing(r); t.Unmeasurable() == "" {
			all = append(all, t.First)
		}
	}
	if len(all) < typicalAnswers {
		return 0, false
	}
	slices.Sort(all)
	return all[len(all)/2], true
}

// FirstTokens returns how long the first token of an answer without a speed may have taken
// in a phase, as known at an instant: thrice what is usual, and at most the ceiling of the
// tier. It is negative where neither is known.
func (t *Tier) FirstTokens(p *record.Phase, fit derive.Fit, at time.Duration) time.Duration {
	d, ok := typicalTTFT(p, fit, at)
	if d *= typicalFactor; !ok {
		d = unknown
	}
	for i := range t.Criteria {
		if c := &t.Criteria[i]; c.Metric == TTFT && (d < 0 || float64(d) > c.Bound) {
			d = time.Duration(c.Bound)
		}
	}
	return d
}

// Figure returns the figure by which a criterion judges an answer that ended well; ok is
// false if it has none. first is what [Tier.FirstTokens] returns.
//
// An answer that has no speed may be slow all the same, and would be counted nowhere if it
// was sent as a whole when it was ready. Its tokens at the floor take n / floor. Where the
// whole request took longer than that and the first token's allowance together,
//
//	E2E > first + n / floor,
//
// it is slow, and its figure is that of the whole request, n / E2E. Short answers, in which
// the allowance is the greater part (n / floor < first), are not judged by that: a tool call
// of a few tokens in one event is late, if anything, and not slow. n is the greater of what
// is believed and what the server claims, in its favor.
func (c *Criterion) Figure(r *record.Row, t *metrics.Timing, first time.Duration) (v float64, ok bool) {
	if v, ok = c.Metric.Value(t); ok || c.Metric.Ceiling || t.Events == 0 {
		return v, ok
	}
	switch {
	case c.Metric == E2ESpeed:
		first = 0 // it is in the floor
	case first < 0 || r.Cold: // a cold cache takes as long as it takes
		return 0, false
	}
	n := float64(max(t.Tokens, t.Usage.Completion))
	floor := seconds(n / c.Bound)
	if t.E2E <= first+floor || floor < first {
		return 0, false
	}
	return n / t.E2E.Seconds(), true
}
