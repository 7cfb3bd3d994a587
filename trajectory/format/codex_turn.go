package format

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// settle adds a placeholder for each result that never came.
func (c *codexFile) settle() {
	for _, id := range c.owed {
		c.rd.mendedHere(ruleNoResult, "a tool call has no result; a placeholder stands for it, here and in the rest of the file")
		c.add(toolMessage(&c.buf, id, `"[no result was recorded]"`))
	}
	c.owed = nil
}

// returned sets the duration of a call, and notes which subagent it started or
// waited for.
func (c *codexFile) returned(id string, output gjson.Result, at time.Time) {
	call, ok := c.calls[id]
	if !ok {
		return
	}
	c.Turns[call.turn].ToolCalls[call.index].Duration = bounded(at.Sub(call.at))
	switch call.name {
	case "spawn_agent":
		if agent := gjson.Get(output.Str, "agent_id").Str; agent != "" {
			c.spawned[strings.Clone(agent)] = call.turn
		}
	case "wait_agent", "wait":
		for agent := range c.spawned {
			if strings.Contains(call.args, agent) && strings.Contains(output.Str, "completed") {
				c.waited[agent] = call.turn
			}
		}
	}
}

// open returns the answer being read, a new one at the start of a turn.
func (c *codexFile) open(at time.Time, line int, own bool) *answer {
	if c.answer != nil && c.own != own {
		c.close()
	}
	if c.answer == nil {
		c.settle()
		c.answer, c.own = new(answer), own
		if own {
			c.start(at, line)
		}
	}
	if own && at.After(c.ends[len(c.ends)-1]) {
		c.ends[len(c.ends)-1] = at
	}
	return c.answer
}

// start adds a turn, and sets the wait after the turn before it.
func (c *codexFile) start(at time.Time, line int) {
	due := c.trigger
	if due.IsZero() || due.After(at) {
		due = at
	}
	c.turn(line)
	c.fork.begun = append(c.fork.begun, len(c.fork.items)-1)
	if n := len(c.Turns); n > 1 && !at.IsZero() && !c.ends[n-2].IsZero() {
		before, end := &c.Turns[n-2], c.ends[n-2]
		tool, human := splitWait(end, c.done, c.typed, due)
		before.ToolDelay, before.ToolDelayKnown, before.HumanDelay = bounded(tool), true, bounded(human)
		before.Origins.Delay = trajectory.Derived
	}
	c.starts, c.ends = append(c.starts, due), append(c.ends, at)
	c.typed, c.done = time.Time{}, time.Time{}
}

// close ends the answer being read.
func (c *codexFile) close() {
	if c.answer == nil {
		return
	}
	a := c.answer
	c.answer = nil
	if n := len(c.Turns); c.own {
		turn := &c.Turns[n-1]
		turn.ModelTime = bounded(c.ends[n-1].Sub(c.starts[n-1]))
		c.reply(a, trajectory.APIResponses)
		return
	}
	c.addRecorded(a.message(&c.buf), a.recorded(trajectory.APIResponses))
}

// usage reads the token counts of the last turn. Events are sometimes repeated: a
// repetition does not change the total. A smaller total is one that was counted anew,
// after the program was started again.
func (c *codexFile) usage(info gjson.Result) {
	n := len(c.Turns)
	total := info.Get("total_token_usage.total_tokens").Num
	if n == 0 || !info.IsObject() || total > 0 && total == c.total {
		return
	}
	c.total = total
	turn, last := &c.Turns[n-1], info.Get("last_token_usage")
	if turn.PromptTokens == 0 {
		turn.PromptTokens = tokens(last.Get("input_tokens"))
	}
	c.rd.check(place{c.file, turn.Line, c.ID, n - 1}, counts{
		input: tokens(last.Get("input_tokens")), cached: tokens(last.Get("cached_input_tokens")), output: tokens(last.Get("output_tokens")),
		reasoning: tokens(last.Get("reasoning_output_tokens")), total: tokens(last.Get("total_tokens")),
	})
	if out := tokens(last.Get("output_tokens")); out > 0 && turn.CompletionTokens == 0 {
		turn.OutputTokens, turn.CompletionTokens, turn.Origins.Output = out, out, trajectory.Recorded
	}
}
