package agentperftest

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// loadSessions are the sessions that a Load replays: five of three turns, the last of which has
// a subagent. One takes a fifth of a second.
func loadSessions() *trajectory.Workload {
	var s trajectory.Store
	thread := func(id string, turns int) *trajectory.Trajectory {
		t := &trajectory.Trajectory{ID: id}
		var h *trajectory.History
		for k := range turns {
			h = appended(&s, h, fmt.Sprintf(`{"role":"user","content":"Step %d of %s: say what comes next."}`, k, id))
			t.Turns = append(t.Turns, trajectory.Turn{
				History: h, PromptTokens: 40 + 25*k, OutputTokens: 6 + 3*k, ToolDelay: 20 * time.Millisecond, ToolDelayKnown: true,
			})
			h = appended(&s, h, `{"role":"assistant","content":"Next comes the step after that."}`)
		}
		return t
	}
	w := &trajectory.Workload{Name: "the test of a Load"}
	for i := range 5 {
		w.Trajectories = append(w.Trajectories, thread(fmt.Sprintf("load-%d", i), 3))
	}
	last := w.Trajectories[4]
	last.Subagents = []trajectory.Subagent{{Trajectory: thread(subThread, 2), After: subAfter, Join: subJoin}}
	return w
}

// The last session has a subagent, which starts after one turn of it, and for which another waits.
const (
	subThread = "load-sub"
	subAfter  = 0
	subJoin   = 2
)

// A due request is one that an agent is to send.
type dueRequest struct {
	agent, play  int // counted from 0
	session, id  string
	thread       string
	turn, tokens int
	planned      int           // tokens of input
	rest         time.Duration // the pause before it
	first        bool          // of its thread in this play
	cold, midway bool
	last, whole  bool // last is set on the last turn of a whole trajectory
}

func inThread(name string) string {
	if name == "" {
		return ""
	}
	return "of subagent " + name + " "
}
