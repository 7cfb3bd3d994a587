package format

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// An atifParser reads the Agent Trajectory Interchange Format: one JSON object
// per session, whose prompts are assembled from its steps.
type atifParser struct {
	rd    *reader
	order []*atifSession
	byID  map[string]*atifSession
}

func newATIFParser(rd *reader) *atifParser {
	return &atifParser{rd: rd, byID: make(map[string]*atifSession)}
}

// An atifSession is a session, from a file of its own or embedded in another.
type atifSession struct {
	*trajectory.Trajectory
	refs  []atifRef
	taken bool // by a session that it is a subagent of
}

// An atifRef names a subagent, started after the given turn and joined by the
// next.
type atifRef struct {
	id    string
	after int
}

func (p *atifParser) read(name string, f *file) {
	data, ok := p.rd.document(name, f)
	if !ok {
		return
	}
	p.session(name, parse(data), "")
}

// session reads a session, and those embedded in it.
func (p *atifParser) session(name string, object gjson.Result, path string) {
	report := p.rd.at(name, 0)
	steps := object.Get("steps")
	if !steps.IsArray() {
		report(path+"steps", errors.New("missing or not an array"))
		return
	}
	id := object.Get("session_id").Str
	if other := object.Get("trajectory_id").Str; other != "" {
		id = other
	}
	if id == "" || len(id) > maxText {
		id = plainName(name)
	}
	a := &atifReader{sessionBuilder: p.rd.session(strings.Clone(id), name), seen: make(map[string]bool)}
	var err error
	if a.tools, err = p.rd.tools(object.Get("agent.tool_definitions")); err != nil {
		report(path+"agent.tool_definitions", err)
		return
	}
	i, bad := 0, false
	steps.ForEach(func(_, step gjson.Result) bool {
		if field, err := a.step(step); err != nil {
			report(fmt.Sprintf("%ssteps[%d]%s", path, i, field), err)
			bad = true
		}
		i++
		return !bad
	})
	if bad {
		return
	}
	if next := object.Get("continued_trajectory_ref").Str; next != "" {
		p.rd.note(trajectory.Finding{File: name, Trajectory: a.ID, Turn: -1, Severity: trajectory.SeverityInfo, Rule: "continued",
			Text: fmt.Sprintf("it continues in %s, which becomes a trajectory of its own", clip(next))})
	}
	if t := a.finish(); t != nil {
		a.checkTotals(object.Get("final_metrics"))
		s := &atifSession{Trajectory: t, refs: a.refs}
		p.order = append(p.order, s)
		p.byID[t.ID] = s
	}
	elements(object.Get("subagent_trajectories")).ForEach(func(key, sub gjson.Result) bool {
		p.session(name, sub, fmt.Sprintf("%ssubagent_trajectories[%d].", path, key.Int()))
		return true
	})
}

// trajectories puts subagents beside their parents.
func (p *atifParser) trajectories() []*trajectory.Trajectory {
	for _, s := range p.order {
		for _, ref := range s.refs {
			child := p.byID[ref.id]
			if child == nil || child.taken || child == s || contains(child.Trajectory, s.Trajectory) {
				p.rd.note(trajectory.Finding{File: s.Source, Trajectory: s.ID, Turn: ref.after, Severity: trajectory.SeverityWarning, Rule: "subagent-missing",
					Text: fmt.Sprintf("it starts subagent %q, which is in none of the files", clip(ref.id))})
				continue
			}
			child.taken = true
			sub := trajectory.Subagent{Trajectory: child.Trajectory, After: ref.after}
			if ref.after+1 < len(s.Turns) {
				sub.Join = ref.after + 1
			}
			s.Subagents = append(s.Subagents, sub)
		}
	}
	var all []*trajectory.Trajectory
	for _, s := range p.order {
		if !s.taken {
			all = append(all, s.Trajectory)
		}
	}
	return all
}

// checkTotals compares the totals of a session with the sums of its calls. They may be
// more, since some count subagents too.
func (a *atifReader) checkTotals(totals gjson.Result) {
	var in, out int
	for i := range a.Turns {
		in, out = in+a.Turns[i].PromptTokens, out+a.Turns[i].CompletionTokens
	}
	at := place{a.Source, 0, a.ID, -1}
	if n := totals.Get("total_prompt_tokens"); n.Int() > 0 && int(n.Int()) < in {
		a.rd.conflict(at, ruleTotal, "total_prompt_tokens of %d, and calls of %d", n.Int(), in)
	}
	if n := totals.Get("total_completion_tokens"); n.Int() > 0 && int(n.Int()) < out {
		a.rd.conflict(at, ruleTotal, "total_completion_tokens of %d, and calls of %d", n.Int(), out)
	}
}

// An atifReader reads the steps of one session.
type atifReader struct {
	*sessionBuilder
	refs  []atifRef
	seen  map[string]bool     // subagents
	start *trajectory.History // the context before the first answer
	last  time.Time           // time of the last answer
	typed time.Time           // time of the last user's step
}

// step reads one step. An error concerns the returned field.
func (a *atifReader) step(step gjson.Result) (field string, err error) {
	if !step.IsObject() {
		return "", fmt.Errorf("%s, expected an object", jsonType(step))
	}
	at, _ := instant(step.Get("timestamp"))
	message := step.Get("message")
	switch source := step.Get("source").Str; source {
	case "system":
		a.references(step.Get("observation.results"))
		if strings.Contains(strings.ToLower(message.Str), "summar") && step.Get("observation.results.#.subagent_trajectory_ref").Exists() && a.start != nil {
			// Agents that hand over to themselves start again from the task.
			a.context = a.start
			a.rd.note(trajectory.Finding{File: a.Source, Trajectory: a.ID, Turn: len(a.Turns), Severity: trajectory.SeverityInfo, Rule: "compaction",
				Text: "the context is compacted"})
			return "", nil
		}
		role := "user" // chat templates take a system message only at the front
		if a.context == nil {
			role = "system"
		}
		return ".message", a.say(role, message)
	case "user":
		a.typed = at
		return ".message", a.say("user", message)
	case "agent":
		return a.agent(step, at)
	default:
		return ".source", fmt.Errorf("%q, expected system, user or agent", clip(source))
	}
}

// agent reads the answer to one call, and the results of its tool calls.
func (a *atifReader) agent(step gjson.Result, at time.Time) (field string, err error) {
	if a.start == nil {
		a.start = a.context
	}
	copied := step.Get("is_copied_context").Bool()
	if !copied {
		if n := len(a.Turns); n > 0 && !a.typed.IsZero() && !a.last.IsZero() && a.typed.After(a.last) {
			a.Turns[n-1].HumanDelay, a.Turns[n-1].Origins.Delay = bounded(a.typed.Sub(a.last)), trajectory.Derived
		}
		a.typed, a.last = time.Time{}, at
		turn := a.turn(0)
		turn.PromptTokens = tokens(step.Get("metrics.prompt_tokens"))
		turn.OutputTokens = tokens(step.Get("metrics.completion_tokens"))
		turn.CompletionTokens = turn.OutputTokens
		metrics := step.Get("metrics")
		a.rd.check(place{a.Source, 0, a.ID, len(a.Turns) - 1}, counts{
			input: turn.PromptTokens, cached: tokens(metrics.Get("cached_tokens")), output: turn.OutputTokens, reasoning: tokens(metrics.Get("extra.reasoning_tokens")),
		})
	}
	var answer answer
	answer.text(flattenContent(step.Get("message")).text)
	if r := step.Get("reasoning_content"); r.Type == gjson.String {
		answer.reasoning(r.Raw)
	}
	results := step.Get("observation.results")
	// Some agents write tool calls into the text, and get the results as text.
	named := len(results.Array()) == 0
	elements(results).ForEach(func(_, r gjson.Result) bool {
		named = named || r.Get("source_call_id").Str != ""
		return !named
	})
	ids := make(map[string]bool)
	elements(step.Get("tool_calls")).ForEach(func(_, c gjson.Result) bool {
		id, name, args := c.Get("tool_call_id"), c.Get("function_name"), c.Get("arguments")
		if !named {
			answer.text(quoted(args.Raw))
			return true
		}
		answer.call(call{rawString(id), rawString(name), args.Raw})
		ids[id.Str] = true
		if !copied {
			turn := &a.Turns[len(a.Turns)-1]
			turn.ToolCalls = append(turn.ToolCalls, toolCallOf(id, name))
		}
		return true
	})
	if copied {
		err = a.add(answer.message(&a.buf))
	} else {
		err = a.reply(&answer, "")
	}
	if err != nil {
		return ".message", err
	}
	a.references(results)
	return ".observation", a.observe(step.Get("tool_calls"), results, ids)
}

// observe reads the results of the calls with the given IDs: one result for each
// call first, then all other observations.
func (a *atifReader) observe(calls, results gjson.Result, ids map[string]bool) (err error) {
	given := make(map[string]bool)
	var rest []gjson.Result
	elements(results).ForEach(func(_, r gjson.Result) bool {
		id, content := r.Get("source_call_id"), r.Get("content")
		switch {
		case ids[id.Str] && !given[id.Str]:
			given[id.Str] = true
			err = a.result(id.Raw, content)
		case id.Str != "" && !ids[id.Str]:
			err = fmt.Errorf("source_call_id is %q, expected the ID of a tool call in this step", clip(id.Str))
		case content.Exists() || !r.Get("subagent_trajectory_ref").Exists():
			rest = append(rest, content)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	elements(calls).ForEach(func(_, c gjson.Result) bool {
		if id := c.Get("tool_call_id"); ids[id.Str] && !given[id.Str] {
			given[id.Str] = true
			err = a.add(toolMessage(&a.buf, rawString(id), `"[no result was recorded]"`))
		}
		return err == nil
	})
	for _, content := range rest {
		if err == nil {
			err = a.say("user", content)
		}
	}
	return err
}

// references reads the subagents that results refer to.
func (a *atifReader) references(results gjson.Result) {
	elements(results).ForEach(func(_, r gjson.Result) bool {
		elements(r.Get("subagent_trajectory_ref")).ForEach(func(_, ref gjson.Result) bool {
			id := ref.Get("session_id").Str
			if other := ref.Get("trajectory_id").Str; other != "" {
				id = other
			}
			if id != "" && !a.seen[id] {
				a.seen[id] = true
				a.refs = append(a.refs, atifRef{strings.Clone(id), len(a.Turns) - 1})
			}
			return true
		})
		return true
	})
}
