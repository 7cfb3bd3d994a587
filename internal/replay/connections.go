package replay

import "github.com/agentperf/agentperf-go/trajectory"

// Connections returns the most connections that an agent may have: one for each thread that
// may be live at once in the widest session.
func Connections(w *trajectory.Workload) int {
	most := 1
	for _, t := range w.Trajectories {
		most = max(most, live(t))
	}
	return most
}

// live returns how many threads of a trajectory may be live at once. There are never
// more than when one has just begun.
func live(t *trajectory.Trajectory) int {
	each := make([]int, len(t.Subagents))
	for i, s := range t.Subagents {
		each[i] = live(s.Trajectory)
	}
	most := 0
	for _, latest := range t.Subagents {
		sum := 0
		for i, s := range t.Subagents {
			if s.After <= latest.After && (s.Join == 0 || s.Join > latest.After) {
				sum += each[i]
			}
		}
		most = max(most, sum)
	}
	return 1 + most
}
