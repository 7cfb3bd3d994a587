package trajectory

import "slices"

// A Fit says what had to go for a workload to fit a context window.
type Fit struct {
	// Dropped trajectories and subagents did not fit with their first turn; Cut
	// ones lost their later turns.
	Dropped, Cut int
	// Turns is the number of turns lost, those of lost subagents included.
	Turns int
}

// cautious is the number of bytes of JSON taken for one token where no server
// counted: fewer than in prose or code, so that the estimate errs on the side
// of too many tokens.
const cautious = 3

const (
	// prefixTokens is what the prefix of a play takes of a window at most.
	prefixTokens = 64
	// leastAnswer is the room for an answer below which a turn that limits
	// itself to the window does not fit it.
	leastAnswer = 256
)

// PromptEstimate returns the input tokens of a turn: the recorded count, or an
// estimate of one token for every 3 bytes of JSON.
func (t *Turn) PromptEstimate() int {
	if t.PromptTokens > 0 {
		return t.PromptTokens
	}
	return (t.History.Size() + len(t.Tools) + cautious - 1) / cautious
}

// templateTokens is what a chat template adds to a message, or little more.
const templateTokens = 8

// promptAtMost returns what the prompt of a turn takes of a window with the
// prefix of its play. A count that was recorded holds for the messages as they
// were: synthetic text is as long, and each message around it takes some more.
func (t *Turn) promptAtMost() int {
	n := t.PromptEstimate() + prefixTokens
	if t.Origins.Text != Recorded && t.PromptTokens > 0 {
		n += templateTokens * t.History.Len()
	}
	return n
}

// Fit returns the workload without the turns that need more than the policy's
// Window for the prompt and the answer, and without all that follows them in
// their trajectories, subagents that they start included. A subagent that does
// not fit is cut likewise. A Window of 0 fits everything.
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

// trajectory returns what fits of a trajectory, nil for nothing.
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
