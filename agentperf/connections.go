package agentperf

import (
	"fmt"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// fit keeps the search within the connections that this machine can open, each agent
// having its own. It is an error when they are not even enough to begin with.
func (c *Config) fit(b *decide.Bounds, limits sockets.Limits) (warning string, err error) {
	if c.Connect != nil || c.Endpoint.Dial != nil || c.Endpoint.HTTP2 {
		return "", nil // of no kind that is known, or shared
	}
	if err := limits.Check(agents(b.Start), b.Start, 0); err != nil {
		return "", fmt.Errorf("agentperf: %w", err)
	}
	each, who := connections(c.Workload), agents(b.Max)
	if each > 1 {
		who += fmt.Sprintf(" with up to %d connections each, for their subagents", each)
	}
	need, closed := b.Max*each, b.Max*each
	if b.Min == b.Max {
		closed = 0 // the first phase is the last
	}
	err = limits.Check(who, need, closed)
	switch most := limits.Most() / each; {
	case err == nil:
	case most <= b.Start:
		b.Max = b.Start
		warning = fmt.Sprintf("there may be too few connections: %v", err)
	default:
		b.Max = most
		warning = fmt.Sprintf("the search goes no further than %s: %v", agents(b.Max), err)
	}
	return warning, nil
}

// connections returns how many an agent may have: one for each thread of the widest
// session that may be live at once.
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
