package replay

import (
	"context"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Work returns what the agents of a plan do: each plays one trajectory after the other. connect
// returns a new connection for an agent; warn is told what went wrong in closing one, which
// says nothing of the system.
func (c *Script) Work(plan *record.Plan, connect func(agent int) trajectory.Sender, warn func(agent int, err error)) (load.Work, error) {
	if err := Check(plan); err != nil {
		return nil, err
	}
	schedule, err := c.Schedule(plan)
	if err != nil {
		return nil, err
	}
	policy := &plan.Policy
	return func(soft, hard context.Context, a *load.Agent) error {
		var play int32 // the one under way; its threads have ended before the next begins
		replayer := trajectory.NewReplayer(func() trajectory.Sender {
			return &meteredSender{sender: connect(a.Index), policy: policy, hard: hard, agent: a, play: &play}
		}, *policy, a.Gaps())
		replayer.StartAt(a.Due)
		for p := range schedule.Plays(a.Index) {
			play = a.Play(p.Trajectory.ID, p.Session)
			for res := range replayer.Play(soft, p) {
				// Only whole trajectories count: neither plays that began in the middle
				// nor those that were cut.
				if res.Completed && p.Whole() && !load.Cut(res.Err, hard) {
					a.Completed()
				}
			}
			if soft.Err() != nil {
				break
			}
		}
		if err := replayer.Close(); err != nil {
			warn(a.Index, err)
		}
		return nil
	}, nil
}

// A meteredSender reports each request of one thread of a replayer to the load. A replayer
// stops between requests when the phase is over; an open request goes on until the load
// cuts it.
type meteredSender struct {
	sender trajectory.Sender
	policy *trajectory.Policy
	hard   context.Context
	agent  *load.Agent
	play   *int32
}

func (m *meteredSender) Send(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	row := record.New()
	row.Play, row.Thread, row.Turn = *m.play, m.agent.Thread(r.Subagent), int32(r.Index)
	row.Rest, row.Cold = r.Rest, r.Cold
	if r.MaxTokens > 0 {
		row.MaxTokens = int32(min(r.MaxTokens, 1<<31-1))
	}
	row.Forced = r.ForcedTokens > 0
	if whole, _ := m.policy.Limit(r.Turn); r.MaxTokens < whole {
		row.Midway = true
	}
	if r.Turn.PromptTokens > 0 {
		row.Recorded = int32(min(r.Turn.PromptTokens, 1<<31-1))
	}
	row.Planned = int32(min(r.Turn.PromptEstimate(), 1<<31-1))
	request := m.agent.Begin(row)
	clock.First = func(t time.Time) { request.First(t) }
	err := trajectory.Send(m.hard, m.sender, r, clock)
	request.End(clock.Timing(), err)
	return err
}

// Close closes the connection.
func (m *meteredSender) Close() error { return load.Close(m.sender) }
