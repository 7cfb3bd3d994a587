package agentperftest

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// loadAgents is the number of agents of the plans that a Load is tested with.
const loadAgents = 4

// loadPlan returns the plan of a phase, but for what the test of a rule changes.
func (t *loadTest) loadPlan(change func(*record.Plan)) *record.Plan {
	p := &record.Plan{
		Run: "00000000000000ab", Seed: 1<<63 + 7, MaxStart: 2, Workload: t.digest, Policy: t.policy,
		Shape: record.Shape{
			Agents: loadAgents, SpawnRate: 10, Settle: 200 * time.Millisecond, Measure: 1500 * time.Millisecond, MinTotal: loadAgents, MinPerAgent: 1,
			Timeout: time.Minute, Patience: 20 * time.Second, Drain: 10 * time.Second,
		},
	}
	if change != nil {
		change(p)
	}
	return p
}

// mostPlays is the number of plays of an agent whose requests are known beforehand: a session
// takes a fifth of a second, and no phase five.
const mostPlays = 50

// dueRequests returns what a plan lets agents send, by body, and the number of requests of each
// play.
func (t *loadTest) dueRequests(plan *record.Plan) (all map[string]*dueRequest, plays [][]int, err error) {
	schedule, err := t.script.Schedule(plan)
	if err != nil {
		return nil, nil, err
	}
	all, plays = make(map[string]*dueRequest), make([][]int, plan.Agents)
	policy := plan.Policy
	policy.ToolDelay = trajectory.ToolDelayNone
	var mu sync.Mutex
	var wg sync.WaitGroup
	for agent := range plan.Agents {
		wg.Go(func() {
			n := 0
			var p trajectory.Play
			begun := make(map[string]bool) // the threads of play n
			replayer := trajectory.NewReplayer(func() trajectory.Sender {
				return trajectory.SenderFunc(func(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
					mu.Lock()
					whole, _ := policy.Limit(r.Turn)
					d := &dueRequest{
						agent: agent, play: n, session: r.Session, id: p.Trajectory.ID, thread: r.Subagent, turn: r.Index, tokens: r.MaxTokens,
						planned: r.Turn.PromptEstimate(), first: !begun[r.Subagent], cold: r.Cold, midway: r.MaxTokens < whole,
						last: r.Subagent == "" && r.Index == len(p.Trajectory.Turns)-1, whole: p.Whole(),
					}
					if !d.first {
						d.rest = r.Trajectory.Turns[r.Index-1].ToolDelay
					}
					all[string(bytes.Join(r.Body, nil))], begun[r.Subagent] = d, true
					plays[agent][n]++
					mu.Unlock()
					now := time.Now()
					clock.Sent(now)
					clock.Arrived(now, 1, 1) // or the replayer would pause
					clock.Done(now)
					return nil
				})
			}, policy, nil)
			for p = range schedule.Plays(agent) {
				plays[agent] = append(plays[agent], 0)
				clear(begun)
				for range replayer.Play(context.Background(), p) {
				}
				if n++; n == mostPlays {
					break
				}
			}
		})
	}
	wg.Wait()
	return all, plays, nil
}
