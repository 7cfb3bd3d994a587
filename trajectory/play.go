package trajectory

import "time"

// A Play is one agent's pass through one trajectory.
type Play struct {
	Trajectory *Trajectory
	// Start is the first turn to play. It is len(Trajectory.Turns) for a play of the
	// steady state in which only subagents are still running.
	Start int
	// Session identifies the play: the value of a session header.
	Session string
	// Prefix is the text that the policy puts in front of a message. It is unique
	// to the play, so that a server cannot reuse the cache of another play, and the
	// same in all turns, so that it can reuse the play's own. Empty adds nothing. Those of
	// [Schedule.Plays] have 24 to 64 tokens, and neither a wording nor a form that a
	// server could tell them by. How they are made is no secret, so that it may learn to.
	Prefix string

	seed     uint64    // of the tool delays
	below    bool      // set for a subagent's
	subagent string    // ID of the subagent
	standing *standing // nil for a thread that begins at Start, with all that follows
}

// Held returns the input tokens that the agent holds when the play begins, counted as by
// [Steady.Held]. Outside of the steady state that is the prompt of the first turn.
func (p *Play) Held() int {
	if p.standing != nil {
		return p.standing.total()
	}
	return p.Trajectory.Turns[p.Start].PromptEstimate()
}

// Whole reports whether the play begins at the very beginning of its trajectory, and so
// leaves nothing out.
func (p *Play) Whole() bool {
	if p.standing != nil {
		return p.standing.whole(p.Trajectory)
	}
	return p.Start == 0
}

// Wait returns how long after the beginning of the play its first request is sent, 0 but in the
// steady state, where agents may be met in a pause. The load of the system does not change it.
func (p *Play) Wait() time.Duration {
	if p.standing == nil {
		return 0
	}
	wait, _ := p.standing.first(p.Trajectory)
	return wait
}
