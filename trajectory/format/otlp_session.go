package format

import (
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/trajectory"
)

// trajectories makes sessions of the spans.
func (p *otlpParser) trajectories() []*trajectory.Trajectory {
	slices.SortStableFunc(p.chats, func(a, b otlpSpan) int { return a.start.Compare(b.start) })
	if len(p.chats) == 0 {
		p.rd.note(trajectory.Finding{
			File: p.file, Turn: -1, Severity: trajectory.SeverityWarning, Rule: ruleNoCalls,
			Text: fmt.Sprintf("%d tool executions and %d other spans, but no model call: no span whose gen_ai.operation.name is chat", len(p.tools), p.others),
		})
	}
	tools := make(otlpTools)
	slices.SortStableFunc(p.tools, func(a, b otlpSpan) int { return a.start.Compare(b.start) })
	for _, tool := range p.tools {
		tools[tool.group] = append(tools[tool.group], tool)
	}
	next := following(p.chats)
	said := make(map[string]*otlpRecorded)
	shapes := make(map[string]*otlpSynthetic)
	var order []*otlpSynthetic
	var groups []*otlpRecorded
	for i, s := range p.chats {
		if s.turn.Context != nil {
			group := said[s.group]
			if group == nil {
				group = &otlpRecorded{chains: newChains(p.rd)}
				said[s.group], groups = group, append(groups, group)
			}
			c := group.add(s)
			tools.ran(&c.Turns[len(c.Turns)-1], s, next[i])
			continue
		}
		shape := shapes[s.group]
		if shape == nil {
			shape = &otlpSynthetic{chain: chain{Trajectory: &trajectory.Trajectory{ID: s.group, Source: s.file}}}
			shape.chat = &hashedChat{rd: p.rd, size: 64, scope: hashScope(s.group)}
			shapes[s.group] = shape
			order = append(order, shape)
		}
		shape.add(s)
		tools.ran(&shape.Turns[len(shape.Turns)-1], s, next[i])
	}
	var all []*trajectory.Trajectory
	for _, group := range groups {
		all = append(all, group.trajectories()...)
	}
	for _, shape := range order {
		p.rd.note(trajectory.Finding{
			File: shape.Source, Trajectory: shape.ID, Turn: -1, Severity: trajectory.SeverityWarning, Rule: "no-content",
			Text: "the spans have no messages: prompts are synthetic, and each is taken to begin with the one before it as far as it can",
		})
		all = append(all, shape.Trajectory)
	}
	return all
}

// otlpTools are the tool executions of each group, in order.
type otlpTools map[string][]otlpSpan

// ran adds the tools that ran after a call, before the next one of its group.
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

// following returns for each call the one of the same group that starts next, when
// it had ended.
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

// An otlpSaid is a group of calls with their messages: one session and, where calls
// overlap, more.
type otlpRecorded struct {
	*chains
}

// add adds a call. One that goes on with none but began when a session was at rest
// goes on with that: its context was compacted.
func (g *otlpRecorded) add(s otlpSpan) *chain {
	c := g.find(s.turn.Context, s.start)
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
	g.extend(c, s.turn, s.turn.Context, s.start)
	return c
}

// An otlpShape is a session of which nothing but numbers is known.
type otlpSynthetic struct {
	chain
	chat  *hashedChat
	epoch uint64
	ids   []uint64
}

// add adds a call whose prompt goes on with the one before, unless it is much
// shorter.
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
	turn.Context, _ = s.chat.next(s.ids, turn.PromptTokens, answer) // well-formed by construction
	turn.Origins.Text = trajectory.Synthetic
	s.append(turn, span.start)
	if n := len(s.Turns); n > 1 {
		// Whether a person or a tool was waited for is not known; agents wait for
		// tools.
		before := &s.Turns[n-2]
		setWait(before, (before.ToolDelay + before.HumanDelay).Seconds(), false, before.Origins.Delay)
	}
}
