package slt

import (
	"time"

	"github.com/agentperf/agentperf-go/internal/phase"
)

// An Event says how far a sweep has come.
type Event struct {
	// Concurrency is that of the level under way; 0 before the first one.
	Concurrency int
	// Stage is "calibrating", once "starting", and then "spawning", "settling",
	// "measuring", "finishing" or, once with Result set, "done".
	Stage string
	// Warnings are set when Stage is "starting": what the report will say of the
	// endpoint, the prompts and this machine.
	Warnings []string
	// Elapsed is the time since the level began.
	Elapsed time.Duration
	// Queries and Succeeded count the level's queries so far, measured or not.
	Queries, Succeeded int
	// Pending is what is still missing before the window ends, in words.
	Pending []string
	// Result is the level's result when it is done.
	Result *Level
}

// progressInterval is how often Progress hears of a level.
const progressInterval = 500 * time.Millisecond

// watch passes the snapshots of a phase on as events.
func watch(progress func(Event), concurrency int) func(phase.Snapshot) {
	if progress == nil {
		return nil
	}
	return func(s phase.Snapshot) {
		progress(Event{
			Concurrency: concurrency, Stage: s.Stage, Elapsed: s.Elapsed,
			Queries: s.Attempts, Succeeded: s.Succeeded, Pending: s.Pending,
		})
	}
}
