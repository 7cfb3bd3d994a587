package telemetry

import "github.com/agentperf/agentperf-go/metrics"

// Summarize says what was observed of a phase with these instants. Server is nil if no
// series of any target is a known one of an engine or router, Power if none is one of power.
// accelerators is the number of those that the system under test has, routers' excepted; 0
// if nobody said. It changes nothing.
func Summarize(observed []Observed, at Instants, accelerators int) (*Server, *Power, []metrics.Warning) {
	power, warnings := summarizePower(observed, at, accelerators)
	return nil, power, warnings
}
