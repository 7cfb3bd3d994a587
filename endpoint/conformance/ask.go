package conformance

import (
	"context"
	"errors"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/tap"
	"github.com/agentperf/agentperf-go/metrics"
)

// errSpent is the error of a request that the suite did not announce: a mistake in it.
var errSpent = errors.New("conformance: the rule has sent all that was announced for it")

// ask sends a question over a connection and reads the answer.
func (s *suite) ask(ctx context.Context, conn *endpoint.Conn, q question) *answer {
	return s.askBegun(ctx, conn, q, nil)
}

// askBegun is ask, and closes begun when something of the answer's body is there, or the
// answer is over.
func (s *suite) askBegun(ctx context.Context, conn *endpoint.Conn, q question, begun chan<- struct{}) *answer {
	body := s.body(q)
	a := &answer{wire: newWire(q.tokens, begun), api: s.api}
	defer a.wire.begin()
	if !s.spend(Cost{Requests: 1, OutputTokens: q.tokens, InputBytes: int64(len(body))}) {
		a.err = errSpent
		return a
	}
	var clock metrics.Clock
	a.Answer, a.err = conn.Answer(a.wire.trace(ctx), "", [][]byte{body}, &clock)
	a.timing = clock.Timing()
	s.saw(a)
	return a
}

// An answer is what came of one request.
type answer struct {
	endpoint.Answer
	*wire
	api    endpoint.API
	err    error
	timing metrics.Timing
}

// failure returns the error of an answer as the client sorts it; nil without one.
func (a *answer) failure() *endpoint.Error {
	e, _ := errors.AsType[*endpoint.Error](a.err)
	return e
}

// refused reports whether the server refused the request with a 4xx status.
func (a *answer) refused() bool {
	e := a.failure()
	return e != nil && e.Status/100 == 4
}

// cut reports whether the answer reached its limit, as it says or as its count does.
func (a *answer) cut(limit int) bool {
	n, _ := a.tokens()
	return a.Limited || n >= limit
}

// served reports whether the request was served, be it without visible output, as some that
// allow few tokens are.
func (a *answer) served() bool {
	e := a.failure()
	return a.err == nil || e != nil && e.Outcome == endpoint.OutcomeEmpty
}

// tokens returns the server's count of output tokens; ok is false without one.
func (a *answer) tokens() (n int, ok bool) {
	return a.timing.Usage.Completion, a.timing.UsageReported && a.timing.Usage.Completion > 0
}

// watched returns a context for requests that are not sent by ask, with its bounds.
func watched(ctx context.Context, tokens int) context.Context {
	return tap.With(ctx, newWire(tokens, nil).see)
}
