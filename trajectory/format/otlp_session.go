package format

import (
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// trajectories groups the spans into sessions.
func (p *otlpParser) trajectories() []*trajectory.Trajectory {
	p.addLogs()
	p.dropOuter()
	p.addCached()
	slices.SortStableFunc(p.chats, func(a, b otlpSpan) int { return a.start.Compare(b.start) })
	if len(p.chats) == 0 {
		p.rd.note(trajectory.Finding{
			File: p.file, Turn: -1, Severity: trajectory.SeverityWarning, Rule: ruleNoCalls,
			Text: fmt.Sprintf("%d tool executions and %d other spans, but no model call: no span whose gen_ai.operation.name is chat, or that has a model and output tokens", len(p.tools), p.others),
		})
	}
	tools := make(otlpTools)
	slices.SortStableFunc(p.tools, func(a, b otlpSpan) int { return a.start.Compare(b.start) })
	for _, tool := range p.tools {
		tools[tool.group] = append(tools[tool.group], tool)
	}
	next := following(p.chats)
	recorded := make(map[string]*otlpRecorded)
	synthetic := make(map[string]*otlpSynthetic)
	var order []*otlpSynthetic
	var groups []*otlpRecorded
	for i, s := range p.chats {
		if s.turn.History != nil {
			group := recorded[s.group]
			if group == nil {
				group = &otlpRecorded{chains: newChains(p.rd)}
				recorded[s.group], groups = group, append(groups, group)
			}
			c := group.add(s)
			tools.ran(&c.Turns[len(c.Turns)-1], s, next[i])
			continue
		}
		session := synthetic[s.group]
		if session == nil {
			session = &otlpSynthetic{chain: chain{Trajectory: &trajectory.Trajectory{ID: s.group, Source: s.file}}}
			session.chat = &hashedChat{rd: p.rd, size: 64, scope: hashScope(s.group)}
			synthetic[s.group] = session
			order = append(order, session)
		}
		session.add(s)
		tools.ran(&session.Turns[len(session.Turns)-1], s, next[i])
	}
	var all []*trajectory.Trajectory
	if p.cut > 0 {
		p.rd.note(trajectory.Finding{File: p.file, Turn: -1, Severity: trajectory.SeverityWarning, Rule: "cut",
			Text: fmt.Sprintf("the messages of %d calls are not whole JSON, as exporters leave them that limit the length of attributes", p.cut)})
	}
	for _, group := range groups {
		all = append(all, group.trajectories()...)
	}
	for _, session := range order {
		text := "the spans have no messages"
		if p.cut > 0 {
			text = "the spans have no messages that are whole"
		}
		p.rd.note(trajectory.Finding{
			File: session.Source, Trajectory: session.ID, Turn: -1, Severity: trajectory.SeverityWarning, Rule: "no-content",
			Text: text + ": prompts are synthetic, and each is taken to begin with the one before it as far as it can",
		})
		all = append(all, session.Trajectory)
	}
	return all
}

// otlpTools are the tool executions of each group, in order.
type otlpTools map[string][]otlpSpan

// ran adds to a turn the tools that ran after it and before the next call of its
// group.
func (tools otlpTools) ran(turn *trajectory.Turn, s, next otlpSpan) {
	list := tools[s.group]
	n, _ := slices.BinarySearchFunc(list, s.end, func(tool otlpSpan, end time.Time) int { return tool.start.Compare(end) })
	for _, tool := range list[n:] {
		if !next.start.IsZero() && !tool.start.Before(next.start) {
			break
		}
		turn.ToolCalls = append(turn.ToolCalls, trajectory.ToolCall{ID: tool.callID, Name: tool.name, Duration: bounded(tool.end.Sub(tool.start))})
	}
}

// following returns for each call the first one of its group that starts after it
// ended, the zero span if there is none.
func following(calls []otlpSpan) []otlpSpan {
	next := make([]otlpSpan, len(calls))
	later := make(map[string][]otlpSpan) // of each group, the last first
	for i := len(calls) - 1; i >= 0; i-- {
		c := calls[i]
		list := later[c.group]
		n, _ := slices.BinarySearchFunc(list, c.end, func(l otlpSpan, end time.Time) int { return end.Compare(l.start) })
		for n < len(list) && !list[n].start.Before(c.end) {
			n++
		}
		if n > 0 {
			next[i] = list[n-1]
		}
		later[c.group] = append(list, c)
	}
	return next
}

// An otlpRecorded is a group of calls with their messages: one session, or
// several if calls overlap.
type otlpRecorded struct {
	*chains
}

// add adds a call. A call that continues no session, but began when one was idle,
// continues that one: its context was compacted.
func (g *otlpRecorded) add(s otlpSpan) *chain {
	c := g.find(s.turn.History, s.start)
	for i := len(g.order) - 1; c == nil && i >= 0; i-- {
		if g.order[i].idleAt(s.start) {
			c = g.order[i]
		}
	}
	if c == nil {
		name := s.group
		if n := len(g.order); n > 0 {
			name = fmt.Sprintf("%s/%d", s.group, n+1)
		}
		c = &chain{Trajectory: &trajectory.Trajectory{ID: name, Source: s.file}}
		g.order = append(g.order, c)
	}
	g.extend(c, s.turn, s.turn.History, s.start)
	return c
}

// An otlpSynthetic is a session of calls without messages, of which only the
// numbers are known.
type otlpSynthetic struct {
	chain
	chat  *hashedChat
	epoch uint64
	ids   []uint64
}

// add adds a call. Its prompt extends the previous one, unless it is more than 10
// % shorter: then the context was compacted.
func (s *otlpSynthetic) add(span otlpSpan) {
	turn := span.turn
	if turn.PromptTokens == 0 {
		turn.PromptTokens = 1
	}
	answer := 0
	if n := len(s.Turns); n > 0 {
		answer = s.Turns[n-1].OutputTokens
		if 10*turn.PromptTokens < 9*s.Turns[n-1].PromptTokens {
			s.epoch++
			s.ids = s.ids[:0]
		}
	}
	blocks := turn.PromptTokens / s.chat.size
	s.ids = s.ids[:min(len(s.ids), blocks)]
	for len(s.ids) < blocks {
		s.ids = append(s.ids, s.epoch<<32|uint64(len(s.ids)))
	}
	turn.History, _ = s.chat.next(s.ids, turn.PromptTokens, answer) // cannot fail: the blocks are within bounds
	turn.Origins.Text = trajectory.Synthetic
	s.append(turn, span.start)
	if n := len(s.Turns); n > 1 {
		// Spans do not tell a person's wait from a tool's; agents mostly wait for
		// tools.
		before := &s.Turns[n-2]
		setWait(before, (before.ToolDelay + before.HumanDelay).Seconds(), false, before.Origins.Delay)
	}
}
