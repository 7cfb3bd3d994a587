// Package trajectory holds recorded agent sessions and replays them.
//
// A [Trajectory] is one session: a list of turns, each one model call with the
// complete context it was sent. Histories are persistent lists ([History]) whose
// messages are encoded once and shared, so that memory grows with the distinct
// content and never with turns times context length, which for coding sessions
// is some forty times as much.
//
// A [Replayer] plays a trajectory for one agent against a [Sender]: strictly in
// sequence, with the recorded history (what the system answers is timed and
// discarded), waiting the tool time between turns, subagents beside their
// parent. Bodies are lists of shared
// segments; the same seed gives byte-identical requests.
//
// A turn says of its text and numbers whether they were recorded, derived,
// estimated or made up ([Origins]); recordings without text have synthetic text of
// the recorded lengths and likeness ([Block]). [Lint] says what is wrong with a
// workload before a request of it is sent, [Stats] what kind of workload it is.
//
// Readers and writers for files are in package trajectory/format, made-up sessions
// in package trajectory/generate.
package trajectory

import (
	"encoding/json"
	"iter"
	"time"
)

// A Workload is a set of trajectories to replay.
type Workload struct {
	// Name and Source say what it is and where it came from, for reports.
	Name, Source string
	// Trajectories are immutable and shared by all agents.
	Trajectories []*Trajectory
	// Findings are what the reader of the files has to say about them.
	Findings []Finding
}

// A Trajectory is one recorded agent session. It is immutable once built.
type Trajectory struct {
	// ID is unique in the workload.
	ID string
	// Source is the file it was read from.
	Source string
	// ContextTokens is the context window that its largest request needs as
	// the recording states it, in tokens; 0 when it does not.
	ContextTokens int
	// Turns are the model calls in order; never empty.
	Turns []Turn
	// Subagents are the threads that it starts.
	Subagents []Subagent
}

// A Subagent is a thread of a session: a trajectory of its own that is replayed
// beside its parent, over a connection of its own.
type Subagent struct {
	// Trajectory is what the thread does. It may have subagents in turn.
	Trajectory *Trajectory
	// After is the turn of the parent after which the thread starts; -1 starts
	// it with the parent.
	After int
	// Delay is the time from the end of that turn to its first request.
	Delay time.Duration
	// Join is the turn of the parent that waits until the thread has ended, and
	// then for the delays of the turn before it; 0 when none does.
	Join int
}

// All iterates over the trajectory, its subagents, theirs, and so on.
func (t *Trajectory) All() iter.Seq[*Trajectory] {
	return func(yield func(*Trajectory) bool) { t.walk(yield) }
}

func (t *Trajectory) walk(yield func(*Trajectory) bool) bool {
	if !yield(t) {
		return false
	}
	for _, s := range t.Subagents {
		if !s.Trajectory.walk(yield) {
			return false
		}
	}
	return true
}

// Threads iterates over all trajectories of the workload and their subagents.
func (w *Workload) Threads() iter.Seq[*Trajectory] {
	return func(yield func(*Trajectory) bool) {
		for _, t := range w.Trajectories {
			if !t.walk(yield) {
				return
			}
		}
	}
}

// A Turn is one model call of a trajectory.
type Turn struct {
	// History is the complete message list of the request.
	History *History
	// Tools is the JSON array of tool definitions, nil for none.
	Tools json.RawMessage
	// OutputTokens is the length of the recorded answer in tokens, the target
	// of an exact replay; 0 when it was not recorded.
	OutputTokens int
	// MaxOutputTokens is the limit that the recorded request carried; 0 when
	// it was not recorded.
	MaxOutputTokens int
	// PromptTokens and CompletionTokens are the counts that the recorded
	// server reported; 0 when they were not recorded.
	PromptTokens, CompletionTokens int
	// ModelTime is how long the recorded call took; 0 when not recorded.
	ModelTime time.Duration
	// ToolDelay is the recorded time between the end of this turn and the
	// start of the next, spent on tools. Where the next turn waits for
	// subagents it is the time from the end of the last of them. It is
	// meaningful only when ToolDelayKnown is set, so that a recorded 0 differs
	// from no record.
	ToolDelay      time.Duration
	ToolDelayKnown bool
	// HumanDelay is the recorded time after this turn in which the agent waited
	// for a person; 0 when it did not.
	HumanDelay time.Duration
	// ToolCalls are the tools that ran after this turn, as recorded.
	ToolCalls []ToolCall
	// Origins say where the text and the numbers come from.
	Origins Origins
	// Line is where in [Trajectory.Source] the turn is recorded, from 1; 0 when
	// the file has no lines or nobody knows.
	Line int
}

// A ToolCall is one recorded tool execution. It is never executed.
type ToolCall struct {
	ID, Name string
	Duration time.Duration
}

// EndsInTools reports whether tools ran between turn i and the next one: tools
// were recorded, or the next turn brings a tool result.
func (t *Trajectory) EndsInTools(i int) bool {
	if len(t.Turns[i].ToolCalls) > 0 {
		return true
	}
	if i+1 >= len(t.Turns) {
		return false
	}
	next, kept := t.Turns[i+1].History, t.Turns[i+1].History.Shared(t.Turns[i].History)
	for ; next.Len() > kept; next = next.Front() {
		switch next.Last().Role() {
		case "tool":
			return true
		case "assistant":
			return false // results before it are older
		}
	}
	return false
}
