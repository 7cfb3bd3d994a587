package record

import (
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A Plan says what a phase is to be: who plays what, how turns become requests, and when the
// window may end. Plan and workload together determine every request. A Plan survives a round trip
// through JSON unchanged, so that another process can run the phase.
type Plan struct {
	// Run and Index name the phase, as in [Header].
	Run   string `json:"run"`
	Index int    `json:"phase_idx"`

	Shape

	// Seed and Draw determine who plays what, and Index the prefixes that keep plays from sharing
	// a cache. With Steady and a Pace that is not zero, agents begin where they stand at a random
	// moment of the steady state at that pace; otherwise in a turn from 0 to MaxStart. Assigned,
	// unless nil, lists the IDs of each agent's trajectories. See [trajectory.Schedule].
	Seed     uint64     `json:"seed,string"`
	Draw     int        `json:"draw"`
	Steady   bool       `json:"steady"`
	Pace     Pace       `json:"pace,omitzero"`
	MaxStart int        `json:"max_start"`
	Assigned [][]string `json:"assigned"`
	// Workload is the digest of what is replayed: the workload without what does not fit
	// Policy.Window.
	Workload string            `json:"workload_sha256"`
	Policy   trajectory.Policy `json:"policy"`

	// LookEvery is the time between the first calls of [Watch.Look]; 0 means no calls.
	LookEvery time.Duration `json:"look_every_ns"`
}

// A Shape says how long the parts of a phase are, and what must happen before its window may
// end.
type Shape struct {
	// Agents is the number of agents, 1 or more.
	Agents int `json:"agents"`
	// SpawnRate is the number of agents started per second; 0 starts all at once.
	SpawnRate float64 `json:"spawn_rate"`
	// Settle is the time from the start of the last agent to the window. FirstTokens is how
	// much longer the window waits, at most, while an agent that has begun its first request
	// has no token yet: the cache is cold, and what the others get then is no sample of the
	// steady state.
	Settle      time.Duration `json:"settle_ns"`
	FirstTokens time.Duration `json:"first_tokens_ns"`
	// Measure is the least length of the window.
	Measure time.Duration `json:"measure_ns"`
	// MinTotal and MinPerAgent are the pieces of work that must be completed in the
	// window, in all and by each agent, before it may end.
	MinTotal    int `json:"min_total"`
	MinPerAgent int `json:"min_per_agent"`
	// Fixed makes the window exactly Measure long and ends the load with it, whatever the
	// minima and whoever straddles. Requests open at its end are given Drain.
	Fixed bool `json:"fixed"`
	// Timeout ends the window this long after the start of the phase, with the minima
	// unmet; 0 means never.
	Timeout time.Duration `json:"timeout_ns"`
	// Patience bounds the wait for measured requests after the window; those still open
	// are then drained and cut. 0 means no bound.
	Patience time.Duration `json:"patience_ns"`
	// Drain is how long requests that are not measured may go on after the last
	// measured one has ended, before they are cut.
	Drain time.Duration `json:"drain_ns"`
	// GiveUp ends a phase in which nothing has succeeded once this many requests per
	// agent have failed, and every open request is of an agent with as many failures.
	// 0 means never.
	GiveUp int `json:"give_up"`
}

// Ramp returns the time from the start of the first agent to that of the last.
func (s Shape) Ramp() time.Duration { return s.Due(s.Agents - 1) }

// Due returns when an agent, counted from 0, starts after the first.
func (s Shape) Due(agent int) time.Duration {
	if s.SpawnRate <= 0 {
		return 0
	}
	return time.Duration(float64(agent) / s.SpawnRate * float64(time.Second))
}
