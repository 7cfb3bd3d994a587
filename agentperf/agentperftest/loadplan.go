package agentperftest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// loadAgents is the number of agents of the plans that a Load is tested with.
const loadAgents = 4

// loadSessions are the sessions that a Load replays: five of three turns, the last of which has
// a subagent. One takes a fifth of a second.
func loadSessions() *trajectory.Workload {
	var s trajectory.Store
	thread := func(id string, turns int) *trajectory.Trajectory {
		t := &trajectory.Trajectory{ID: id}
		var h *trajectory.History
		for k := range turns {
			h = appended(&s, h, fmt.Sprintf(`{"role":"user","content":"Step %d of %s: say what comes next."}`, k, id))
			t.Turns = append(t.Turns, trajectory.Turn{History: h, OutputTokens: 6 + 3*k, ToolDelay: 20 * time.Millisecond, ToolDelayKnown: true})
			h = appended(&s, h, `{"role":"assistant","content":"Next comes the step after that."}`)
		}
		return t
	}
	w := &trajectory.Workload{Name: "the test of a Load"}
	for i := range 5 {
		w.Trajectories = append(w.Trajectories, thread(fmt.Sprintf("load-%d", i), 3))
	}
	last := w.Trajectories[4]
	last.Subagents = []trajectory.Subagent{{Trajectory: thread("load-sub", 2), Join: 2}}
	return w
}

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

// A due request is one that an agent is to send.
type dueRequest struct {
	agent, play       int // counted from 0
	session, id       string
	thread            string
	turn, tokens      int
	cold, last, whole bool // last is set on the last turn of a whole trajectory
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
			replayer := trajectory.NewReplayer(func() trajectory.Sender {
				return trajectory.SenderFunc(func(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
					mu.Lock()
					all[string(bytes.Join(r.Body, nil))] = &dueRequest{
						agent: agent, play: n, session: r.Session, id: p.Trajectory.ID, thread: r.Subagent, turn: r.Index, tokens: r.MaxTokens, cold: r.Cold,
						last: r.Subagent == "" && r.Index == len(p.Trajectory.Turns)-1, whole: p.Whole(),
					}
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
