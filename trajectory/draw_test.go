package trajectory_test

import (
	"fmt"
	"testing"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Phases with the same draw give an agent the same trajectories from the same turn, and
// sessions of their own; with another draw the work is another.
func TestDraw(t *testing.T) {
	var store trajectory.Store
	w := &trajectory.Workload{}
	for i := range 30 {
		w.Trajectories = append(w.Trajectories, build(t, &store, fmt.Sprint("t", i), 6))
	}
	plays := func(phase, draw int) (work string, sessions map[string]bool) {
		sessions = make(map[string]bool)
		for agent := range 3 {
			n := 0
			for p := range (trajectory.Schedule{Workload: w, Seed: 9, Phase: phase, Draw: draw, MaxStart: 4}).Plays(agent) {
				work += fmt.Sprintf(" %s/%d", p.Trajectory.ID, p.Start)
				sessions[p.Session] = true
				if n++; n == 5 {
					break
				}
			}
		}
		return work, sessions
	}
	first, sessions := plays(0, 1)
	again, others := plays(1, 1)
	if first != again {
		t.Errorf("one draw, two phases:\n%s\n%s", first, again)
	}
	for s := range others {
		if sessions[s] {
			t.Errorf("session %s is in both phases", s)
		}
	}
	if fresh, _ := plays(2, 2); fresh == first {
		t.Errorf("a fresh draw is the old one: %s", fresh)
	}
}
