package format

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A traceLabParser reads the rounds of TraceLab: for each model call its tokens, and the
// times of what came in, of the answer and of the tools. There is no text, and nothing
// tells which parts of prompts are equal: each is taken to begin with the one before it.
type traceLabParser struct {
	rd       *reader
	sessions map[string]*traceLabSession
	order    []*traceLabSession
}

type traceLabSession struct {
	otlpSynthetic
	rounds []traceLabRound
}

// A traceLabRound is one call. Times are zero if absent.
type traceLabRound struct {
	index         int
	span          otlpSpan
	end           time.Time
	typed, result time.Time // when a person last wrote before it, and when the last result came
}

func newTraceLabParser(rd *reader) *traceLabParser {
	return &traceLabParser{rd: rd, sessions: make(map[string]*traceLabSession)}
}

func (p *traceLabParser) read(name string, f *file) {
	p.rd.eachRecord(name, f, func(line int, object gjson.Result) {
		bad := false
		report := p.rd.atRecord(name, line)
		known := []string{"session_id", "round_index", "input_tokens_total", "prefix_tokens", "newly_append_tokens", "output_tokens", "reasoning_output_tokens", "timing_events", "tools"}
		f := newFields(object, "", known, func(field string, err error) {
			bad = true
			report(field, err)
		})
		id := f.need("session_id")
		r := traceLabRound{span: otlpSpan{file: name, group: id}}
		r.index, _ = f.count("round_index", 0, maxCount)
		turn := &r.span.turn
		turn.Line = line
		turn.PromptTokens, _ = f.count("input_tokens_total", 0, maxPrompt)
		turn.OutputTokens, _ = f.count("output_tokens", 0, maxPrompt)
		turn.CompletionTokens = turn.OutputTokens
		prefix, _ := f.count("prefix_tokens", 0, maxPrompt)
		added, _ := f.count("newly_append_tokens", 0, maxPrompt)
		reasoning, _ := f.count("reasoning_output_tokens", 0, maxPrompt)
		r.times(f)
		f.objects("tools", func(_ int, tool gjson.Result) {
			call := toolCallOf(tool.Get("tool_call_id"), tool.Get("tool_name"))
			call.Duration = seconds(tool.Get("tool_wall_latency_ms").Num / 1000)
			turn.ToolCalls = append(turn.ToolCalls, call)
		})
		if bad {
			return
		}
		at := place{name, line, id, -1}
		p.rd.check(at, counts{input: turn.PromptTokens, output: turn.OutputTokens, reasoning: reasoning})
		if sum := prefix + added; sum > 0 && sum != turn.PromptTokens {
			p.rd.conflict(at, ruleTotal, "input_tokens_total of %d, and parts of %d", turn.PromptTokens, sum)
		}
		s := p.sessions[id]
		if s == nil {
			s = &traceLabSession{}
			s.Trajectory = &trajectory.Trajectory{ID: id, Source: name}
			s.chat = &hashedChat{rd: p.rd, size: 64, scope: hashScope(id)}
			p.sessions[id], p.order = s, append(p.order, s)
		}
		s.rounds = append(s.rounds, r)
	})
}

// times reads the times of what came in and of what was answered.
func (r *traceLabRound) times(f fields) {
	f.objects("timing_events", func(_ int, event gjson.Result) {
		at, ok := instant(event.Get("timestamp"))
		if !ok {
			return
		}
		later := func(t *time.Time) {
			if at.After(*t) {
				*t = at
			}
		}
		switch event.Get("event_type").Str {
		case "user_message":
			later(&r.typed)
			later(&r.span.start)
		case "tool_result":
			later(&r.result)
			later(&r.span.start)
		case "reasoning", "text", "tool_call":
			later(&r.end)
		}
	})
	if !r.span.start.IsZero() && !r.end.IsZero() {
		r.span.turn.ModelTime = bounded(r.end.Sub(r.span.start))
	}
}

func (p *traceLabParser) trajectories() []*trajectory.Trajectory {
	var all []*trajectory.Trajectory
	for _, s := range p.order {
		slices.SortStableFunc(s.rounds, func(a, b traceLabRound) int { return cmp.Compare(a.index, b.index) })
		for i, r := range s.rounds {
			s.add(r.span)
			if i == 0 || s.rounds[i-1].end.IsZero() || r.span.start.IsZero() {
				continue
			}
			before := &s.Turns[i-1]
			tool, human := splitWait(s.rounds[i-1].end, r.result, r.typed, r.span.start)
			before.ToolDelay, before.ToolDelayKnown, before.HumanDelay = bounded(tool), true, bounded(human)
			before.Origins.Delay = trajectory.Derived
		}
		p.rd.note(trajectory.Finding{File: s.Source, Trajectory: s.ID, Turn: -1, Severity: trajectory.SeverityWarning, Rule: "no-content",
			Text: "the format has no text: prompts are synthetic, and each is taken to begin with the one before it as far as it can"})
		all = append(all, s.Trajectory)
	}
	return all
}
