package load

import (
	"context"
	"errors"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// An Agent is one of the agents of a phase. Its methods are safe for concurrent use, as it
// may have several requests open.
type Agent struct {
	// Index counts agents from 0.
	Index int
	// Due is when the agent should have started.
	Due time.Time

	host host
}

// A host is what agents report to: a phase in this process, or the part of one.
type host interface {
	bounds() (from, until time.Time)
	gapsOf(agent int) *metrics.Gaps
	play(p record.Play) int32
	thread(id string) int32
	begin(q *Request)
	first(q *Request, t time.Time)
	finish(q *Request, t *metrics.Timing, err error)
	completed(agent int)
	part(q *Request, part metrics.Part)
}

// Window returns when the window begins, and the earliest instant at which it may end,
// which is when a Fixed one does. It is for phases that do not wait for first tokens.
func (a *Agent) Window() (from, until time.Time) { return a.host.bounds() }

// Gaps returns the histograms that the agent's responses record their gaps in.
func (a *Agent) Gaps() *metrics.Gaps { return a.host.gapsOf(a.Index) }

// Play records that the agent begins a play, and returns the play's index for rows.
func (a *Agent) Play(trajectory, session string) int32 {
	return a.host.play(record.Play{Agent: int32(a.Index), Trajectory: trajectory, Session: session})
}

// Thread returns the index for rows of the subagent with the given ID; 0 for "".
func (a *Agent) Thread(id string) int32 { return a.host.thread(id) }

// Begin records that a request begins, with what is known about it. Its End must follow.
func (a *Agent) Begin(row record.Row) *Request {
	q := &Request{host: a.host, row: row}
	q.row.Agent = int32(a.Index)
	a.host.begin(q)
	return q
}

// Completed records that the agent has completed a piece of work.
func (a *Agent) Completed() { a.host.completed(a.Index) }

// A Request is one that an agent has begun.
type Request struct {
	host   host
	ticket Ticket
	id     int64 // within a part
	at     int   // its index among the open ones
	row    record.Row
}

// First records when the first output came, while the request is still open.
func (q *Request) First(t time.Time) { q.host.first(q, t) }

// End records that the request has ended, and how. One that is void ends the window, since
// what follows would say nothing about the system.
func (q *Request) End(t metrics.Timing, err error) record.Outcome {
	q.host.finish(q, &t, err)
	return q.row.Outcome
}

// conclude completes the row of a request that ends now, in a phase that began at start, but
// for its message, which it returns. stated is the context that the endpoint stated when the
// request did not fit; 0 otherwise. hard is done once requests are cut.
func (q *Request) conclude(t *metrics.Timing, err error, hard context.Context, start time.Time, now time.Duration, context int) (message string, stated int) {
	outcome, message := outcomeOf(err, hard)
	q.row.Take(t, start)
	if why := q.row.Conclude(outcome, context); why != "" {
		message = why
	}
	if e, ok := errors.AsType[*endpoint.Error](err); ok && q.row.Outcome == record.Overflow {
		if stated = e.ContextTokens; e.PromptTokens > 0 {
			q.row.Prompt = int32(e.PromptTokens)
		}
	}
	if q.row.End < 0 {
		q.row.End = now
	}
	return message, stated
}

// Window records the part of the output that came within the window; see
// [metrics.Clock.Window].
func (q *Request) Window(part metrics.Part) { q.host.part(q, part) }

// Cut reports whether a request that ended with err was cut by the client.
func Cut(err error, hard context.Context) bool {
	outcome, _ := outcomeOf(err, hard)
	return outcome == record.Canceled
}

// outcomeOf returns how a request ended and the words for it. A request is canceled if
// the load has cut it, whatever its Sender calls that, and only then: a Sender that gives
// up by itself has failed. An *endpoint.Error says itself what it is.
func outcomeOf(err error, hard context.Context) (record.Outcome, string) {
	if err == nil {
		return record.OK, ""
	}
	if e, ok := errors.AsType[*endpoint.Error](err); ok {
		return record.Outcome(e.Outcome), err.Error()
	}
	if hard.Err() != nil {
		return record.Canceled, err.Error()
	}
	if l, ok := errors.AsType[localError](err); ok && l.Local() {
		return record.Local, err.Error()
	}
	return record.Failed, err.Error()
}

// localError is a trajectory.LocalError.
type localError interface {
	error
	Local() bool
}
