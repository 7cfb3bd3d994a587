package record

import "time"

// A Watch is what is to be told about a phase under way. Functions that are nil are not called.
// No function is called concurrently with itself, but one may be called while another runs.
type Watch struct {
	// Look is called from the start of the window on, with the phase as it is known at that
	// instant. It must not keep the phase, and may change its header only. If it returns true, the
	// window ends at once and open requests are drained. Looks are Plan.LookEvery apart at first;
	// each is a twentieth of the window or more after the last, so that they cost the client
	// little.
	Look func(*Phase) bool
	// Progress is called about twice a second, from the start of the phase to its end. If it is
	// slow, it is called less often; nothing but the return of Load.Phase waits for it.
	Progress func(Progress)
	// Ended is called as each request ends, with its row and a phase that has what the row refers
	// to. It must return at once. It may keep the phase, whose Rows it must not use, but not the
	// row.
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
	// InFlight is the number of open requests, Failed the number that failed by the system's
	// fault, and OutputTokens the output of all that have ended.
	InFlight, Failed int
	OutputTokens     int64
	// Pending says in words what is missing before the window may end.
	Pending []string
	// Sofar is the phase as it is known now, at instants within the window that grow sparser;
	// nil at others.
	Sofar *Phase
}
