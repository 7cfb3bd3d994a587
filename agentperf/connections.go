package agentperf

import (
	"fmt"
	"math"

	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// fit keeps the search within the connections that this machine can open, each agent
// having its own. It is an error when that is not even enough to begin with.
func (c *Config) fit(limits sockets.Limits) (warning string, err error) {
	if c.Connect != nil || c.Endpoint.Dial != nil || c.Endpoint.HTTP2 {
		return "", nil // of no kind that is known, or shared
	}
	each := connections(c.Workload)
	need := func(n int) (who string, connections int) {
		return agents(n), int(math.Ceil(float64(n) * each))
	}
	if err := limits.Check(need(c.Start)); err != nil {
		return "", fmt.Errorf("agentperf: %w", err)
	}
	if err := limits.Check(need(c.MaxAgents)); err != nil {
		c.MaxAgents = max(c.Start, int(float64(limits.Most())/each))
		warning = fmt.Sprintf("the search goes no further than %s: %v", agents(c.MaxAgents), err)
	}
	return warning, nil
}

// connections returns how many an agent has at most, on average over the time: one for
// each thread that may be live at once.
func connections(w *trajectory.Workload) float64 {
	sum, turns := 0, 0
	for _, t := range w.Trajectories {
		sum += live(t) * len(t.Turns)
		turns += len(t.Turns)
	}
	return float64(sum) / float64(turns)
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
