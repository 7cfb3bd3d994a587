package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"maps"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/tap"
	"github.com/agentperf/agentperf-go/metrics"
)

// A message is one of a conversation.
type message map[string]any

func said(role, text string) message { return message{"role": role, "content": text} }

// A question is one request.
type question struct {
	messages []message
	tokens   int            // max_tokens
	forced   bool           // ignore_eos
	fields   map[string]any // more fields of the body
	raw      string         // the whole body instead of all that
}

// errSpent is the error of a request that the suite did not announce: a mistake in it.
var errSpent = errors.New("conformance: the rule has sent all that was announced for it")

// body returns the body of a request. The user's fields replace others.
func (s *suite) body(q question) []byte {
	if q.raw != "" {
		return []byte(q.raw)
	}
	body := map[string]any{
		"model":          s.found.Model,
		"messages":       q.messages,
		"stream":         true,
		"stream_options": map[string]bool{"include_usage": true},
		s.limitField():   q.tokens,
	}
	if q.forced {
		body["ignore_eos"] = true
	}
	maps.Copy(body, q.fields)
	for name, value := range s.cfg.Fields {
		body[name] = value
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // the fields were checked
	}
	return text
}

// limitField returns the field that limits answers.
func (s *suite) limitField() string {
	if s.found.MaxTokensField != "" {
		return s.found.MaxTokensField
	}
	return "max_tokens"
}

// ask sends a question over a connection and reads the answer.
func (s *suite) ask(ctx context.Context, conn *endpoint.Conn, q question) *answer {
	return s.askBegun(ctx, conn, q, nil)
}

// askBegun is ask, and closes begun when something of the answer's body is there, or the
// answer is over.
func (s *suite) askBegun(ctx context.Context, conn *endpoint.Conn, q question, begun chan<- struct{}) *answer {
	body := s.body(q)
	a := &answer{wire: newWire(q.tokens, begun)}
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
