package format

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A claudeCall is a tool call of a thread.
type claudeCall struct {
	thread      *claudeThread
	turn, index int
	at, result  time.Time // result is zero if there is none
	next        int       // the turn after the result
	told        time.Time // when the session was told that what runs in the background is done
	toldNext    int       // the turn after that
	taken       bool      // by a subagent
}

func (c *claudeCall) name() string { return c.thread.turns[c.turn].ToolCalls[c.index].Name }

// linkWorkflow notes which workflow a tool result is about.
func (p *claudeParser) linkWorkflow(r claudeRecord, m *claudeMessage) {
	if !bytes.Contains(r.message, []byte("wf_")) && !bytes.Contains(r.result, []byte("wf_")) {
		return
	}
	for _, b := range m.blocks {
		c := p.calls[unquote(b.id)]
		if b.kind != "tool_result" || c == nil || !startsWorkflow(c.name()) {
			continue
		}
		for _, text := range [][]byte{b.contents, r.result} {
			for _, run := range runsIn(text) {
				if p.started[run] == "" {
					p.started[run] = unquote(b.id)
				}
			}
		}
	}
}

// trajectories puts subagents beside the calls that started them.
func (p *claudeParser) trajectories() []*trajectory.Trajectory {
	var all []*trajectory.Trajectory
	sessions := make(map[string]*trajectory.Trajectory)
	built := make(map[*claudeThread]*trajectory.Trajectory)
	for _, t := range p.order {
		p.rd.file = t.file
		t.flush()
		if len(t.turns) == 0 {
			if t.agent == "" && t.context != nil {
				p.note(t, 0, -1, trajectory.SeverityInfo, ruleNoCalls, "no model calls; left out")
			}
			continue
		}
		built[t] = t.trajectory()
		if t.agent == "" {
			sessions[t.session] = built[t]
			all = append(all, built[t])
		}
	}
	spawns := p.spawns()
	for _, t := range p.order {
		child := built[t]
		if child == nil || t.agent == "" {
			continue
		}
		if c := p.caller(t, spawns); c != nil && built[c.thread] != nil && !contains(child, built[c.thread]) {
			attachClaude(built[c.thread], c, child, t)
			continue
		}
		p.note(t, 0, -1, trajectory.SeverityWarning, "orphan", "the call that started this subagent is not in the log; it becomes a session of its own")
		all = append(all, child)
	}
	return all
}

func (t *claudeThread) trajectory() *trajectory.Trajectory {
	if t.stray > 0 {
		t.p.rd.mended(trajectory.Finding{File: t.file, Trajectory: t.id(), Turn: -1, Severity: trajectory.SeverityWarning, Rule: ruleStray},
			"%d tool results or parts of answers belong to no open call or answer; left out", t.stray)
	}
	if t.reused > 0 {
		t.p.note(t, 0, -1, trajectory.SeverityInfo, "same-answer-id", fmt.Sprintf("%d answers have the ID of the one before; what they answer, their request IDs and their token counts tell them apart", t.reused))
	}
	if t.repeated > 0 {
		t.p.note(t, 0, -1, trajectory.SeverityInfo, "repeated", fmt.Sprintf("%d parts of answers are recorded more than once; each counts once", t.repeated))
	}
	if t.lost > 0 {
		t.p.rd.mended(trajectory.Finding{File: t.file, Trajectory: t.id(), Turn: -1, Severity: trajectory.SeverityWarning, Rule: ruleNoResult},
			"%d tool calls have no result; a placeholder stands for each", t.lost)
	}
	if t.retried > 0 {
		t.p.note(t, 0, -1, trajectory.SeverityInfo, "retry", fmt.Sprintf("%d messages of the client's about failed calls are left out; the calls were load, but what was sent is not in the log", t.retried))
	}
	if t.compacting > 0 { // the length is unknown without the summary: 6,000 characters, an assumption
		t.turns[t.compacting-1].OutputTokens = estimate(6000, claudeChars)
		t.turns[t.compacting-1].Origins.Output = trajectory.Estimated
	}
	trj := &trajectory.Trajectory{ID: t.id(), Source: t.file, Turns: t.turns}
	for i := range t.turns {
		trj.ContextTokens = max(trj.ContextTokens, min(t.turns[i].PromptTokens+t.turns[i].OutputTokens, maxTokens))
	}
	return trj
}

// caller returns the call that started a subagent: the one in the log or, if
// there is none, the last call for a subagent before its first record.
func (p *claudeParser) caller(t *claudeThread, spawns map[string][]*claudeCall) *claudeCall {
	run := ""
	if t.agent != "" {
		run = workflowOf(t.file)
	}
	for _, id := range []string{p.links[t], p.started[t.agent], p.started[run]} {
		if c := p.calls[id]; c != nil && c.thread != t {
			c.taken = true
			return c
		}
	}
	list := spawns[t.session]
	n, _ := slices.BinarySearchFunc(list, t.first, startedBy)
	for i := n - 1; i >= 0; i-- {
		c := list[i]
		if c.thread == t || startsWorkflow(c.name()) != (run != "") || c.taken && run == "" {
			continue // a workflow has many agents, any other call one
		}
		c.taken = true
		return c
	}
	if run != "" {
		return running(spawns[anyCall+t.session], t)
	}
	return nil
}

// running returns the last of a session's calls, in order of time, that was running
// when a subagent began, nil if there is none.
func running(calls []*claudeCall, t *claudeThread) *claudeCall {
	n, _ := slices.BinarySearchFunc(calls, t.first, startedBy)
	for i := n - 1; i >= max(0, n-maxRunning); i-- {
		if calls[i].result.After(t.first) {
			return calls[i]
		}
	}
	return nil
}

// startedBy compares a call with a time, for a search of the calls made by then.
func startedBy(c *claudeCall, at time.Time) int {
	if c.at.After(at) {
		return 1
	}
	return -1
}

// anyCall precedes the session in the keys of all calls that are not a subagent's.
const anyCall = "\x00"

// spawns returns the calls for subagents of each session, in order of time, and
// likewise all calls.
func (p *claudeParser) spawns() map[string][]*claudeCall {
	all := make(map[string][]*claudeCall)
	for _, c := range p.calls {
		if name := c.name(); name == "Task" || name == "Agent" || startsWorkflow(name) {
			all[c.thread.session] = append(all[c.thread.session], c)
		}
		if key := anyCall + c.thread.session; c.thread.agent == "" {
			all[key] = append(all[key], c)
		}
	}
	for _, list := range all {
		slices.SortFunc(list, compareCalls)
	}
	return all
}

// compareCalls orders calls by time. Of calls at the same time the first in a turn
// comes last.
func compareCalls(a, b *claudeCall) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.thread.agent, b.thread.agent), cmp.Compare(b.turn, a.turn), cmp.Compare(b.index, a.index))
}

// attachClaude adds a subagent to the trajectory of its caller. The time that the
// caller waited for it is taken out of the recorded delay, since a replay waits
// for the subagent itself.
func attachClaude(parent *trajectory.Trajectory, c *claudeCall, child *trajectory.Trajectory, t *claudeThread) {
	caller := c.thread
	s := trajectory.Subagent{Trajectory: child, After: c.turn, Delay: bounded(t.starts[0].Sub(caller.ends[c.turn]))}
	end := t.ends[len(t.ends)-1]
	// A call that returned more than a second before the subagent ended was for a
	// subagent in the background. The session may be told of its end later.
	done, next := c.result, c.next
	if end.After(done.Add(time.Second)) {
		done, next = c.told, c.toldNext
	}
	if !done.IsZero() && next > c.turn && next < len(parent.Turns) && !end.After(done.Add(time.Second)) {
		s.Join = next
		before := &parent.Turns[next-1]
		if rest := bounded(caller.starts[next].Sub(end)); before.HumanDelay == 0 && rest < before.ToolDelay {
			before.ToolDelay = rest
		}
	}
	parent.Subagents = append(parent.Subagents, s)
}
