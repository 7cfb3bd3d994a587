package agentperf

import (
	"context"
	"time"

	"github.com/agentperf/agentperf-go/internal/phase"
	"github.com/agentperf/agentperf-go/internal/sockets"
)

// An Event says how far a run has come.
type Event struct {
	// Phase is the index of the phase and Agents its number of agents.
	Phase, Agents int
	// Stage is "starting", once before the first phase, and then "spawning",
	// "settling", "measuring", "finishing" or, once with Result set, "done".
	Stage string
	// Warnings are set when Stage is "starting": what the report will say of the
	// endpoint, the workload and this machine.
	Warnings []string
	// Elapsed is the time since the phase began.
	Elapsed time.Duration
	// Up is the number of agents started.
	Up int
	// Requests and Succeeded count the phase's requests so far, measured or
	// not; Trajectories those completed in the window.
	Requests, Succeeded, Trajectories int
	// Pending is what is still missing before the phase is valid and may end,
	// in words: time, trajectories.
	Pending []string
	// Result is the phase's result when it is done.
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
