package record

import "time"

// A Watch is what those who judge a phase want to be told while it is under way. Functions
// that are nil are not called. None is called concurrently with itself, but each may be while
// another is.
type Watch struct {
	// Look is called from the start of the window on, with the phase as it is known at that
	// instant, which it does not keep and of which it changes at most the header. If it returns true, the window ends at
	// once and open requests are drained. Looks are Plan.LookEvery apart and grow sparser: by
	// a twentieth of the window at least, so that they cost the client little.
	Look func(*Phase) bool
	// Progress is called about twice a second, from the start to the end of the phase. If it is slow, it is called less often; it
	// holds up nothing else.
	Progress func(Progress)
	// Ended is called as each request ends, with its row and a phase that has what the row
	// refers to: it may keep the phase, whose rows it does not look at, and not the row. It
	// returns at once.
	Ended func(*Phase, *Row)
}

// Progress describes a phase under way.
type Progress struct {
	// Stage is "spawning", "settling", "measuring" or "finishing".
	Stage string
	// Elapsed is the time since the start.
	Elapsed time.Duration
	// Up is the number of agents started; Attempts and Succeeded count their requests,
	// Completed the work completed in the window.
	Up, Attempts, Succeeded, Completed int
	// InFlight is the number of requests that are open, Failed that of those that failed by
	// the system's fault, OutputTokens the output of all that have ended.
	InFlight, Failed int
	OutputTokens     int64
	// Pending says in words what is missing before the window may end.
	Pending []string
	// Sofar is the phase as it is known now, at instants within the window that grow sparser;
	// nil at others.
	Sofar *Phase
}
