package slt

import (
	"time"

	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

// An Event is the progress of a sweep.
type Event struct {
	// Concurrency is the level being run; 0 before the first.
	Concurrency int
	// Stage is "calibrating", once "starting", and then "spawning", "settling",
	// "measuring", "finishing" or, once with Result set, "done".
	Stage string
	// Warnings are set if Stage is "starting": the report's warnings about the
	// endpoint, the prompts and this machine.
	Warnings []metrics.Warning
	// Elapsed is the time since the level began.
	Elapsed time.Duration
	// Queries and Succeeded count the level's queries so far, measured or not.
	Queries, Succeeded int
	// Pending says in words what the window is still waiting for.
	Pending []string
	// Result is the level's result if Stage is "done", else nil.
	Result *Level
}

// watch turns the progress of a phase into events.
func watch(progress func(Event), concurrency int) func(load.Progress) {
	if progress == nil {
		return nil
	}
	return func(s load.Progress) {
		progress(Event{
			Concurrency: concurrency, Stage: s.Stage, Elapsed: s.Elapsed,
			Queries: s.Attempts, Succeeded: s.Succeeded, Pending: s.Pending,
		})
	}
}
