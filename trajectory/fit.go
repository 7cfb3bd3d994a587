package trajectory

// A Fit says what had to go for a workload to fit a context window.
type Fit struct {
	// Dropped trajectories did not fit with their first turn; Cut ones lost
	// their later turns.
	Dropped, Cut int
	// Turns is the number of turns lost.
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
	return (t.Context.Size() + len(t.Tools) + cautious - 1) / cautious
}

// Fit returns the workload without the turns that need more than the policy's
// Window for the prompt and the answer, and without all that follows them in
// their trajectories. A Window of 0 fits everything.
func (w *Workload) Fit(policy Policy) (*Workload, Fit) {
	window := policy.Window
	policy.Window = 0
	fitted := &Workload{Name: w.Name, Source: w.Source}
	var f Fit
	for _, t := range w.Trajectories {
		n := len(t.Turns)
		for i := range t.Turns {
			answer, forced := policy.Limit(&t.Turns[i])
			if !forced {
				answer = min(answer, leastAnswer)
			}
			if window > 0 && t.Turns[i].PromptEstimate()+prefixTokens+answer > window {
				n = i
				break
			}
		}
		f.Turns += len(t.Turns) - n
		switch {
		case n == 0:
			f.Dropped++
			continue
		case n < len(t.Turns):
			f.Cut++
			short := *t
			short.Turns = t.Turns[:n:n]
			t = &short
		}
		fitted.Trajectories = append(fitted.Trajectories, t)
	}
	return fitted, f
}
