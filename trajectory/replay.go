package trajectory

import (
	"context"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// A Sender sends requests for one agent, one at a time.
//
//   - body is a chat-completions request as JSON, in segments that are sent one
//     after the other. They belong to the caller and change when Send returns.
//   - session is the same for all requests of one play of a trajectory.
//   - Send returns when the response has ended. It tells clock when the request
//     was sent, each arrival, the usage and the end, as [metrics.Clock] says.
//   - A response that did not end well is an error. The reply is discarded:
//     what follows is the recorded history.
//     One with a method Local() bool that returns true is a failure of the
//     client's own machine, and not of the system.
//   - When ctx is done, Send returns soon, with an error.
//
// A connection of package endpoint is a Sender; so is anything that replays in
// process.
type Sender interface {
	Send(ctx context.Context, session string, body [][]byte, clock *metrics.Clock) error
}

// A Replayer plays trajectories for one agent. It is not safe for concurrent
// use.
type Replayer struct {
	sender  Sender
	policy  Policy
	gaps    *metrics.Gaps
	builder *builder
	due     time.Time // of the next request; zero is now
}

// NewReplayer returns a replayer that sends through sender. Gaps inside the
// responses go to gaps, which may be nil. The policy must be valid.
func NewReplayer(sender Sender, policy Policy, gaps *metrics.Gaps) *Replayer {
	policy = policy.Resolve()
	return &Replayer{sender: sender, policy: policy, gaps: gaps, builder: newBuilder(policy)}
}

// StartAt says when the first request is due: the instant at which the agent
// should have started. Without it the first is due when Play is called.
func (r *Replayer) StartAt(t time.Time) { r.due = t }

// A Result is one turn as it went.
type Result struct {
	// Turn is the index of the turn in its trajectory.
	Turn int
	// Timing is what the response looked like.
	Timing metrics.Timing
	// MaxTokens is what the policy asked for, Forced whether with ignore_eos and
	// no field of the policy's in the way.
	MaxTokens int
	Forced    bool
	// Err is why the turn failed, nil when it did not.
	Err error
	// Completed is set on the last turn of a trajectory, however it ended.
	Completed bool
}

// Play plays one trajectory: each turn after the one before has ended and its
// tool delay has passed, with the recorded history whatever was answered. After
// a failed turn it goes on with the next, and where nothing had been streamed
// it pauses first. It ends when the trajectory does, or ctx.
//
// A turn cut short by ctx is among the results, with its error.
func (r *Replayer) Play(ctx context.Context, p Play) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		rng := rand.New(rand.NewPCG(p.seed, 0))
		if r.due.IsZero() {
			r.due = time.Now()
		}
		for i := p.Start; i < len(p.Trajectory.Turns); i++ {
			if !sleepUntil(ctx, r.due) {
				return
			}
			turn := &p.Trajectory.Turns[i]
			res := Result{Turn: i, Completed: i == len(p.Trajectory.Turns)-1}
			res.MaxTokens, res.Forced = r.policy.Limit(turn)
			body := r.builder.body(turn, p.Prefix, res.MaxTokens, res.Forced)
			clock := metrics.Clock{Gaps: r.gaps}
			clock.Due(r.due)
			res.Err = r.sender.Send(ctx, p.Session, body, &clock)
			res.Timing = clock.Timing()
			res.Forced = res.Forced && !r.builder.skip["max_tokens"] && !r.builder.skip["ignore_eos"]
			delay := r.policy.delay(p.Trajectory, i, rng)
			if res.Completed {
				delay = 0 // the next trajectory begins at once
			}
			if res.Err != nil && !clock.Streamed() {
				delay = max(delay, r.policy.FailurePause)
			}
			// From the end of the response, not of Send: what the client does
			// in between is its own lateness.
			r.due = res.Timing.Sent.Add(res.Timing.E2E + delay)
			if !yield(res) || ctx.Err() != nil {
				return
			}
		}
	}
}

// sleepUntil reports false when ctx was done first.
func sleepUntil(ctx context.Context, t time.Time) bool {
	d := time.Until(t)
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
