package slt

import (
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// watch turns the progress of a phase into events. before is what is known when it begins, of a
// sweep that it is a part of, and sofar summarizes the phase as it is known.
func watch(progress func(Event), before Event, sofar func(*record.Phase) Level) func(record.Progress) {
	if progress == nil {
		return nil
	}
	return func(p record.Progress) {
		if p.Sofar != nil {
			l := sofar(p.Sofar)
			before.Figures, before.Client = l.Figures, l.Client
		}
		e := before
		e.Stage, e.Elapsed, e.Pending = p.Stage, p.Elapsed, p.Pending
		e.Queries, e.InFlight, e.Succeeded, e.Failed, e.OutputTokens = p.Attempts, p.InFlight, p.Succeeded, p.Failed, p.OutputTokens
		e.Remaining, e.RemainingMost = max(0, e.Remaining-p.Elapsed), max(0, e.RemainingMost-p.Elapsed)
		progress(e)
	}
}

// levelTime is how long a level takes whose queries end with it.
func (c Config) levelTime() time.Duration { return c.Ramp + c.Settle + c.Measure }

// remaining returns how long a sweep takes at least and at most after a level; 0 is before the
// first.
func (c Config) remaining(g growth, concurrency int) (least, most time.Duration) {
	levels, open := c.levels()
	left := 0
	for n := range levels {
		if n > concurrency {
			left++
		}
	}
	soonest := left
	switch {
	case open && g.flat >= g.rule.Levels:
		return 0, 0
	case open && g.best == 0: // the first level grows
		soonest = min(left, g.rule.Levels+1)
	case open:
		soonest = min(left, g.rule.Levels-g.flat)
	}
	return time.Duration(soonest) * c.levelTime(), time.Duration(left) * c.levelTime()
}
