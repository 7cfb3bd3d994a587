package replay

import (
	"fmt"

	"github.com/agentperf/agentperf-go/trajectory"
)

// Assigned returns the trajectories of lists of IDs; nil for nil.
func Assigned(lists [][]string, w *trajectory.Workload) (all [][]*trajectory.Trajectory, err error) {
	if lists == nil {
		return nil, nil
	}
	byID := make(map[string]*trajectory.Trajectory, len(w.Trajectories))
	for _, t := range w.Trajectories {
		byID[t.ID] = t
	}
	all = make([][]*trajectory.Trajectory, len(lists))
	for agent, ids := range lists {
		if len(ids) == 0 {
			return nil, fmt.Errorf("Assigned has no trajectory for agent %d", agent)
		}
		for _, id := range ids {
			t := byID[id]
			if t == nil {
				return nil, fmt.Errorf("Assigned gives agent %d the trajectory %q, which is not in the workload, or does not fit the context", agent, id)
			}
			all[agent] = append(all[agent], t)
		}
	}
	return all, nil
}
