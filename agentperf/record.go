package agentperf

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// record is one request as it went, in what judging and reporting need.
type record struct {
	agent      int
	play       trajectory.Play
	subagent   string // its ID; empty for the session itself
	turn       int
	input      int // tokens as recorded, 0 when they were not
	begin      time.Time
	outcome    endpoint.Outcome
	message    string
	maxTokens  int
	short      bool // the answer was forced to a length and is shorter
	over       bool // it is longer than was asked for
	timing     metrics.Timing
	speed      metrics.TokensPerSecond
	measurable bool
}

func (r *record) failed() bool { return r.outcome != endpoint.OutcomeOK }

// ttft returns the time to first token as it is judged, in nanoseconds.
func (r *record) ttft() float64 {
	if d, ok := r.timing.TTFT(); ok && !r.failed() {
		return float64(d)
	}
	return math.Inf(1)
}

// otherFailure is the outcome of a Sender's error that is no endpoint.Error.
const otherFailure endpoint.Outcome = "failed"

// outcomeOf returns how a request ended and the words for it.
func outcomeOf(err error) (endpoint.Outcome, string) {
	if err == nil {
		return endpoint.OutcomeOK, ""
	}
	if e, ok := errors.AsType[*endpoint.Error](err); ok {
		return e.Outcome, err.Error()
	}
	if l, ok := errors.AsType[interface {
		error
		Local() bool
	}](err); ok && l.Local() {
		return endpoint.OutcomeLocal, err.Error()
	}
	if errors.Is(err, context.Canceled) {
		return endpoint.OutcomeCanceled, err.Error()
	}
	return otherFailure, err.Error()
}

// flight is a request that is still open.
type flight struct {
	play  string
	begin time.Time
	first time.Time // zero before the first output
	// tokens is how many the answer is forced to have, 0 when that is open.
	tokens int
}

// late reports whether the first output is known to be late.
func (f *flight) late(now time.Time, ceiling time.Duration) bool {
	if !f.first.IsZero() {
		return f.first.Sub(f.begin) > ceiling
	}
	return now.Sub(f.begin) > ceiling
}

// slow reports whether the answer is known to be slower than floor: already the tokens
// after the first have taken longer than they may.
func (f *flight) slow(now time.Time, floor float64) bool {
	return f.tokens > 1 && !f.first.IsZero() && now.Sub(f.first).Seconds() > float64(f.tokens-1)/floor
}

// slowOverall is slow for tokens over the whole request.
func (f *flight) slowOverall(now time.Time, floor float64) bool {
	return f.tokens > 0 && now.Sub(f.begin).Seconds() > float64(f.tokens)/floor
}
