package trajectory

import (
	"context"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// A Sender sends requests for one agent, one at a time.
//
//   - Send returns when the response has ended. It tells clock when the request was
//     sent, each arrival, the usage and the end, as [metrics.Clock] says. One that
//     returns nil and misused its clock makes the request fail with a [*ClockError].
//   - A response that did not end well is an error. The reply is discarded: what follows
//     is the recorded history. A [LocalError] is a failure of the client's own machine,
//     and not of the system.
//   - When ctx is done, Send returns soon, with an error that wraps its cause or ctx.Err().
//   - A Sender that is an [io.Closer] is closed when its agent ends.
//
// An endpoint.Conn sends over HTTP (see agentperf.Config.Endpoint); anything that replays
// in process can be measured as well. Package agentperf/agentperftest tests all of this.
type Sender interface {
	Send(ctx context.Context, r *Request, clock *metrics.Clock) error
}

// An Answerer is a [Sender] that can also say what the system answered, for audits of its
// answers.
type Answerer interface {
	Sender
	// Answer is Send, and returns the visible output in the order in which it came:
	// content, reasoning, and names and arguments of tool calls. It may leave out what
	// comes after the first MiB.
	Answer(ctx context.Context, r *Request, clock *metrics.Clock) (text string, err error)
}

// SenderFunc is a function that is a [Sender], for engines in the same process. It is
// called once for each request and does what Send of a Sender does:
//
//   - It calls clock.Sent before anything else, clock.Arrived as each piece of visible
//     output arrives, with the tokens of that piece alone, clock.Usage with the totals, and
//     clock.Done at the end, after an error too.
//   - It returns nil if the answer ended well, and the error of ctx if that was done before.
//     The benchmarks themselves find answers that are shorter than r.ForcedTokens.
//   - Agents and the subagents of one agent call it at the same time, each with a request
//     and a clock of its own: what they share, such as the engine, needs a lock.
//
// [Request.Chat] decodes the messages.
type SenderFunc func(ctx context.Context, r *Request, clock *metrics.Clock) error

// Send calls f.
func (f SenderFunc) Send(ctx context.Context, r *Request, clock *metrics.Clock) error {
	return f(ctx, r, clock)
}

// A Request is one turn as it is sent. It belongs to whoever replays and changes when
// Send returns: a Sender neither changes nor keeps it.
type Request struct {
	// Session is the same for all requests of one play of a trajectory, and no other's.
	Session string
	// API is the one that Body is for; empty means APIChat.
	API API
	// Body is a request of the API as JSON, in segments that are sent one after the other.
	Body [][]byte
	// Turn is the turn as it was recorded, its messages decoded for engines in process.
	// Index is its place in Trajectory, or in the subagent of which Subagent is the ID;
	// that is empty for the trajectory itself. A request that was never recorded, such
	// as a query of package slt, has neither: Trajectory and Turn are nil.
	Trajectory *Trajectory
	Subagent   string
	Index      int
	Turn       *Turn
	// MaxTokens is the most tokens that the answer may have; 0 leaves it to the server.
	// ForcedTokens is how many it is forced to have; 0 when its length is open.
	MaxTokens, ForcedTokens int
	// Rest is the pause that the agent made before this request, as the policy asked for
	// it; 0 before the first that a thread sends in a play.
	Rest time.Duration
	// Cold is set on the first request of each thread that begins in the middle, whose
	// history no earlier request of the play has put into a cache.
	Cold bool
}

// Send sends a request through s and holds it to what a [Sender] promises: one that
// returns nil and misused its clock makes the request fail with a [*ClockError]. If it
// returns an error, which may be before anything was sent, the clock is completed. A nil
// Sender fails every request with a [LocalError].
func Send(ctx context.Context, s Sender, r *Request, clock *metrics.Clock) error {
	began := time.Now()
	var err error = noSender{}
	if s != nil {
		err = s.Send(ctx, r, clock)
	}
	wrong := clock.Err()
	switch {
	case wrong == nil:
	case err == nil:
		return &ClockError{wrong}
	case clock.Timing().Sent.IsZero():
		clock.Sent(began)
		clock.Done(time.Now())
	case clock.Timing().E2E == 0:
		clock.Done(time.Now())
	}
	return err
}

// A LocalError is an error that tells whether the client's own machine failed, rather
// than the system. An *endpoint.Error is one.
type LocalError interface {
	error
	Local() bool
}

// A ClockError says that a [Sender] found nothing wrong and yet misused the clock it was
// given, so that nothing is known of the response. It is local: no fault of the system.
type ClockError struct {
	// Err names the call.
	Err error
}

func (e *ClockError) Error() string {
	return "trajectory: the Sender misused its clock: " + e.Err.Error()
}

// Unwrap returns Err.
func (e *ClockError) Unwrap() error { return e.Err }

// Local reports true: the Sender is part of the client.
func (e *ClockError) Local() bool { return true }

// noSender is the error of a nil Sender.
type noSender struct{}

func (noSender) Error() string { return "trajectory: the Sender is nil" }
func (noSender) Local() bool   { return true }
