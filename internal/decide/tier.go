package decide

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Tier is a service level: criteria that must all hold.
type Tier struct {
	Name     string
	Criteria []Criterion
}

// A Criterion demands that a percentile of a figure over requests keeps a bound: that at
// most a share of the requests, Limit, breaks it.
type Criterion struct {
	Metric *Metric
	// Bound is the floor or the ceiling of the figure, in the unit of the metric.
	Bound float64
	// Percent is the percentile, between 0 and 100.
	Percent float64
	// Ends selects the requests that end in the window, instead of those that begin in
	// it.
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

// A Metric is a figure of a request, and how requests are judged by it.
type Metric struct {
	// Name identifies it in reports.
	Name string
	// Title names it in sentences. Bad describes a request that breaks a bound.
	Title, Bad string
	// Ceiling is set if the bound is an upper one.
	Ceiling bool
	// Failed is the figure of a failed request.
	Failed float64
	// Value returns the figure of a successful request; ok is false if it has none.
	Value func(t *metrics.Timing) (v float64, ok bool)
	// Open says what is certain at an instant about a request that has not ended: that it
	// breaks the bound, or that it will not.
	Open func(r *record.Row, at time.Duration, bound float64) (bad, good bool)
	// Format returns a figure as text.
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

// Bad returns the Bad of the metric with the given name.
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

// broken says in words that the percentile v breaks the bound.
func (c *Criterion) broken(v float64) string {
	side := "below"
	if c.Metric.Ceiling {
		side = "above"
	}
	return fmt.Sprintf("P%v %s %s is %s %s", c.Percent, c.Metric.Title, c.Metric.Format(v), side, c.bound())
}
