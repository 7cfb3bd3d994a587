package trajectory

import "slices"

// A Fit says what was removed to make a workload fit a context window.
type Fit struct {
	// Dropped is the number of trajectories and subagents whose first turn did not
	// fit, Cut the number that lost later turns.
	Dropped, Cut int
	// Turns is the number of turns removed, with those of removed subagents.
	Turns int
}

// cautious is the number of bytes of JSON counted as one token where no server counted.
// Prose and code have more, so the estimate errs on the side of too many tokens.
const cautious = 3

const (
	// prefixTokens is the most that the prefix of a play takes of the window: as
	// much as the 32 digits and the sentence of AA's local benchmark.
	prefixTokens = 64
	// leastAnswer is the room, in tokens, that an answer of open length must have
	// for its turn to fit.
	leastAnswer = 256
)

// PromptEstimate returns the input tokens of a turn: the recorded count, or else one
// token for every 3 bytes of JSON.
func (t *Turn) PromptEstimate() int {
	if t.PromptTokens > 0 {
		return t.PromptTokens
	}
	return (t.History.Size() + len(t.Tools) + cautious - 1) / cautious
}

// templateTokens is about what a chat template adds to a message, rounded up.
const templateTokens = 8

// promptAtMost returns the most that the prompt of a turn, with the prefix of its play,
// takes of a window. A recorded count is for the recorded messages: synthetic text is as
// long, but each message around it adds to that.
func (t *Turn) promptAtMost() int {
	n := t.PromptEstimate() + prefixTokens
	if t.Origins.Text != Recorded && t.PromptTokens > 0 {
		n += templateTokens * t.History.Len()
	}
	return n
}

// Fit returns the workload without the turns whose prompt and answer need more than
// the policy's Window, and without what follows them in their trajectories, subagents
// started there included. Subagents are cut in the same way. With a Window of 0
// everything fits.
func (w *Workload) Fit(policy Policy) (*Workload, Fit) {
	fitted := &Workload{Name: w.Name, Source: w.Source, Findings: w.Findings}
	var f Fit
	for _, t := range w.Trajectories {
		if t = f.trajectory(t, policy); t != nil {
			fitted.Trajectories = append(fitted.Trajectories, t)
		}
	}
	return fitted, f
}

// trajectory returns the part of a trajectory that fits, nil if none does.
func (f *Fit) trajectory(t *Trajectory, policy Policy) *Trajectory {
	n := len(t.Turns)
	for i := range t.Turns {
		if !policy.fits(&t.Turns[i]) {
			n = i
			break
		}
	}
	if n == 0 {
		f.Dropped++
		for lost := range t.All() {
			f.Turns += len(lost.Turns)
		}
		return nil
	}
	f.Turns += len(t.Turns) - n
	short := *t
	short.Subagents = nil
	for _, s := range t.Subagents {
		if s.After >= n {
			for lost := range s.Trajectory.All() {
				f.Turns += len(lost.Turns)
			}
			continue
		}
		if s.Trajectory = f.trajectory(s.Trajectory, policy); s.Trajectory != nil {
			short.Subagents = append(short.Subagents, s)
		}
	}
	if n == len(t.Turns) && equalSubagents(short.Subagents, t.Subagents) {
		return t
	}
	if n < len(t.Turns) {
		f.Cut++
		short.Turns = t.Turns[:n:n]
	}
	return &short
}

func equalSubagents(a, b []Subagent) bool {
	return slices.EqualFunc(a, b, func(a, b Subagent) bool { return a.Trajectory == b.Trajectory })
}

// fits reports whether a turn and its answer fit the window.
func (p Policy) fits(t *Turn) bool {
	window := p.Window
	p.Window = 0
	answer, forced := p.Limit(t)
	if !forced {
		answer = min(answer, leastAnswer)
	}
	return window <= 0 || t.promptAtMost()+answer <= window
}
