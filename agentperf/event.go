package agentperf

import (
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// An Event is the state of a run, as passed to Config.Progress.
type Event struct {
	// Phase is the index of the phase, from 0, and Agents its number of agents.
	Phase, Agents int
	// Stage is "starting", once before the first phase, and then "spawning",
	// "settling", "measuring", "finishing" or, once with Result set, "done".
	Stage string
	// Warnings is set if Stage is "starting". It holds the report's warnings about the
	// endpoint, the workload and this machine.
	Warnings []metrics.Warning
	// Elapsed is the time since the phase began.
	Elapsed time.Duration
	// Up is the number of agents started so far.
	Up int
	// Requests and Succeeded count the requests of the phase so far, measured or not.
	// Trajectories counts the trajectories completed in the window.
	Requests, Succeeded, Trajectories int
	// Pending says in words what the phase still needs before it may end, such as time
	// or trajectories.
	Pending []string
	// Result is the result of the phase; nil unless Stage is "done".
	Result *PhaseResult
}
