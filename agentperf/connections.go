package agentperf

import (
	"fmt"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// limited reports whether each agent needs connections of this machine's own.
func limited(c *Config) bool {
	return c.Load == nil && c.Connect == nil && c.Endpoint.Dial == nil && !c.Endpoint.HTTP2
}

// fit keeps a search of a workload within the connections that this machine can open, each
// agent having its own. It is an error if they are too few even for the first number.
func fit(b *decide.Bounds, w *trajectory.Workload, limits sockets.Limits) (warning string, err error) {
	// In a check the first phase is the last, and no connections were closed before.
	most, short, err := limits.Fit(b.Start, b.Max, connections(w), b.Min != b.Max, agents)
	switch {
	case err != nil:
		return "", fmt.Errorf("agentperf: %w", err)
	case short == nil:
		return "", nil
	}
	if b.Max = most; most == b.Start {
		return fmt.Sprintf("there may be too few connections: %v", short), nil
	}
	return fmt.Sprintf("the search goes no further than %s: %v", agents(most), short), nil
}

// connections returns the most connections that an agent may have: one for each thread that
// may be live at once in the widest session.
func connections(w *trajectory.Workload) int {
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
