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
//   - When ctx is done, Send returns soon.
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
}

// NewReplayer returns a replayer that sends through sender. Gaps inside the
// responses go to gaps, which may be nil. The policy must be valid.
func NewReplayer(sender Sender, policy Policy, gaps *metrics.Gaps) *Replayer {
	policy = policy.Resolve()
	return &Replayer{sender: sender, policy: policy, gaps: gaps, builder: newBuilder(policy)}
}

// A Result is one turn as it went.
type Result struct {
	// Turn is the index of the turn in its trajectory.
	Turn int
	// Timing is what the response looked like.
	Timing metrics.Timing
	// MaxTokens is what was asked for, Forced whether with ignore_eos.
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
		due := time.Now()
		for i := p.Start; i < len(p.Trajectory.Turns); i++ {
			if !sleepUntil(ctx, due) {
				return
			}
			turn := &p.Trajectory.Turns[i]
			res := Result{Turn: i, Completed: i == len(p.Trajectory.Turns)-1}
			res.MaxTokens, res.Forced = r.policy.Limit(turn)
			body := r.builder.body(turn, p.Prefix, res.MaxTokens, res.Forced)
			clock := metrics.Clock{Gaps: r.gaps}
			clock.Due(due)
			res.Err = r.sender.Send(ctx, p.Session, body, &clock)
			ended := time.Now()
			res.Timing = clock.Timing()
			if !yield(res) || ctx.Err() != nil {
				return
			}
			delay := r.policy.delay(p.Trajectory, i, rng)
			if res.Err != nil && !clock.Streamed() {
				delay = max(delay, r.policy.FailurePause)
			}
			due = ended.Add(delay)
			if res.Completed && res.Err != nil && !clock.Streamed() {
				// The next play would begin at once.
				sleepUntil(ctx, due)
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
