package agentperftest

import (
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// asked returns an error unless a row says whose request it is and what was asked for.
func (c *account) asked(r *record.Row, a *arrival) error {
	d, play := a.due, &c.phase.Plays[r.Play]
	switch {
	case int(r.Agent) != d.agent || int(play.Agent) != d.agent:
		return fmt.Errorf("it is of agent %d, and its play of agent %d", r.Agent, play.Agent)
	case play.Trajectory != d.id:
		return fmt.Errorf("it is of trajectory %q, expected %q", play.Trajectory, d.id)
	case r.Cold != d.cold || r.Midway != d.midway:
		return fmt.Errorf("its Cold is %v and Midway %v, expected %v and %v", r.Cold, r.Midway, d.cold, d.midway)
	case int(r.MaxTokens) != d.tokens || !r.Forced:
		return fmt.Errorf("its MaxTokens is %d and Forced %v, expected %d and true", r.MaxTokens, r.Forced, d.tokens)
	case r.Rest != d.rest:
		return fmt.Errorf("its Rest is %v, expected %v", r.Rest, d.rest)
	case int(r.Planned) != d.planned || r.Recorded != record.None && r.Recorded != r.Planned:
		return fmt.Errorf("its Planned is %d and Recorded %d, expected the %d tokens of the recording", r.Planned, r.Recorded, d.planned)
	}
	return nil
}

// timed returns an error unless a row has the instants that the target saw.
func (c *account) timed(r *record.Row, a *arrival) error {
	due, known := c.due(a)
	switch {
	case r.Begun < 0 || r.Sent < 0 || r.End < 0 || r.Begun > r.Sent+loadSlack || r.Sent > r.End || r.End > c.phase.End+loadSlack:
		return fmt.Errorf("it was begun at %v, sent at %v and ended at %v of %v", r.Begun, r.Sent, r.End, c.phase.End)
	case c.apart(r.Sent, a.at):
		return fmt.Errorf("it was sent at %v, and arrived %v after Header.Anchor", r.Sent, c.since(a.at))
	case c.apart(r.End, a.ended):
		return fmt.Errorf("it ended at %v, and was answered %v after Header.Anchor", r.End, c.since(a.ended))
	case known && c.apart(r.Due, due):
		return fmt.Errorf("its Due is %v, expected %v: the start of its agent, or when what it waits for was answered, and a pause of %v", r.Due, c.since(due), a.due.rest)
	case !known && (r.Due < c.plan.Due(a.due.agent) || r.Due > r.Sent+loadSlack):
		return fmt.Errorf("its Due is %v, expected %v to %v, from the start of its agent to when it was sent", r.Due, c.plan.Due(a.due.agent), r.Sent)
	case r.Events < 0 || int(r.Events) > len(a.sent):
		return fmt.Errorf("it has %d events with output, and the target sent %d tokens, an event each", r.Events, len(a.sent))
	case r.Events == 0:
		return nil
	case r.First < r.Sent || r.Last < r.First || r.Made < r.Last || r.End < r.Made:
		return fmt.Errorf("it was sent at %v, has First %v, Last %v and Made %v and ended at %v, expected each at the one before or later", r.Sent, r.First, r.Last, r.Made, r.End)
	case c.apart(r.First, a.sent[0]):
		return fmt.Errorf("its First is %v, and the target sent the first token %v after Header.Anchor", r.First, c.since(a.sent[0]))
	}
	return nil
}

// answered returns an error unless a row says how a request was answered.
func (c *account) answered(r *record.Row, a *arrival) error {
	p, n := c.phase, int32(len(a.sent))
	switch {
	case errors.Is(a.err, errTarget) && (!r.Failed() || p.Message(r) == ""):
		return fmt.Errorf("its outcome is %q with the message %q; it failed", r.Outcome, p.Message(r))
	case a.err != nil && !errors.Is(a.err, errTarget) && r.Outcome != record.Canceled:
		return fmt.Errorf("its outcome is %q, and it was cut", r.Outcome)
	case a.err != nil, c.mayBeCut(r): // one that was answered just as it was cut may count as either
		return nil
	case r.Outcome != record.OK:
		return fmt.Errorf("its outcome is %q: %s; it was answered", r.Outcome, p.Message(r))
	case r.Tokens != n || r.Events != n || r.TokenSource != record.SourceOf(metrics.SourceUsage):
		return fmt.Errorf("it has %d tokens by the source %q in %d events, expected %d by %q in as many", r.Tokens, r.TokenSource, r.Events, n, metrics.SourceUsage)
	case c.apart(r.Last, a.sent[n-1]):
		return fmt.Errorf("its Last is %v, and the target sent the last token %v after Header.Anchor", r.Last, c.since(a.sent[n-1]))
	case !r.Reported || r.Completion != n || r.Prompt != promptTokens || r.Cached != record.None || max(r.Hidden, r.Reasoning) > 0:
		return fmt.Errorf("its Reported is %v, Prompt %d, Cached %d, Completion %d, Reasoning %d and Hidden %d; the target stated %d tokens of input, %d of output and no other count", r.Reported, r.Prompt, r.Cached, r.Completion, r.Reasoning, r.Hidden, promptTokens, n)
	}
	return c.burst(r, a)
}

// mayBeCut reports whether a request may have been cut by when it ended: none is before the window
// has ended or within Drain of a Fixed one, nor one that a complete window measures.
func (c *account) mayBeCut(r *record.Row) bool {
	p := c.phase
	from := p.WindowEnd
	if p.Ending == record.Complete {
		if !c.plan.Fixed && p.Measured(r) {
			return false
		}
		if c.plan.Fixed {
			from += max(0, c.plan.Drain-loadSlack)
		}
	}
	return r.End >= from
}

// burst returns an error unless a row has the first burst of an answer: more than its first
// token only if the client was late to read.
func (c *account) burst(r *record.Row, a *arrival) error {
	lead := r.First + time.Duration(r.Lead)
	switch k := r.FirstEvents; {
	case k < 1 || k > r.Events || r.FirstTokens != k || r.FirstSource == record.SourceOf(metrics.SourceNone):
		return fmt.Errorf("its FirstEvents is %d and FirstTokens %d by the source %q, expected as many of each, from 1 to %d, since an event is a token", k, r.FirstTokens, r.FirstSource, r.Events)
	case r.Lead < 0 || lead > r.Last:
		return fmt.Errorf("its Lead is %v, expected 0 to %v, from First to Last", time.Duration(r.Lead), r.Last-r.First)
	case c.apart(lead, a.sent[k-1]):
		return fmt.Errorf("its first burst has %d events until %v, and the target sent that token %v after Header.Anchor", k, lead, c.since(a.sent[k-1]))
	}
	return nil
}
