// Package trajectory holds recorded agent sessions and replays them.
//
// A [Trajectory] is one session: a list of turns, each one model call with the
// complete context it was sent. Contexts are persistent lists ([Context]) whose
// messages are encoded once and shared, so that memory grows with the distinct
// content and never with turns times context length, which for coding sessions
// is some forty times as much.
//
// A [Replayer] plays a trajectory for one agent against a [Sender]: strictly in
// sequence, with the recorded history (what the system answers is timed and
// discarded), waiting the tool time between turns. Bodies are lists of shared
// segments; the same seed gives byte-identical requests.
//
// Readers and writers for files are in package trajectory/format.
package trajectory

import (
	"encoding/json"
	"time"
)

// A Workload is a set of trajectories to replay.
type Workload struct {
	// Name and Source say what it is and where it came from, for reports.
	Name, Source string
	// Trajectories are immutable and shared by all agents.
	Trajectories []*Trajectory
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
}

// A Turn is one model call of a trajectory.
type Turn struct {
	// Context is the complete message list of the request.
	Context *Context
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
	// start of the next, spent on tools. It is meaningful only when
	// ToolDelayKnown is set, so that a recorded 0 differs from no record.
	ToolDelay      time.Duration
	ToolDelayKnown bool
	// HumanDelay is the recorded time after this turn in which the agent waited
	// for a person; 0 when it did not.
	HumanDelay time.Duration
	// ToolCalls are the tools that ran after this turn, as recorded.
	ToolCalls []ToolCall
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
	next, kept := t.Turns[i+1].Context, t.Turns[i+1].Context.Shared(t.Turns[i].Context)
	for ; next.Len() > kept; next = next.Front() {
		if next.Last().Role() == "tool" {
			return true
		}
	}
	return false
}
