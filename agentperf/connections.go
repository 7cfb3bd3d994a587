package agentperf

import (
	"fmt"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/replay"
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
	most, short, err := limits.Fit(b.Start, b.Max, replay.Connections(w), b.Min != b.Max, agents)
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
