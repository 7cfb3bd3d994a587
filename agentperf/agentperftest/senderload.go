package agentperftest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// answerTokens are the lengths of the answers in the first play; each play's are 3 longer than
// those of the one before. No two are alike: an answer to another request shows.
var answerTokens = [...]int{16, 24, 9}

// longTokens is the length of the answer that is broken off: seconds at most speeds.
const longTokens = 400

// senderLoad are the sessions that senders are tested with: one for each of those that send at
// the same time, and one with a long answer.
var senderLoad = sync.OnceValue(func() *trajectory.Workload {
	var s trajectory.Store
	w := &trajectory.Workload{Name: "the test of a Sender"}
	for i := range together + 1 {
		t := &trajectory.Trajectory{ID: fmt.Sprintf("sender-%d", i)}
		var h *trajectory.History
		for k, n := range answerTokens {
			if n += 3 * i; i == together {
				n = longTokens
			}
			h = appended(&s, h, fmt.Sprintf(`{"role":"user","content":"Step %d of plan %d: say what comes next."}`, k, i))
			t.Turns = append(t.Turns, trajectory.Turn{History: h, OutputTokens: n, ToolDelayKnown: true})
			h = appended(&s, h, `{"role":"assistant","content":"Next comes the step after that."}`)
		}
		w.Trajectories = append(w.Trajectories, t)
	}
	return w
})

func appended(s *trajectory.Store, h *trajectory.History, message string) *trajectory.History {
	h, err := s.Append(h, []byte(message))
	if err != nil {
		panic(err) // the message is right by construction
	}
	return h
}

// requests returns the requests of one play, as they are sent. Plays have different
// sessions, trajectories and lengths of answers.
func (t *senderTest) requests(play int) []trajectory.Request {
	return t.play(play%together, play)
}

// long returns a request with a long answer.
func (t *senderTest) long() trajectory.Request { return t.play(together, together)[0] }

func (t *senderTest) play(trajectoryOf, agent int) []trajectory.Request {
	load := senderLoad()
	one := load.Trajectories[trajectoryOf]
	schedule := trajectory.Schedule{Workload: load, Assigned: make([][]*trajectory.Trajectory, together+1)}
	schedule.Assigned[agent] = []*trajectory.Trajectory{one}
	policy := t.policy
	policy.ToolDelay = trajectory.ToolDelayNone
	var c capture
	replayer := trajectory.NewReplayer(func() trajectory.Sender { return &c }, policy, nil)
	for p := range schedule.Plays(agent) {
		for range replayer.Play(context.Background(), p) {
		}
		break
	}
	return c.requests
}

// A capture is a Sender that keeps what it should send.
type capture struct{ requests []trajectory.Request }

func (c *capture) Send(_ context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	c.requests = append(c.requests, clone(r))
	now := time.Now()
	clock.Sent(now)
	clock.Arrived(now, 1, 1) // or the replayer would pause
	clock.Done(now)
	return nil
}
