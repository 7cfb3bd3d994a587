package trajectory

import "github.com/agentperf/agentperf-go/metrics"

// A Result is the outcome of one turn.
type Result struct {
	// Subagent is the ID of the subagent whose turn it is; empty for the
	// trajectory itself.
	Subagent string
	// Turn is the index of the turn in the trajectory or subagent.
	Turn int
	// Recorded is the recorded turn. It must not be modified.
	Recorded *Turn
	// Sender is the one that sent the turn.
	Sender Sender
	// Timing is the timing of the response.
	Timing metrics.Timing
	// MaxTokens is what the policy asked for, or the rest of it where the play begins in
	// the middle of an answer ([Schedule]). Forced is set if ignore_eos forced
	// that length, and no field of the policy replaced either.
	MaxTokens int
	Forced    bool
	// Err says why the turn failed; nil if it succeeded.
	Err error
	// Completed is set on the last turn of a trajectory, even if it failed.
	// Subagents that no turn waits for may still be running.
	Completed bool
}
