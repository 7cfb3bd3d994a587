package format

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// An otlpParser reads spans as OTLP/JSON, one export on each line or one in all,
// with the attributes of OpenTelemetry's conventions for generative AI or of
// OpenInference. Spans with their messages form sessions by what they begin with;
// those without, which is how agents export by default, by the conversation or
// the trace, as shapes: growing prompts of synthetic text.
type otlpParser struct {
	rd     *reader
	chats  []otlpSpan
	tools  []otlpSpan
	others int // spans
	file   string
}

// An otlpSpan is a model call or a tool execution.
type otlpSpan struct {
	file         string
	group        string // the conversation or the trace
	start, end   time.Time
	turn         trajectory.Turn // Context is nil without content
	callID, name string
}

func newOTLPParser(rd *reader) *otlpParser { return &otlpParser{rd: rd} }

func (p *otlpParser) read(name string, f *file) {
	p.file = name
	head, _ := f.Peek(headSize)
	keys, _ := firstKeys(bytes.TrimSpace(trimBOM(head)))
	if keys.spread || keys.cut {
		// One object, laid out or too long to tell: of a file of lines the first
		// ends where it should.
		if data, ok := p.rd.documentOrLines(name, f); ok {
			for _, object := range data {
				p.export(name, object.line, object.value)
			}
		}
		return
	}
	p.rd.eachRecord(name, f, func(line int, object gjson.Result) { p.export(name, line, object) })
}

// export takes the spans of one export.
func (p *otlpParser) export(name string, line int, object gjson.Result) {
	i := 0
	object.Get("resourceSpans").ForEach(func(_, resource gjson.Result) bool {
		resource.Get("scopeSpans").ForEach(func(_, scope gjson.Result) bool {
			scope.Get("spans").ForEach(func(_, span gjson.Result) bool {
				if field, err := p.span(name, line, span); err != nil {
					p.rd.record(name, line)(fmt.Sprintf("spans[%d].%s", i, field), err)
				}
				i++
				return true
			})
			return true
		})
		return true
	})
}

// span takes one span.
func (p *otlpParser) span(name string, line int, span gjson.Result) (field string, err error) {
	attrs := otlpAttributes(span.Get("attributes"))
	operation := attrs["gen_ai.operation.name"].String()
	if operation == "" {
		operation, _, _ = strings.Cut(span.Get("name").Str, " ")
	}
	openInference := attrs["openinference.span.kind"].Str
	s := otlpSpan{file: name, group: attrs["gen_ai.conversation.id"].String()}
	if s.group == "" {
		s.group = attrs["session.id"].String()
	}
	if s.group == "" {
		s.group = span.Get("traceId").Str
	}
	if s.group == "" {
		s.group = plainName(name)
	}
	s.group = strings.Clone(s.group) // not to keep the line
	chat := operation == "chat" || operation == "generate_content" || operation == "text_completion" || openInference == "LLM"
	tool := operation == "execute_tool" || openInference == "TOOL"
	if !chat && !tool {
		p.others++
		return "", nil
	}
	if s.start, err = otlpTime(span.Get("startTimeUnixNano")); err != nil {
		return "startTimeUnixNano", err
	}
	if s.end, err = otlpTime(span.Get("endTimeUnixNano")); err != nil {
		return "endTimeUnixNano", err
	}
	switch {
	case chat && (attrs["error.type"].Str != "" || span.Get("status.code").String() == "2" || span.Get("status.code").Str == "STATUS_CODE_ERROR"):
		p.rd.find(trajectory.Finding{File: name, Line: line, Turn: -1, Severity: trajectory.Info, Rule: "failed-call", Text: "a call failed; left out"})
	case chat:
		s.turn.Line = line
		s.turn.ModelTime = bounded(s.end.Sub(s.start))
		s.turn.PromptTokens = otlpTokens(attrs, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
		s.turn.OutputTokens = otlpTokens(attrs, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion")
		s.turn.CompletionTokens = s.turn.OutputTokens
		s.turn.MaxOutputTokens = otlpTokens(attrs, "gen_ai.request.max_tokens")
		if field, err = p.content(&s.turn, attrs); err != nil {
			return field, err
		}
		p.chats = append(p.chats, s)
	default:
		call := toolCallOf(attrs["gen_ai.tool.call.id"], attrs["gen_ai.tool.name"])
		s.callID, s.name = call.ID, call.Name
		p.tools = append(p.tools, s)
	}
	return "", nil
}

// otlpAttributes returns attributes by key: values that are strings, numbers or
// whatever else, without what is around them.
func otlpAttributes(list gjson.Result) map[string]gjson.Result {
	attrs := make(map[string]gjson.Result)
	list.ForEach(func(_, a gjson.Result) bool {
		a.Get("value").ForEach(func(_, v gjson.Result) bool {
			attrs[a.Get("key").Str] = v
			return false
		})
		return true
	})
	return attrs
}

// otlpTime reads nanoseconds since 1970, which are strings.
func otlpTime(v gjson.Result) (time.Time, error) {
	n, err := strconv.ParseInt(v.String(), 10, 64)
	if err != nil || n < 0 {
		return time.Time{}, fmt.Errorf("%s, expected nanoseconds since 1970", clip(v.Raw))
	}
	return time.Unix(0, n), nil
}

// otlpTokens returns the first of the attributes that is there. Whole numbers are
// strings.
func otlpTokens(attrs map[string]gjson.Result, names ...string) int {
	for _, name := range names {
		if v, ok := attrs[name]; ok {
			if n, err := strconv.ParseFloat(v.String(), 64); err == nil && n >= 0 && n <= maxPrompt {
				return int(n)
			}
		}
	}
	return 0
}

// trajectories makes sessions of the spans.
func (p *otlpParser) trajectories() []*trajectory.Trajectory {
	slices.SortStableFunc(p.chats, func(a, b otlpSpan) int { return a.start.Compare(b.start) })
	if len(p.chats) == 0 {
		p.rd.find(trajectory.Finding{
			File: p.file, Turn: -1, Severity: trajectory.Warning, Rule: ruleNoCalls,
			Text: fmt.Sprintf("%d tool executions and %d other spans, but no model call: no span whose gen_ai.operation.name is chat", len(p.tools), p.others),
		})
	}
	tools := make(otlpTools)
	slices.SortStableFunc(p.tools, func(a, b otlpSpan) int { return a.start.Compare(b.start) })
	for _, tool := range p.tools {
		tools[tool.group] = append(tools[tool.group], tool)
	}
	next := following(p.chats)
	said := make(map[string]*otlpSaid)
	shapes := make(map[string]*otlpShape)
	var order []*otlpShape
	var groups []*otlpSaid
	for i, s := range p.chats {
		if s.turn.Context != nil {
			group := said[s.group]
			if group == nil {
				group = &otlpSaid{chains: newChains(p.rd)}
				said[s.group], groups = group, append(groups, group)
			}
			c := group.add(s)
			tools.ran(&c.Turns[len(c.Turns)-1], s, next[i])
			continue
		}
		shape := shapes[s.group]
		if shape == nil {
			shape = &otlpShape{chain: chain{Trajectory: &trajectory.Trajectory{ID: s.group, Source: s.file}}}
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
		p.rd.find(trajectory.Finding{
			File: shape.Source, Trajectory: shape.ID, Turn: -1, Severity: trajectory.Warning, Rule: "no-content",
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
type otlpSaid struct {
	*chains
}

// add adds a call. One that goes on with none but began when a session was at rest
// goes on with that: its context was compacted.
func (g *otlpSaid) add(s otlpSpan) *chain {
	c := g.find(s.turn.Context, s.start)
	for i := len(g.order) - 1; c == nil && i >= 0; i-- {
		if g.order[i].before(s.start) {
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
type otlpShape struct {
	chain
	chat  *hashedChat
	epoch uint64
	ids   []uint64
}

// add adds a call whose prompt goes on with the one before, unless it is much
// shorter.
func (s *otlpShape) add(span otlpSpan) {
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
