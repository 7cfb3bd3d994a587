package format

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A sweParser reads the .traj files of SWE-agent: of version 1 with the prompt of
// each step, of older ones with one history.
type sweParser struct {
	rd  *reader
	all []*trajectory.Trajectory
}

func (p *sweParser) trajectories() []*trajectory.Trajectory { return p.all }

func (p *sweParser) read(name string, f *file) {
	data, ok := p.rd.document(name, f)
	if !ok {
		return
	}
	object, report := parse(data), p.rd.at(name, 0)
	steps := object.Get("trajectory").Array()
	s := p.rd.session(plainName(name), name)
	field, err := "trajectory", errors.New("missing or empty")
	if len(steps) > 0 {
		if steps[0].Get("query").IsArray() || steps[0].Get("messages").IsArray() {
			field, err = sweSteps(s, steps)
		} else {
			field, err = sweHistory(s, object.Get("history"), steps)
		}
	}
	if err != nil {
		report(field, err)
		return
	}
	if t := s.finish(); t != nil {
		p.all = append(p.all, t)
	}
}

// sweSteps reads steps that have their prompts.
func sweSteps(s *session, steps []gjson.Result) (field string, err error) {
	for i, step := range steps {
		list, name := step.Get("query"), "query"
		if !list.IsArray() {
			list, name = step.Get("messages"), "messages"
		}
		messages := list.Array()
		if name == "messages" {
			messages = withoutAnswer(messages, step.Get("response").Str)
		}
		s.context = nil
		for j, m := range messages {
			if err := sweMessage(s, m); err != nil {
				return fmt.Sprintf("trajectory[%d].%s[%d]", i, name, j), err
			}
		}
		if s.context == nil {
			return fmt.Sprintf("trajectory[%d].%s", i, name), errors.New("empty")
		}
		sweTurn(s, step)
	}
	return "", nil
}

// withoutAnswer returns the messages before the answer of a step: version 1.0
// writes down what the context was when the step was over.
func withoutAnswer(messages []gjson.Result, response string) []gjson.Result {
	for i := len(messages) - 1; i >= 0; i-- {
		m := messages[i]
		if m.Get("role").Str == "assistant" && !m.Get("is_demo").Bool() {
			if m.Get("content").Str == response || m.Get("thought").Str == response {
				return messages[:i]
			}
			break
		}
	}
	return messages
}

// sweTurn adds the turn of a step.
func sweTurn(s *session, step gjson.Result) {
	turn := s.turn(0)
	turn.OutputTokens = estimate(len(step.Get("response").Raw)+len(step.Get("tool_calls").Raw), otherChars)
	turn.Origins.Output = trajectory.Estimated
	if d := step.Get("execution_time"); d.Type == gjson.Number {
		turn.ToolDelay, turn.ToolDelayKnown = seconds(d.Num), true
	}
}

// sweHistory reads a history, in which each answer that is no demonstration is a
// step.
func sweHistory(s *session, history gjson.Result, steps []gjson.Result) (field string, err error) {
	if !history.IsArray() {
		return "history", errors.New("missing or no array")
	}
	n := 0
	for i, m := range history.Array() {
		if m.Get("role").Str == "assistant" && !m.Get("is_demo").Bool() {
			step := gjson.Result{}
			if n < len(steps) {
				step = steps[n]
			}
			sweTurn(s, step)
			s.Turns[n].OutputTokens = estimate(answerChars(m), otherChars)
			n++
		}
		if err := sweMessage(s, m); err != nil {
			return fmt.Sprintf("history[%d]", i), err
		}
	}
	return "", nil
}

// sweMessage adds a message without the tool's own notes on it.
func sweMessage(s *session, m gjson.Result) error {
	role := m.Get("role")
	switch role.Str {
	case "assistant":
		return s.add(plainAnswer(m, &s.buf))
	case "tool":
		id := m.Get("tool_call_id")
		if !id.Exists() {
			id = m.Get("tool_call_ids.0")
		}
		return s.result(orNull(id), m.Get("content"))
	case "system", "user":
		return s.say(role.Str, m.Get("content"))
	}
	return fmt.Errorf("role is %q, expected system, user, assistant or tool", clip(role.Str))
}

// plainAnswer returns an assistant's message with content and calls alone.
func plainAnswer(m gjson.Result, buf *[]byte) []byte {
	var a answer
	if content := m.Get("content"); content.Exists() {
		a.text(flattenContent(content).text)
	}
	m.Get("tool_calls").ForEach(func(_, c gjson.Result) bool {
		a.call(call{orNull(c.Get("id")), orNull(c.Get("function.name")), c.Get("function.arguments").Raw})
		return true
	})
	return a.message(buf)
}

// A miniParser reads the trajectories of mini-swe-agent: a list of messages, in
// newer versions with notes on each. The history is linear, so that the prompt of
// an answer is what is in front of it.
type miniParser struct {
	rd  *reader
	all []*trajectory.Trajectory
}

func (p *miniParser) trajectories() []*trajectory.Trajectory { return p.all }

func (p *miniParser) read(name string, f *file) {
	data, ok := p.rd.document(name, f)
	if !ok {
		return
	}
	object := parse(data)
	list, field := object.Get("messages"), "messages"
	if object.IsArray() {
		list, field = object, ""
	}
	if !list.IsArray() {
		p.rd.at(name, 0)("messages", errors.New("missing or no array"))
		return
	}
	s := p.rd.session(plainName(name), name)
	var before gjson.Result // the notes on the message in front
	for i, m := range list.Array() {
		if m.Get("role").Str == "exit" {
			continue // how it ended, and no message
		}
		if err := miniMessage(s, m, before); err != nil {
			p.rd.at(name, 0)(fmt.Sprintf("%s[%d]", field, i), err)
			return
		}
		before = m.Get("extra")
	}
	if t := s.finish(); t != nil {
		p.all = append(p.all, t)
	}
}

// miniMessage adds a message; in front of an answer comes a request.
func miniMessage(s *session, m, before gjson.Result) error {
	extra := m.Get("extra")
	at, known := instant(extra.Get("timestamp"))
	from, start := instant(before.Get("timestamp"))
	if m.Get("role").Str != "assistant" {
		if n := len(s.Turns); n > 0 && known && start && before.Get("response").Exists() {
			turn := &s.Turns[n-1]
			turn.ToolDelay, turn.ToolDelayKnown, turn.Origins.Delay = bounded(at.Sub(from)), true, trajectory.Derived
		}
		return sweMessage(s, m)
	}
	turn := s.turn(0)
	usage := extra.Get("response.usage")
	turn.PromptTokens, turn.OutputTokens = tokens(usage.Get("prompt_tokens")), tokens(usage.Get("completion_tokens"))
	turn.CompletionTokens = turn.OutputTokens
	if turn.OutputTokens == 0 {
		turn.OutputTokens, turn.Origins.Output = estimate(answerChars(m), otherChars), trajectory.Estimated
	}
	if known && start {
		turn.ModelTime = bounded(at.Sub(from))
	}
	return s.add(plainAnswer(m, &s.buf))
}
