package trajectory

import (
	"errors"
	"fmt"
	"time"
)

// Bounds of what a workload may state. They are far above any recording, and keep
// nonsense from overflowing what is computed from it.
const (
	maxTokens = 100_000_000    // of a prompt, an answer or a context window
	maxTime   = 24 * time.Hour // of a call, a tool or a wait
)

// Validate reports everything that keeps the workload from being replayed or written,
// each with the trajectory's place in the workload, its ID and the turn. Workloads from
// readers and generators are valid; one put together by hand should be checked.
//
// A valid workload has at least one trajectory. Each trajectory, subagents included,
// has a unique ID and at least one turn, and appears once. Each turn has messages. A
// subagent starts after a turn of its parent, or with it (-1), and is joined by a later
// turn or by none (0). Token counts are from 0 to 100,000,000 and times from 0 to 24
// hours.
func (w *Workload) Validate() error {
	var errs []error
	for _, f := range w.faults() {
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}

// A fault is one thing that is wrong with a workload.
type fault struct {
	path string      // of the trajectory, such as Trajectories[3].Subagents[0]
	t    *Trajectory // nil where there is none
	turn int         // -1 when it is about no turn in particular
	rule string      // of its finding
	text string
}

func (f fault) Error() string {
	s := "trajectory: " + f.path
	if f.t != nil {
		s += fmt.Sprintf(" (%.60q)", f.t.ID)
	}
	if f.turn >= 0 {
		s += fmt.Sprintf(": turn %d", f.turn)
	}
	return s + ": " + f.text
}

// faults returns all faults, those of a trajectory before those of its subagents.
func (w *Workload) faults() []fault {
	if len(w.Trajectories) == 0 {
		return []fault{{path: "Workload", turn: -1, rule: "invalid", text: "no trajectories"}}
	}
	v := &validator{seen: make(map[*Trajectory]bool), ids: make(map[string]bool)}
	for i, t := range w.Trajectories {
		v.thread(fmt.Sprintf("Trajectories[%d]", i), t)
	}
	return v.faults
}

type validator struct {
	seen   map[*Trajectory]bool
	ids    map[string]bool
	faults []fault
}

func (v *validator) thread(path string, t *Trajectory) {
	add := func(turn int, rule, format string, args ...any) {
		v.faults = append(v.faults, fault{path, t, turn, rule, fmt.Sprintf(format, args...)})
	}
	switch {
	case t == nil:
		add(-1, "no-turns", "nil")
		return
	case v.seen[t]: // or below itself, without end
		add(-1, "invalid", "in the workload twice")
		return
	case t.ID == "":
		add(-1, "invalid", "no ID")
	case v.ids[t.ID]:
		add(-1, "invalid", "ID is not unique")
	}
	v.seen[t], v.ids[t.ID] = true, true
	if t.ContextTokens < 0 || t.ContextTokens > maxTokens {
		add(-1, "invalid", "context of %d tokens, expected 0 to %d", t.ContextTokens, maxTokens)
	}
	if len(t.Turns) == 0 {
		add(-1, "no-turns", "no turns")
	}
	for i := range t.Turns {
		if t.Turns[i].History.Len() == 0 {
			add(i, "no-messages", "no messages")
		}
		if text := t.Turns[i].outOfBounds(); text != "" {
			add(i, "invalid", "%s", text)
		}
	}
	for k, s := range t.Subagents {
		if s.After < -1 || s.After >= len(t.Turns) || s.Join >= len(t.Turns) || s.Join != 0 && s.Join <= s.After || s.Delay < 0 || s.Delay > maxTime {
			add(-1, "invalid", "subagent %d comes after turn %d of %d, is joined by %d and delayed by %v", k, s.After, len(t.Turns), s.Join, s.Delay)
		}
	}
	for k, s := range t.Subagents {
		v.thread(fmt.Sprintf("%s.Subagents[%d]", path, k), s.Trajectory)
	}
}

// outOfBounds says which number of a turn is nonsense; empty when none is.
func (t *Turn) outOfBounds() string {
	for _, n := range []int{t.OutputTokens, t.MaxOutputTokens, t.PromptTokens, t.CompletionTokens} {
		if n < 0 || n > maxTokens {
			return fmt.Sprintf("%d tokens, expected 0 to %d", n, maxTokens)
		}
	}
	times := []time.Duration{t.ModelTime, t.ToolDelay, t.HumanDelay}
	for _, c := range t.ToolCalls {
		times = append(times, c.Duration)
	}
	for _, d := range times {
		if d < 0 || d > maxTime {
			return fmt.Sprintf("duration of %v, expected 0 to %v", d, maxTime)
		}
	}
	return ""
}
