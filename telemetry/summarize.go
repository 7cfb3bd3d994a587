package telemetry

import "github.com/agentperf/agentperf-go/metrics"

// Summarize says what was observed of a phase with these instants. Server is nil if no
// series of any target is a known one of an engine or router, Power if none is one of power.
// It changes nothing.
func Summarize(observed []Observed, at Instants) (*Server, *Power, []metrics.Warning) {
	power, warnings := summarizePower(observed, at)
	return nil, power, warnings
}
