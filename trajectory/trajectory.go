// Package trajectory holds recorded agent sessions, replays them, and says what they
// ask of a system:
//
//	workload, err := format.Open("sessions/") // package trajectory/format
//	if err != nil {
//		return err
//	}
//	for _, finding := range trajectory.Lint(workload, policy) {
//		fmt.Println(finding)
//	}
//	fmt.Println(workload.Stats().Input.P50, "input tokens")
//
//	replayer := trajectory.NewReplayer(connect, policy, nil)
//	defer replayer.Close()
//	for play := range (trajectory.Schedule{Workload: workload, Seed: 1}).Plays(agent) {
//		for result := range replayer.Play(ctx, play) {
//			fmt.Println(result.Turn, result.Timing.E2E, result.Err)
//		}
//		if ctx.Err() != nil {
//			break // plays do not end by themselves
//		}
//	}
//
// A [Trajectory] is one session: a list of turns, each one model call with the
// complete history it was sent. Histories are persistent lists ([History]) whose
// messages are encoded once and shared, so that memory grows with the distinct
// content rather than with turns times history length, which for coding sessions is
// about forty times as much.
//
// A [Replayer] plays trajectories for one agent against a [Sender], strictly in
// sequence: it sends the recorded history, times and discards what the system
// answers, waits for as long as the tools took, and goes on. Subagents run beside
// their parent. Bodies are lists of shared segments, and the same seed gives
// byte-identical requests.
//
// Requests are chat completions or, by [Policy.API], Anthropic's Messages or OpenAI's
// Responses. Messages are chat messages, which each API has its way of saying
// ([Workload.Encode]); those that were recorded in the API that is used are sent as they
// were recorded ([Recording]).
//
// Agents begin early in their trajectories, or where they would stand at a random moment
// of the steady state ([Schedule], [Steady]), so that what is measured at once is what
// would be measured hours later.
//
// [Origins] say which of a turn's text and numbers were recorded, derived, estimated
// or made up. Recordings without text get synthetic text that has the recorded lengths
// and repeats itself where the recorded prompts did ([Block]). [Lint] reports what is
// wrong with a workload before any request is sent, [Workload.Validate] what keeps it
// from being replayed at all, and [Stats] what kind of workload it is.
//
// Package trajectory/format reads and writes files; package trajectory/generate makes
// sessions up.
package trajectory

import (
	"encoding/json"
	"iter"
	"time"
)

// A Workload is a set of trajectories to replay.
type Workload struct {
	// Name and Source appear in reports: what the workload is, and where it came
	// from.
	Name, Source string
	// Trajectories are immutable and shared by all agents.
	Trajectories []*Trajectory
	// Findings are what the reader of the files noticed.
	Findings []Finding
}

// A Trajectory is one recorded agent session. It is immutable once built.
type Trajectory struct {
	// ID is unique in the workload, subagents included.
	ID string
	// Source is the file it was read from.
	Source string
	// ContextTokens is the context window, in tokens, that its largest request
	// needs according to the recording; 0 if not recorded.
	ContextTokens int
	// Turns are the model calls in order, at least one.
	Turns []Turn
	// Subagents are the threads that it starts.
	Subagents []Subagent
}

// A Subagent is a thread of a session: a trajectory that is replayed beside its
// parent, over its own connection.
type Subagent struct {
	// Trajectory is what the thread does. It may have subagents too.
	Trajectory *Trajectory
	// After is the turn of the parent after which the thread starts; -1 means
	// that it starts with the parent.
	After int
	// Delay is the time from the end of that turn to the thread's first request.
	Delay time.Duration
	// Join is the turn of the parent that waits for the thread to end, and then
	// for the delays after the parent's turn before it; 0 if none waits.
	Join int
}

// All iterates over the trajectory and, depth first, all subagents below it.
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

// Threads iterates over the trajectories of the workload, each followed by all
// subagents below it.
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
	// CacheMarks are the messages of History that the recorded request marked for the
	// cache of the provider, by index, in order; -1 stands for the tools. Requests of
	// APIMessages have a mark on the last block of each that does not bring its own.
	CacheMarks []int
	// CacheTTL is how long what these marks name was to be kept, such as "1h"; empty if
	// that was not recorded.
	CacheTTL string
	// BillingLine is the line in front of the system prompt in which Claude Code states
	// its version and a hash; empty for none. It is no part of History. See
	// [Policy.BillingLine].
	BillingLine string
	// Tools is the JSON array of tool definitions, as chat completions have them; nil for
	// none.
	Tools json.RawMessage
	// RecordedTools is what Tools was recorded as; the zero value if no more than that.
	RecordedTools Recording
	// OutputTokens is the length of the recorded answer in tokens, which an exact
	// replay asks for; 0 if not recorded.
	OutputTokens int
	// MaxOutputTokens is the limit in the recorded request; 0 if not recorded.
	MaxOutputTokens int
	// PromptTokens and CompletionTokens are the counts reported by the recorded
	// server; 0 if not recorded.
	PromptTokens, CompletionTokens int
	// ModelTime is how long the recorded call took; 0 if not recorded.
	ModelTime time.Duration
	// ToolDelay is the recorded time from the end of this turn to the start of
	// the next, spent on tools. Where the next turn waits for subagents, it is the
	// time from the end of the last of them. It counts only if ToolDelayKnown is
	// set, which tells a recorded 0 from no record.
	ToolDelay      time.Duration
	ToolDelayKnown bool
	// HumanDelay is the recorded time that the agent waited for a person after
	// this turn; 0 if it did not wait.
	HumanDelay time.Duration
	// ToolCalls are the tools that ran after this turn, as recorded.
	ToolCalls []ToolCall
	// Origins say where the text and the numbers come from.
	Origins Origins
	// Line is the line of [Trajectory.Source] that records the turn, counted from
	// 1; 0 if unknown or the file has no lines.
	Line int
}

// A ToolCall is one recorded tool execution. It is never executed.
type ToolCall struct {
	ID, Name string
	Duration time.Duration
}

// EndsInTools reports whether tools ran between turn i and the next one: either tool
// calls were recorded, or the next turn adds a tool result.
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
