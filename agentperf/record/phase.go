package record

import (
	"time"

	"github.com/agentperf/agentperf-go/metrics"
)

// A Phase is one run of one number of agents. A snapshot of one that is under way has
// requests that are still open. It may be read by several goroutines once nobody writes to it.
type Phase struct {
	Header
	// Plays, Threads and Messages are what rows refer to by index. Thread 0 is the session
	// itself; its name is empty. Threads may be nil where there are no subagents, and Messages
	// where nothing failed.
	Plays    []Play
	Threads  []string
	Messages []string
	// Rows holds the requests that have ended, in the order in which they did, Open those
	// that were open at End. A phase that has ended has none, unless an agent never let go.
	Rows, Open []Row
	// Gaps holds the times between events and between tokens over the whole phase; empty if
	// nobody looked, so that reports have no quantiles of them.
	Gaps metrics.Gaps
	// Owners says which of Clients ran each agent, by index; nil if one ran all.
	Owners []int32
	// Warnings says what the load noticed that the rows do not show.
	Warnings []metrics.Warning
}

// A Play is one agent's way through one trajectory.
type Play struct {
	// Agent counts agents from 0.
	Agent int32
	// Trajectory is the ID of the trajectory.
	Trajectory string
	// Session names the play, unique to it in a run.
	Session string
}

// A Pace is how long requests take: First seconds to the first token, and for each token of
// the output Token seconds and Context seconds for each token of input.
type Pace struct {
	First   float64 `json:"first_seconds"`
	Token   float64 `json:"token_seconds"`
	Context float64 `json:"context_seconds"`
}

// A Standing is the point in a trajectory at which an agent began the phase.
type Standing struct {
	// Trajectory is its ID, and Turn the turn, counted from 0.
	Trajectory string `json:"trajectory"`
	Turn       int    `json:"turn"`
	// Held is the number of recorded input tokens that the agent held there.
	Held int64 `json:"held_tokens,omitempty"`
}

// A Header says what was run and how it went.
type Header struct {
	// Run names the run: 16 hexadecimal digits, drawn when it began. The phases of a run
	// have indices from 0.
	Run   string `json:"run,omitempty"`
	Index int    `json:"phase_idx"`
	// Agents is the number of agents that the phase is of.
	Agents int `json:"agents"`
	// Seed and Draw determine who played what. Start names the distribution of the agents'
	// standings, and Pace is what it assumes of the system; zero if it assumes nothing.
	Seed  uint64 `json:"seed,string"`
	Draw  int    `json:"draw"`
	Start string `json:"start_law,omitempty"`
	Pace  Pace   `json:"pace,omitzero"`
	// ContextTokens is the context window: the one that requests were made to fit, and
	// once one did not, what the endpoint then stated. 0 means that it is unknown.
	ContextTokens int `json:"context_tokens,omitempty"`
	// SyntheticFactor is the number of words of synthetic text for each token that was
	// recorded; 0 if nothing is synthetic.
	SyntheticFactor float64 `json:"synthetic_tokens_factor,omitempty"`
	// Workload is the digest of what was replayed.
	Workload string `json:"workload_sha256,omitempty"`
	// Standings has one entry per agent. HeldTokens is the sum of the recorded input
	// tokens of the turns at which they stood.
	Standings  []Standing `json:"standings,omitempty"`
	HeldTokens int64      `json:"held_tokens,omitempty"`

	// Anchor is the start of the phase by the wall clock.
	Anchor time.Time `json:"anchor"`
	// AllUp is when the last agent was due to start, Settled when the window began,
	// WindowEnd when it ended, and End when the phase ended, all counted from its start. A
	// window that did not begin has a Settled after its WindowEnd.
	AllUp     time.Duration `json:"all_up_ns"`
	Settled   time.Duration `json:"settled_ns"`
	WindowEnd time.Duration `json:"window_end_ns"`
	End       time.Duration `json:"end_ns"`
	// Looks are the instants at which a rule was asked whether the phase may end, in order.
	Looks []time.Duration `json:"looks_ns,omitempty"`

	// Ending says why the window ended; empty while it is open.
	Ending Ending `json:"ending"`
	// Up is the number of agents that were started, Completed the number of pieces of
	// work completed in the window, Least that of the agent who completed least.
	Up        int `json:"agents_up"`
	Completed int `json:"completed"`
	Least     int `json:"least_completed"`
	// Straddling is the number of agents that began no request in the window, because
	// one from before it was open all through.
	Straddling int `json:"straddling"`
	// Clients holds the check of itself by each client that drove the load; empty if none
	// was made.
	Clients []Client `json:"clients,omitempty"`
	// Fault says why the client itself failed, so that the phase says nothing of the
	// system; empty if it did not. Rows may be [Local] besides.
	Fault string `json:"fault,omitempty"`
	// Reconnects counts keep-alive connections that the server had closed just as a
	// request was put on them.
	Reconnects int64 `json:"reconnects,omitempty"`
}

// An Ending says why a window ended.
type Ending string

// The endings of a window.
const (
	// Complete: it was long enough, and all minima were met.
	Complete Ending = "complete"
	// TimedOut: the time-out passed with minima unmet or agents straddling.
	TimedOut Ending = "timeout"
	// Dead: nothing succeeded in the attempts that are allowed.
	Dead Ending = "nothing succeeded"
	// Decided: a look ended it.
	Decided Ending = "decided"
	// Stopped: a request was void, or the client's own machine failed; see [Row.Void].
	Stopped Ending = "stopped"
	// Interrupted: the context was done.
	Interrupted Ending = "canceled"
)

// Window returns the length of the measured window; 0 when it did not begin.
func (h *Header) Window() time.Duration { return max(0, h.WindowEnd-h.Settled) }

// Within reports whether an instant is in the window: at its first instant or later, and
// before its last.
func (h *Header) Within(t time.Duration) bool { return t >= h.Settled && t < h.WindowEnd }

// Measured reports whether a request began in the window.
func (h *Header) Measured(r *Row) bool { return h.Within(r.Begun) }

// Message returns the message of a row's failure; empty without one.
func (p *Phase) Message(r *Row) string {
	if r.Message < 0 || int(r.Message) >= len(p.Messages) {
		return ""
	}
	return p.Messages[r.Message]
}
