package replay

import (
	"testing"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A thread has a connection while it is live, and so has its parent.
func TestConnections(t *testing.T) {
	thread := func(turns int, subagents ...trajectory.Subagent) *trajectory.Trajectory {
		return &trajectory.Trajectory{Turns: make([]trajectory.Turn, turns), Subagents: subagents}
	}
	alone := thread(5)
	for _, test := range []struct {
		name string
		t    *trajectory.Trajectory
		want int
	}{
		{"alone", alone, 1},
		{"one after the other", thread(5, trajectory.Subagent{Trajectory: alone, After: 0, Join: 1}, trajectory.Subagent{Trajectory: alone, After: 1, Join: 2}), 2},
		{"together", thread(5, trajectory.Subagent{Trajectory: alone, After: 0, Join: 3}, trajectory.Subagent{Trajectory: alone, After: 2, Join: 4}), 3},
		{"never joined", thread(5, trajectory.Subagent{Trajectory: alone, After: -1}, trajectory.Subagent{Trajectory: alone, After: 3}), 3},
		{"within another", thread(5, trajectory.Subagent{Trajectory: thread(2, trajectory.Subagent{Trajectory: alone, After: 0, Join: 1}), After: 0, Join: 1}, trajectory.Subagent{Trajectory: alone, After: 1, Join: 2}), 3},
	} {
		if got := live(test.t); got != test.want {
			t.Errorf("%s: %d threads live at once, want %d", test.name, got, test.want)
		}
	}
	// A replayer keeps what it has opened.
	w := &trajectory.Workload{Trajectories: []*trajectory.Trajectory{thread(15), thread(5, trajectory.Subagent{Trajectory: alone}, trajectory.Subagent{Trajectory: alone}), alone}}
	if got := Connections(w); got != 3 {
		t.Errorf("%d connections an agent, want 3", got)
	}
}
