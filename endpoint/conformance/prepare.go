package conformance

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/agentperf/agentperf-go/endpoint"
)

// A preflight sends three requests at most of the kind that it is asked for here, each of
// preflightTokens, and two answers are looked at by many rules.
const (
	preflightRequests = 3
	preflightTokens   = 64
)

// mostModel is the longest name of a model in JSON, in bytes: it is in every request, and
// what a server lists may be anything.
const mostModel = 1 << 10

func prepareCosts(n int) Cost {
	return each(preflightRequests, preflightTokens)(n).plus(each(2, longTokens)(n))
}

// firstQuestion is what the first answer is to.
var firstQuestion = question{tokens: longTokens, messages: []message{
	said("user", "Count from one to one thousand in words. Write nothing else."),
}}

// prepare finds the model and asks for the answers that most rules look at. The second one
// is not asked for where the first failed: a server that does not answer has been waited for
// long enough.
func (s *suite) prepare(ctx context.Context) {
	s.allow(s.cfg.cost(prepareCosts))
	before := s.client.Counters().Requests
	s.found, s.unknown = s.client.Preflight(watched(ctx, preflightTokens), endpoint.PreflightRequest{Model: s.cfg.Model, Fields: s.cfg.Fields})
	for range s.client.Counters().Requests - before {
		s.spend(Cost{Requests: 1, OutputTokens: preflightTokens, InputBytes: 1 << 10})
	}
	if name, _ := json.Marshal(s.found.Model); len(name) > mostModel {
		s.found.Model, s.unknown = "", fmt.Errorf("conformance: the server lists a model with a name of %d bytes, expected at most %d", len(name), mostModel)
	}
	if s.found.Model == "" {
		return
	}
	s.control = s.ask(ctx, s.conn, firstQuestion)
	if s.control.served() {
		s.forced = s.ask(ctx, s.conn, question{tokens: longTokens, forced: true, messages: []message{
			said("user", "Say hi, in one word."),
		}})
	}
}

// both returns the answers that many rules look at, the longer one last.
func (s *suite) both() []*answer {
	if s.forces() {
		return []*answer{s.control, s.forced}
	}
	return []*answer{s.control}
}

// forces reports whether the server takes ignore_eos.
func (s *suite) forces() bool { return s.forced != nil && s.forced.served() }
