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
	// Result is the level's result if Stage is "done", else nil.
	Result *Level
}

// watch turns the progress of a phase into events.
func (s *sweep) watch(concurrency int) func(load.Progress) {
	if s.cfg.Progress == nil {
		return nil
	}
	return func(p load.Progress) {
		e := Event{
			Concurrency: concurrency, Stage: p.Stage, Elapsed: p.Elapsed, Estimate: s.cfg.levelTime(),
			Queries: p.Attempts, InFlight: p.InFlight, Succeeded: p.Succeeded, Failed: p.Failed, OutputTokens: p.OutputTokens, Pending: p.Pending,
		}
		e.Remaining, e.RemainingMost = s.remaining(concurrency - 1)
		e.Remaining, e.RemainingMost = max(0, e.Remaining-p.Elapsed), max(0, e.RemainingMost-p.Elapsed)
		s.cfg.Progress(e)
	}
}

// levelTime is how long a level takes whose queries end with it.
func (c Config) levelTime() time.Duration { return c.Ramp + c.Settle + c.Measure }

// remaining returns how long the sweep takes at least and at most after a level; 0 is before
// the first.
func (s *sweep) remaining(concurrency int) (least, most time.Duration) {
	levels, open := s.cfg.levels()
	left := 0
	for n := range levels {
		if n > concurrency {
			left++
		}
	}
	soonest := left
	switch {
	case open && s.report.PlateauReached:
		return 0, 0
	case open && s.growth.best == 0: // the first level grows
		soonest = min(left, s.growth.rule.Levels+1)
	case open:
		soonest = min(left, s.growth.rule.Levels-s.growth.flat)
	}
	return time.Duration(soonest) * s.cfg.levelTime(), time.Duration(left) * s.cfg.levelTime()
}
