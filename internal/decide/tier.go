package decide

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/agentperf/agentperf-go/internal/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Tier is what every agent is promised: all of its criteria.
type Tier struct {
	Name     string
	Criteria []Criterion
}

// A Criterion is one promise: that a percentile of some figure over requests keeps a
// bound, which is to say that at most a share of the requests, Limit, breaks it.
type Criterion struct {
	Metric *Metric
	// Bound is the floor or the ceiling of the figure, in the unit of the metric.
	Bound float64
	// Percent is the percentile that keeps the bound.
	Percent float64
	// Ends is set where the requests are those that end in the window. By default they
	// are those that begin in it.
	Ends bool
}

// Limit returns the share of requests that may break the bound.
func (c *Criterion) Limit() float64 {
	if c.Metric.Ceiling {
		return (100 - c.Percent) / 100 // exactly 0.05 of a P95
	}
	return c.Percent / 100
}

// breaks reports whether a figure breaks the bound.
func (c *Criterion) breaks(v float64) bool {
	if c.Metric.Ceiling {
		return v > c.Bound
	}
	return v < c.Bound
}

// A Metric is a figure that requests have, and how they are judged by it. A new kind of
// service level is one more of these.
type Metric struct {
	// Name identifies it in reports.
	Name string
	// Title begins a sentence about it; Bad says in words what a request is that breaks
	// a bound.
	Title, Bad string
	// Ceiling is set where the bound is the most, not the least.
	Ceiling bool
	// Failed is the figure of a request that failed.
	Failed float64
	// Value returns the figure of one that succeeded; ok is false when it has none.
	Value func(t *metrics.Timing) (v float64, ok bool)
	// Open says what is known at an instant of a request that has not ended: that it
	// breaks the bound, or that it never will.
	Open func(r *record.Row, at time.Duration, bound float64) (bad, good bool)
	// Format writes a figure.
	Format func(v float64) string
}

// The metrics of service levels.
var (
	// OutputSpeed is in tokens per second after the first stamp.
	OutputSpeed = &Metric{
		Name: "output_speed", Title: "output speed", Bad: "too slow",
		Value: func(t *metrics.Timing) (float64, bool) { v, ok := t.OutputSpeed(); return float64(v), ok },
		// Already the tokens after the first have taken longer than they may.
		Open: func(r *record.Row, at time.Duration, floor float64) (bad, good bool) {
			return r.Forced && r.MaxTokens > 1 && r.First >= 0 && (at-r.First).Seconds() > float64(r.MaxTokens-1)/floor, false
		},
		Format: tokensPerSecond,
	}
	// TTFT is the time to first token, in nanoseconds.
	TTFT = &Metric{
		Name: "ttft", Title: "TTFT", Bad: "first token too late", Ceiling: true, Failed: math.Inf(1),
		Value: func(t *metrics.Timing) (float64, bool) {
			d, ok := t.TTFT()
			if !ok {
				return math.Inf(1), true
			}
			return float64(d), true
		},
		// A first token that has come in time stays so.
		Open: func(r *record.Row, at time.Duration, ceiling float64) (bad, good bool) {
			if r.First >= 0 {
				bad = float64(r.First-r.Begun) > ceiling
				return bad, !bad
			}
			return float64(at-r.Begun) > ceiling, false
		},
		Format: FormatTTFT,
	}
	// E2ESpeed is in output tokens per second over the whole request.
	E2ESpeed = &Metric{
		Name: "e2e_speed", Title: "E2E speed", Bad: "too slow over the whole request",
		Value: func(t *metrics.Timing) (float64, bool) { v, ok := t.E2ESpeed(); return float64(v), ok },
		Open: func(r *record.Row, at time.Duration, floor float64) (bad, good bool) {
			return r.Forced && r.MaxTokens > 0 && (at-r.Begun).Seconds() > float64(r.MaxTokens)/floor, false
		},
		Format: tokensPerSecond,
	}
)

// Bad says in words what a request is that breaks the bound of a metric.
func Bad(metric string) string {
	for _, m := range []*Metric{OutputSpeed, TTFT, E2ESpeed} {
		if m.Name == metric {
			return m.Bad
		}
	}
	return metric
}

func tokensPerSecond(v float64) string { return fmt.Sprintf("%.1f tokens/s", v) }

// FormatTTFT writes a time in nanoseconds, infinite where nothing came.
func FormatTTFT(ns float64) string {
	if math.IsInf(ns, 1) {
		return "infinite"
	}
	return time.Duration(ns).Round(100 * time.Microsecond).String()
}

// bound writes the bound of a criterion as it was asked for.
func (c *Criterion) bound() string {
	if c.Metric == TTFT {
		return time.Duration(c.Bound).String()
	}
	return strconv.FormatFloat(c.Bound, 'g', -1, 64)
}

// broken says that the statistic of a criterion breaks its bound.
func (c *Criterion) broken(v float64) string {
	side := "below"
	if c.Metric.Ceiling {
		side = "above"
	}
	return fmt.Sprintf("P%v %s %s is %s %s", c.Percent, c.Metric.Title, c.Metric.Format(v), side, c.bound())
}
