package record

import (
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// A Phase is one number of agents, run once. It is complete when it has ended; a look at
// one that runs has rows that are still open.
type Phase struct {
	Header
	// Plays, Threads and Messages are what rows refer to. Thread 0 is the session itself
	// and has an empty name.
	Plays    []Play
	Threads  []string
	Messages []string
	// Rows has one row for each request that has ended, in their order, Open one for each
	// that had not at the instant End; there are none of a phase that has ended.
	Rows, Open []Row
	// Gaps are the times between events and tokens over the whole phase.
	Gaps metrics.Gaps
}

// A Play is one agent's way through one trajectory.
type Play struct {
	Agent      int32
	Trajectory string
	// Session names the play, unique to it.
	Session string
}

// A Standing is where an agent stood when the phase began.
type Standing struct {
	Trajectory string `json:"trajectory"`
	Turn       int    `json:"turn"`
	// Rest is the pause before its first request.
	Rest time.Duration `json:"rest_ns,omitempty"`
}

// A Header says what was run and how it went.
type Header struct {
	// Run names the run; phases of one run have indices from 0.
	Run    string `json:"run,omitempty"`
	Index  int    `json:"phase_idx"`
	Agents int    `json:"agents"`
	// Seed and Draw determine who played what; Start names the law by which the agents
	// stood where they did, Pace the assumed tokens per second that it took.
	Seed  uint64  `json:"seed,string"`
	Draw  int     `json:"draw"`
	Start string  `json:"start_law,omitempty"`
	Pace  float64 `json:"pace_tokens_per_second,omitempty"`
	// ContextTokens is the context window: the one that requests were made to fit, and
	// once one did not, what the endpoint then stated. 0 means that it is unknown.
	ContextTokens int `json:"context_tokens,omitempty"`
	// Workload is the digest of what was replayed.
	Workload string `json:"workload_sha256,omitempty"`
	// Standings are one for each agent, HeldTokens the sum of the recorded input tokens
	// of the turns that they stood at.
	Standings  []Standing `json:"standings,omitempty"`
	HeldTokens int64      `json:"held_tokens,omitempty"`

	// Anchor is the start of the phase by the wall clock.
	Anchor time.Time `json:"anchor"`
	// AllUp is when the last agent was to start, Settled when the window begins,
	// WindowEnd when it ended, End when the phase did.
	AllUp     time.Duration `json:"all_up_ns"`
	Settled   time.Duration `json:"settled_ns"`
	WindowEnd time.Duration `json:"window_end_ns"`
	End       time.Duration `json:"end_ns"`
	// Looks are the instants at which it was asked whether the phase may end.
	Looks []time.Duration `json:"looks_ns,omitempty"`

	Ending Ending `json:"ending"`
	// Up is the number of agents that were started, Completed the number of pieces of
	// work completed in the window, Least that of the agent who completed least.
	Up        int `json:"agents_up"`
	Completed int `json:"completed"`
	Least     int `json:"least_completed"`
	// Straddling is the number of agents that began no request in the window, because
	// one from before it was open all through.
	Straddling int `json:"straddling"`
	// Clients say how each client fared that drove the load; none when it was not asked.
	Clients []Client `json:"clients,omitempty"`
	// Fault says why the client itself failed, so that the phase says nothing of the
	// system; empty when it did not. See also rows that are [Local].
	Fault string `json:"fault,omitempty"`
	// Reconnects counts keep-alive connections that the server had closed just as a
	// request was put on them.
	Reconnects int64 `json:"reconnects,omitempty"`
}

// An Ending says why a window ended.
type Ending string

// The endings of a window.
const (
	// Complete: it was long enough and all minima were met.
	Complete Ending = "complete"
	// TimedOut: the time-out passed with minima unmet.
	TimedOut Ending = "timeout"
	// Dead: nothing succeeded in as many attempts as are given.
	Dead Ending = "nothing succeeded"
	// Decided: a look ended it.
	Decided Ending = "decided"
	// Stopped: an agent ended it, since a request made the phase [Row.Void].
	Stopped Ending = "stopped"
	// Interrupted: the context was done.
	Interrupted Ending = "canceled"
)

// Window returns the length of the measured window; 0 when it did not begin.
func (h *Header) Window() time.Duration { return max(0, h.WindowEnd-h.Settled) }

// Within reports whether an instant is in the window: at its first or later and before
// its last.
func (h *Header) Within(t time.Duration) bool { return t >= h.Settled && t < h.WindowEnd }

// Measured reports whether a request belongs to the window by its beginning.
func (h *Header) Measured(r *Row) bool { return h.Within(r.Begun) }

// Message returns what the failure of a row said; empty without one.
func (p *Phase) Message(r *Row) string {
	if r.Message < 0 || int(r.Message) >= len(p.Messages) {
		return ""
	}
	return p.Messages[r.Message]
}

// Succeeded returns the number of rows that ended well.
func (p *Phase) Succeeded() (n int) {
	for i := range p.Rows {
		if p.Rows[i].Outcome == OK {
			n++
		}
	}
	return n
}
