package agentperf

import (
	"context"
	"time"

	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/internal/sockets"
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
	Warnings []string
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

// progressInterval is how often Progress hears of a phase.
const progressInterval = 500 * time.Millisecond

// watch passes the snapshots of a phase on as events, and ends one that can say nothing.
func watch(progress func(Event), index, agents int, end context.CancelCauseFunc) func(phase.Snapshot) {
	return func(s phase.Snapshot) {
		if sockets.Full() {
			end(sockets.ErrFull)
		}
		if progress == nil {
			return
		}
		progress(Event{
			Phase: index, Agents: agents, Stage: s.Stage, Elapsed: s.Elapsed, Up: s.Up,
			Requests: s.Attempts, Succeeded: s.Succeeded, Trajectories: s.Completed, Pending: s.Pending,
		})
	}
}
