package load

import (
	"cmp"
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

	run *run
}

// Window returns when the window begins, and the earliest instant at which it may end,
// which is when a Fixed one does. It is for phases that do not wait for first tokens.
func (a *Agent) Window() (from, until time.Time) {
	settled, earliest := a.run.window.Bounds() // which do not change
	return a.run.start.Add(settled), a.run.start.Add(earliest)
}

// Gaps returns the histograms that the agent's responses record their gaps in.
func (a *Agent) Gaps() *metrics.Gaps { return &a.run.gaps[a.Index%len(a.run.gaps)] }

// Play records that the agent begins a play, and returns the play's index for rows.
func (a *Agent) Play(trajectory, session string) int32 {
	r := a.run
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows.plays = append(r.rows.plays, record.Play{Agent: int32(a.Index), Trajectory: trajectory, Session: session})
	return int32(len(r.rows.plays) - 1)
}

// Thread returns the index for rows of the subagent with the given ID; 0 for "".
func (a *Agent) Thread(id string) int32 {
	r := a.run
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows.threads.index(id)
}

// Begin records that a request begins, with what is known about it. Its End must follow.
func (a *Agent) Begin(row record.Row) *Request {
	r := a.run
	q := &Request{run: r, row: row}
	q.row.Agent = int32(a.Index)
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.since(time.Now()) // with the lock held, so that the window cannot end in between
	q.row.Begun, q.ticket = now, r.window.Begin(a.Index, now)
	r.rows.begin(q)
	r.told()
	return q
}

// Completed records that the agent has completed a piece of work.
func (a *Agent) Completed() {
	r := a.run
	r.mu.Lock()
	defer r.mu.Unlock()
	r.window.Completed(a.Index, r.since(time.Now()))
	r.told()
}

// A Request is one that an agent has begun.
type Request struct {
	run    *run
	ticket Ticket
	at     int // its index among the open ones
	row    record.Row
}

// First records when the first output came, while the request is still open.
func (q *Request) First(t time.Time) {
	q.run.mu.Lock()
	defer q.run.mu.Unlock()
	q.row.First = q.run.since(t)
	q.run.window.First(q.ticket.agent, q.run.since(time.Now()))
	q.run.told()
}

// End records that the request has ended, and how. One that is void ends the window, since
// what follows would say nothing about the system.
func (q *Request) End(t metrics.Timing, err error) record.Outcome {
	outcome, message := outcomeOf(err, q.run.hard)
	r := q.run
	r.mu.Lock()
	defer r.mu.Unlock()
	q.row.Take(&t, r.start)
	if why := q.row.Conclude(outcome, r.cfg.Header.ContextTokens); why != "" {
		message = why
	}
	outcome = q.row.Outcome
	if e, ok := errors.AsType[*endpoint.Error](err); ok && outcome == record.Overflow {
		r.cfg.Header.ContextTokens = cmp.Or(e.ContextTokens, r.cfg.Header.ContextTokens)
		if e.PromptTokens > 0 {
			q.row.Prompt = int32(e.PromptTokens)
		}
	}
	if message != "" {
		q.row.Message = r.rows.messages.index(message)
	}
	now := r.since(time.Now())
	if q.row.End < 0 {
		q.row.End = now
	}
	row := r.rows.end(q)
	if r.tokens += int64(max(0, row.Tokens)); row.Failed() {
		r.failed++
	}
	r.window.End(q.ticket, now, row.Answered())
	if row.Void() {
		r.window.Close(now, record.Stopped)
	}
	r.told()
	if r.cfg.Ended != nil {
		p := record.Phase{Header: r.cfg.Header, Plays: r.rows.plays, Threads: r.rows.threads.all, Messages: r.rows.messages.all}
		p.Anchor = r.start
		r.cfg.Ended(&p, row)
	}
	return outcome
}

// Window records the part of the output that came within the window; see
// [metrics.Clock.Window].
func (q *Request) Window(part metrics.Part) {
	q.run.mu.Lock()
	defer q.run.mu.Unlock()
	q.row.WindowBytes, q.row.WindowTokens = int32(part.Bytes), part.Tokens
}

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
