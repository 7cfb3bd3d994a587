package trajectory

import (
	"iter"
	"slices"

	"github.com/agentperf/agentperf-go/metrics"
)

// Stats are the statistics of a workload: what it asks of a system, and how good the
// recording is. A distribution without data has an N of 0 and is left out of the JSON.
type Stats struct {
	// Trajectories is the number of sessions, Subagents that of the threads they
	// start, and Requests that of the turns of both.
	Trajectories int `json:"trajectories"`
	Subagents    int `json:"subagents"`
	Requests     int `json:"requests"`
	// Turns is the number of turns in a trajectory, without its subagents.
	Turns Distribution `json:"turns_per_trajectory,omitzero"`
	// Input is the number of input tokens in a request, recorded or from
	// [Turn.PromptEstimate]. EstimatedInputs is the number of estimates, by a
	// reader or by PromptEstimate.
	Input           Distribution `json:"input_tokens_per_request,omitzero"`
	EstimatedInputs int          `json:"requests_with_estimated_input"`
	// FirstInput is Input for first turns only.
	FirstInput Distribution `json:"input_tokens_of_first_requests,omitzero"`
	// Output is the number of output tokens of a request, where recorded.
	Output Distribution `json:"output_tokens_per_request,omitzero"`
	// Growth is how many more input tokens a turn has than the one before it,
	// resets left out.
	Growth Distribution `json:"input_growth_tokens_per_step,omitzero"`
	// ToolDelay is the time after a turn that ran tools, where recorded;
	// UnknownToolDelays is the number of such turns without it. Some recordings
	// have the times but not the tools.
	ToolDelay         Distribution `json:"tool_delay_seconds,omitzero"`
	UnknownToolDelays int          `json:"turns_with_unknown_tool_delay"`
	// HumanDelay is how long the agent waited for a person, for turns after which
	// it did.
	HumanDelay Distribution `json:"human_delay_seconds,omitzero"`
	// ToolCalls is the number of tool calls, ToolTurns the number of turns with
	// any, and ParallelTurns the number of turns with several.
	ToolCalls     int `json:"tool_calls"`
	ToolTurns     int `json:"turns_with_tool_calls"`
	ParallelTurns int `json:"turns_with_parallel_tool_calls"`
	// Resets is the number of steps from a turn to the next that keep less than
	// 90 % of the bytes of tools and messages: a compaction, an edit near the
	// front, other tools.
	Resets int `json:"resets"`
	// PrefixReuse is the share of all input tokens that a cache of unlimited size
	// could reuse from earlier turns of the same session: a common prefix of
	// tools, whole messages and, in the next message, whole pages of 64 bytes or
	// whole blocks of synthetic text. SharedPrefixReuse adds what it could reuse
	// from the scaffolds of other trajectories, the tools and leading system
	// messages, and from the blocks that follow them there: the most that a cache
	// can gain in a replay with [PrefixAfterSystem] ([Workload.ShareBlocks]).
	// SessionReuse is what the recording allows: all that it could reuse from
	// earlier requests of whatever session, in the order of the trajectories, where
	// what is equal in synthetic text counts wherever messages begin and end. Tokens
	// are assumed to be spread evenly over the bytes of a request. All three are 0
	// without requests.
	PrefixReuse       float64 `json:"prefix_reuse_ratio"`
	SharedPrefixReuse float64 `json:"prefix_reuse_with_shared_scaffolds_ratio"`
	SessionReuse      float64 `json:"prefix_reuse_across_sessions_ratio"`
	// Scaffolds is the number of distinct scaffolds.
	Scaffolds int `json:"scaffolds"`
	// DistinctBytes is the size of the distinct messages and tools as JSON,
	// ContextBytes the size of those of all requests together.
	DistinctBytes int64 `json:"distinct_bytes"`
	ContextBytes  int64 `json:"context_bytes"`
	// Origins count turns by where their texts and numbers come from.
	Origins StatsOrigins `json:"origins"`
}

// A Distribution summarizes N values, all of which were kept. Percentiles are those of
// [metrics.Percentiles]. If N is 0, the other fields mean nothing.
type Distribution struct {
	N    int     `json:"n"`
	Mean float64 `json:"mean"`
	P25  float64 `json:"p25"`
	P50  float64 `json:"p50"`
	P75  float64 `json:"p75"`
	P95  float64 `json:"p95"`
	Max  float64 `json:"max"`
}

// Stats returns the statistics of the workload.
func (w *Workload) Stats() Stats { return CollectStats(slices.Values(w.Trajectories)) }

// CollectStats returns the statistics of trajectories, none of which it keeps. The turns
// of one trajectory must come from one [Store]. It takes time in proportion to the
// distinct content and the number of turns, and for each reset to the number of
// messages.
func CollectStats(trajectories iter.Seq[*Trajectory]) Stats {
	c := newCollector()
	for t := range trajectories {
		c.trajectory(t)
	}
	return c.stats()
}

// A collector gathers the values of Stats.
type collector struct {
	s                                                          Stats
	turns, input, first, output, growth, toolDelay, humanDelay metrics.Percentiles
	reusable, reusableShared, reusableAll, total               float64 // tokens
	reuse                                                      *reuse
	each                                                       func(t *Trajectory, turn *Turn, own, all int) // of bytes; nil for nobody
}

func newCollector() *collector {
	c := &collector{reuse: newReuse()}
	for _, p := range []*metrics.Percentiles{&c.turns, &c.input, &c.first, &c.output, &c.growth, &c.toolDelay, &c.humanDelay} {
		p.Exact = -1
	}
	return c
}

func (c *collector) trajectory(t *Trajectory) {
	c.s.Trajectories++
	c.turns.Record(float64(len(t.Turns)))
	c.reuse.begin()
	for thread := range t.All() {
		if thread != t {
			c.s.Subagents++
		}
		c.thread(thread)
	}
}

// thread adds the turns of a session or a subagent.
func (c *collector) thread(t *Trajectory) {
	c.s.Requests += len(t.Turns)
	for i := range t.Turns {
		turn := &t.Turns[i]
		input := float64(turn.PromptEstimate())
		c.input.Record(input)
		if i == 0 {
			c.first.Record(input)
		}
		if turn.PromptTokens == 0 || turn.Origins.Input == Estimated {
			c.s.EstimatedInputs++
		}
		if turn.OutputTokens > 0 {
			c.output.Record(float64(turn.OutputTokens))
		}
		if turn.HumanDelay > 0 {
			c.humanDelay.Record(turn.HumanDelay.Seconds())
		}
		c.s.Origins.add(turn, c.tools(t, i))
		c.prefix(t, turn, input)
		if i > 0 {
			c.step(&t.Turns[i-1], turn)
		}
	}
}

// prefix adds what a cache could reuse for a turn.
func (c *collector) prefix(t *Trajectory, turn *Turn, input float64) {
	own, shared, recorded := c.reuse.turn(turn)
	all := turnBytes(turn.Tools, turn.History)
	c.s.ContextBytes += int64(all)
	if c.each != nil {
		c.each(t, turn, own, all)
	}
	c.total += input
	if all > 0 {
		c.reusable += input * float64(own) / float64(all)
		c.reusableShared += input * float64(shared) / float64(all)
		c.reusableAll += input * float64(recorded) / float64(all)
	}
}

// step adds the change from one turn to the next.
func (c *collector) step(from, to *Turn) {
	if kept := keptBytes(from, to); 10*kept < 9*turnBytes(from.Tools, from.History) {
		c.s.Resets++
		return
	}
	c.growth.Record(float64(to.PromptEstimate() - from.PromptEstimate()))
}

// tools adds the tools that ran after turn i: those recorded, or else one for each
// result that the next turn adds. It reports whether any ran, or time was recorded for
// tools.
func (c *collector) tools(t *Trajectory, i int) bool {
	turn := &t.Turns[i]
	calls := len(turn.ToolCalls)
	if calls == 0 && i+1 < len(t.Turns) {
		next := t.Turns[i+1].History
		for kept := next.Shared(turn.History); next.Len() > kept; next = next.Front() {
			role := next.Last().Role()
			if role == "assistant" {
				break // results before it are older
			}
			if role == "tool" {
				calls++
			}
		}
	}
	if calls == 0 {
		if turn.ToolDelayKnown && turn.ToolDelay > 0 {
			c.toolDelay.Record(turn.ToolDelay.Seconds())
			return true
		}
		return false
	}
	c.s.ToolCalls += calls
	c.s.ToolTurns++
	if calls > 1 {
		c.s.ParallelTurns++
	}
	if turn.ToolDelayKnown {
		c.toolDelay.Record(turn.ToolDelay.Seconds())
	} else {
		c.s.UnknownToolDelays++
	}
	return true
}

func (c *collector) stats() Stats {
	s := c.s
	s.Turns, s.Input, s.FirstInput, s.Output = distribution(&c.turns), distribution(&c.input), distribution(&c.first), distribution(&c.output)
	s.Growth, s.ToolDelay, s.HumanDelay = distribution(&c.growth), distribution(&c.toolDelay), distribution(&c.humanDelay)
	if c.total > 0 {
		s.PrefixReuse, s.SharedPrefixReuse, s.SessionReuse = c.reusable/c.total, c.reusableShared/c.total, c.reusableAll/c.total
	}
	s.Scaffolds, s.DistinctBytes = len(c.reuse.scaffolds), c.reuse.distinct
	return s
}

func distribution(p *metrics.Percentiles) Distribution {
	d := Distribution{N: p.N()}
	d.Mean, _ = p.Mean()
	d.Max, _ = p.Max()
	for percent, v := range map[float64]*float64{25: &d.P25, 50: &d.P50, 75: &d.P75, 95: &d.P95} {
		*v, _ = p.At(percent)
	}
	return d
}
