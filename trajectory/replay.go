package trajectory

import (
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Replayer plays trajectories for one agent, subagents beside their parents. It is
// not safe for concurrent use.
type Replayer struct {
	connect func() Sender
	policy  Policy
	gaps    *metrics.Gaps
	due     time.Time // of the next request; zero means now

	mu      sync.Mutex
	idle    []*lane
	senders []Sender
}

// NewReplayer returns a replayer. It calls connect for a [Sender] when it first plays,
// and for another whenever all of its senders are busy with other subagents. Gaps
// inside the responses are recorded in gaps, which may be nil. The policy must be
// valid.
func NewReplayer(connect func() Sender, policy Policy, gaps *metrics.Gaps) *Replayer {
	return &Replayer{connect: connect, policy: policy.Resolve(), gaps: gaps}
}

// Close closes the senders that are an [io.Closer] and returns their errors.
func (r *Replayer) Close() error {
	var errs []error
	for _, s := range r.senders {
		if closer, ok := s.(io.Closer); ok {
			errs = append(errs, closer.Close())
		}
	}
	r.senders, r.idle = nil, nil
	return errors.Join(errs...)
}

// StartAt sets when the first request is due: when the agent should have started. By
// default that is when Play is first called.
func (r *Replayer) StartAt(t time.Time) { r.due = t }

// Play plays one trajectory. Each turn is sent once the one before has ended and its
// delay has passed, with the recorded history whatever the system answered. After a
// failed turn it goes on with the next one, with a pause if nothing had been streamed.
// Subagents start and are joined where that was recorded. Those that started before
// p.Start are left out, unless p stands in the steady state ([Schedule]): then all live
// threads begin, each where it stands. Play ends when the trajectory and all subagents
// have ended, or when ctx is done.
//
// Results come one at a time, and a thread goes on once its last one has been taken. A
// turn cut short by ctx is among them, with its error.
func (r *Replayer) Play(ctx context.Context, p Play) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		if r.due.IsZero() {
			r.due = time.Now()
		}
		if len(p.Trajectory.Subagents) == 0 {
			t := r.lane()
			defer r.release(t)
			_, r.due = t.play(ctx, p, r.due, subagentHooks{}, yield)
			return
		}
		r.due = r.playTree(ctx, p, yield)
	}
}

// A lane is one connection and what is sent through it, one request at a time.
type lane struct {
	r       *Replayer
	sender  Sender
	builder *builder
}

// lane returns an idle lane, or a new one.
func (r *Replayer) lane() *lane {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.idle); n > 0 {
		t := r.idle[n-1]
		r.idle = r.idle[:n-1]
		return t
	}
	t := &lane{r: r, sender: r.connect(), builder: newBuilder(r.policy)}
	r.senders = append(r.senders, t.sender)
	return t
}

func (r *Replayer) release(t *lane) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle = append(r.idle, t)
}

// subagentHooks start a thread's subagents and wait for them; nil if it has none.
type subagentHooks struct {
	// ended is told that turn i ended at the given time, and starts those that
	// follow it.
	ended func(i int, at time.Time)
	// wait waits for those that turn i joins. It returns when the last of them
	// ended, zero if there are none; ok is false when the play is over.
	wait func(i int) (last time.Time, ok bool)
}

// play plays the turns of a trajectory. It returns when the last response ended, and
// when the next play is due.
func (t *lane) play(ctx context.Context, p Play, due time.Time, subagents subagentHooks, yield func(Result) bool) (end, next time.Time) {
	end = due
	policy := &t.r.policy
	rng := rand.New(rand.NewPCG(p.seed, 0))
	if at := p.standing; at != nil {
		due = due.Add(at.wait)
		if at.joins {
			last, ok := subagents.wait(p.Start)
			if !ok {
				return end, due
			}
			due = instant.Later(due, last).Add(policy.delay(p.Trajectory, p.Start-1, rng))
		}
	}
	var rest time.Duration // asked for before turn i
	for i := p.Start; i < len(p.Trajectory.Turns); i++ {
		if !instant.SleepUntil(ctx, due) {
			return end, due
		}
		res, streamed := t.turn(ctx, p, i, due, rest)
		delay := policy.delay(p.Trajectory, i, rng)
		if i == len(p.Trajectory.Turns)-1 {
			delay = 0 // the next play begins at once
		}
		rest = delay
		// From the end of the response, not of Send: the client's own work in
		// between counts as lateness.
		end = res.Timing.Sent.Add(res.Timing.E2E)
		due = end.Add(delay)
		if subagents.ended != nil {
			subagents.ended(i, end)
		}
		if !yield(res) || ctx.Err() != nil {
			return end, due
		}
		if subagents.wait != nil && i+1 < len(p.Trajectory.Turns) {
			last, ok := subagents.wait(i + 1)
			if !ok {
				return end, due
			}
			due = instant.Later(end, last).Add(delay)
		}
		if res.Err != nil && !streamed {
			due = instant.Later(due, end.Add(policy.FailurePause))
		}
	}
	return end, due
}

// turn sends one turn.
func (t *lane) turn(ctx context.Context, p Play, i int, due time.Time, rest time.Duration) (res Result, streamed bool) {
	turn := &p.Trajectory.Turns[i]
	res = Result{Subagent: p.subagent, Turn: i, Recorded: turn, Sender: t.sender, Completed: !p.below && i == len(p.Trajectory.Turns)-1}
	res.MaxTokens, res.Forced = t.r.policy.Limit(turn)
	if at := p.standing; at != nil && at.tokens > 0 && i == p.Start {
		res.MaxTokens = min(res.MaxTokens, at.tokens)
	}
	body := t.builder.body(turn, p.Prefix, res.MaxTokens, res.Forced)
	clock := metrics.Clock{Gaps: t.r.gaps}
	clock.Due(due)
	res.Forced = res.Forced && !t.builder.skip[t.builder.limit] && !t.builder.skip["ignore_eos"]
	req := Request{
		Session: p.Session, API: t.r.policy.API, Body: body, Trajectory: p.Trajectory, Subagent: p.subagent, Index: i, Turn: turn,
		MaxTokens: res.MaxTokens, Rest: rest, Cold: i == p.Start && i > 0,
	}
	if res.Forced {
		req.ForcedTokens = res.MaxTokens
	}
	res.Err = Send(ctx, t.sender, &req, &clock)
	t.builder.release()
	res.Timing = clock.Timing()
	return res, clock.Streamed()
}
