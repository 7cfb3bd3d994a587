package conformance

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/endpoint"
)

func models(_ context.Context, s *suite) seen {
	listed := len(s.found.Models)
	for _, w := range s.found.Warnings {
		if w.Code == "no_models" || w.Code == "model_not_listed" {
			return failed("%s", w.Text)
		}
	}
	switch {
	case s.found.Model == "" && s.unknown != nil:
		return failed("%v", s.unknown)
	case s.found.ContextTokens == 0:
		return passed("%q, of %d listed; no context window is stated", s.found.Model, listed)
	}
	return passed("%q, of %d listed, with a context of %d tokens", s.found.Model, listed, s.found.ContextTokens)
}

// arrived reports whether an answer was one: with status 200 and something that is like an
// event.
func (a *answer) arrived() bool { return a.wire.status == 200 && len(a.events()) > 0 }

func answers(_ context.Context, s *suite) seen {
	a := s.control
	switch {
	case a == nil:
		return failed("no model to request: %v", s.unknown)
	case !a.arrived() && a.err != nil:
		return failed("%v", a.err)
	case !a.arrived():
		return failed("a response of status %d without events", a.wire.status)
	}
	kind := a.header.Get("Content-Type")
	if !strings.HasPrefix(kind, "text/event-stream") {
		return passed("events over %s, with Content-Type %q instead of text/event-stream", a.proto, kind)
	}
	return passed("an event stream over %s, first token after %v", a.proto, a.timing.First.Round(100*time.Microsecond))
}

func events(_ context.Context, s *suite) seen {
	if s.control == nil || !s.control.arrived() {
		return skipped("there is no answer to look at")
	}
	all := s.both()
	for _, a := range all {
		broken, e := a.broken(), a.failure()
		switch {
		case a.flood:
			return failed("an answer of at most %d tokens went on after %d bytes", longTokens, a.bytes)
		case broken != nil:
			return failed("an event is not JSON: %.100q", broken)
		case e != nil && e.Outcome == endpoint.OutcomeMalformed:
			return failed("%v", e)
		}
	}
	last := all[len(all)-1]
	return passed("%d events in %d bytes, all JSON", len(last.events()), last.bytes)
}

func output(_ context.Context, s *suite) seen {
	a := s.control
	e := (*endpoint.Error)(nil)
	if a != nil {
		e = a.failure()
	}
	switch {
	case a == nil || !a.arrived():
		return skipped("there is no answer to look at")
	case e != nil && e.Outcome == endpoint.OutcomeEmpty:
		return failed("an answer that may have %d tokens shows nothing: %v", longTokens, e)
	case a.timing.Events == 0:
		return skipped("the answer broke off before any output: %v", a.err)
	}
	return passed("%d bytes in %d events; it begins %.40q", a.timing.Bytes, a.timing.Events, strings.TrimSpace(a.Text))
}

// ended are the outcomes of an answer that was readable and did not end as it should.
var ended = []endpoint.Outcome{endpoint.OutcomeTruncated, endpoint.OutcomeErrorEvent, endpoint.OutcomeReset, endpoint.OutcomeTimeoutMidStream}

func finishes(_ context.Context, s *suite) seen {
	if s.control == nil || !s.control.arrived() {
		return skipped("there is no answer to look at")
	}
	var reasons []string
	for _, a := range s.both() {
		switch e := a.failure(); {
		case a.flood || e != nil && e.Outcome == endpoint.OutcomeMalformed:
			return skipped("what is wrong with the events comes first")
		case e != nil && slices.Contains(ended, e.Outcome):
			return failed("%v", e)
		}
		reasons = append(reasons, cut(a.FinishReason, 40))
	}
	words := s.words()
	if slices.Contains(reasons, "") || slices.Contains(reasons, words.end) { // which says as much
		return passed("answers end with %s; not all have a %s", words.end, words.finish)
	}
	return passed("answers end with %q", reasons)
}

func done(_ context.Context, s *suite) seen {
	for _, a := range s.both() {
		if !a.Done {
			return failed("an answer ended without %s", s.words().end)
		}
	}
	if s.api == endpoint.APIResponses {
		return passed("the event that ends the response ends each answer")
	}
	return passed("%s ends each answer", s.words().end)
}

func role(_ context.Context, s *suite) seen {
	if begin := s.words().begin; begin != "" {
		return s.begins(begin)
	}
	var roles, before int
	var first string
	s.control.parsed(func(event gjson.Result) {
		eachChoice(event, func(delta gjson.Result) {
			if r := delta.Get("role"); r.Type == gjson.String && r.Str != "" {
				if roles++; roles == 1 {
					first = r.Str
				}
			}
			if roles == 0 {
				before++
			}
		})
	})
	switch {
	case roles == 0:
		return failed("no delta names a role")
	case first != "assistant":
		return failed("the role is %.40q, expected \"assistant\"", first)
	case before > 0:
		return failed("%d deltas come before the one with the role", before)
	}
	return passed("%s", s.control.aheadOfText("the first delta names it"))
}

// begins is the rule about the role where events have types: the first one opens the answer.
func (s *suite) begins(begin string) seen {
	var first gjson.Result
	s.control.typed(func(_ string, event gjson.Result) {
		if !first.Exists() {
			first = event
		}
	})
	switch kind, r := first.Get("type").String(), first.Get("message.role"); {
	case kind != begin:
		return failed("the first event is %.40q, expected %s", kind, begin)
	case s.api == endpoint.APIMessages && r.String() != "assistant":
		return failed("the role is %.40q, expected \"assistant\"", r.String())
	}
	return passed("%s", s.control.aheadOfText(begin+" is first"))
}

// aheadOfText says how long before the first visible output the first event came.
func (a *answer) aheadOfText(what string) string {
	if len(a.reads) == 0 || a.timing.Events == 0 {
		return what
	}
	ahead := a.timing.Sent.Add(a.timing.First).Sub(a.reads[0].at)
	if ahead < time.Millisecond {
		return what + ", together with the first token or within a millisecond of it"
	}
	return what + ", " + ahead.Round(100*time.Microsecond).String() + " before the first token"
}
