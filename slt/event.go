package slt

import (
	"time"

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
	// Elapsed is the time since the level began, Estimate what the level takes in all; while
	// open queries are awaited at its end, up to Config.Drain more.
	Elapsed, Estimate time.Duration
	// Remaining is how much longer the sweep takes: this level and those that follow for
	// certain, which in a sweep until a plateau are those that can show one at the soonest.
	// RemainingMost is the time until the last level that may follow; it is the same where
	// the levels are given.
	Remaining, RemainingMost time.Duration
	// Queries, Succeeded and Failed count the level's queries so far, measured or not;
	// Failed those that failed by the system's fault. InFlight is the number of those that
	// are open now.
	Queries, InFlight, Succeeded, Failed int
	// OutputTokens counts the output of the queries that have ended. What it grows by from
	// one event to another is the throughput between them.
	OutputTokens int64
	// Pending says in words what the window is still waiting for.
	Pending []string
	// Figures are those of the measured window so far, and Client is the client's check of
	// itself in it, by the latest of instants that grow sparser; nil before the first of
	// them, and once Result is set, which has those of the level.
	Figures *Figures
	Client  *metrics.ClientCheck
	// Result is the level's result if Stage is "done", else nil.
	Result *Level
}
