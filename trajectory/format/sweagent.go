package format

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A sweParser reads the .traj files of SWE-agent: version 1 records the prompt of
// each step, older versions one history.
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

// sweSteps reads steps with their prompts.
func sweSteps(s *sessionBuilder, steps []gjson.Result) (field string, err error) {
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
			if err := plainMessage(s, m); err != nil {
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
// records the context after the step.
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
func sweTurn(s *sessionBuilder, step gjson.Result) {
	turn := s.turn(0)
	turn.OutputTokens = estimate(len(step.Get("response").Raw)+len(step.Get("tool_calls").Raw), otherChars)
	turn.Origins.Output = trajectory.Estimated
	if d := step.Get("execution_time"); d.Type == gjson.Number {
		turn.ToolDelay, turn.ToolDelayKnown = seconds(d.Num), true
	}
}

// sweHistory reads a history. Each answer in it is a step, demonstrations
// excepted.
func sweHistory(s *sessionBuilder, history gjson.Result, steps []gjson.Result) (field string, err error) {
	if !history.IsArray() {
		return "history", errors.New("missing or not an array")
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
		if err := plainMessage(s, m); err != nil {
			return fmt.Sprintf("history[%d]", i), err
		}
	}
	return "", nil
}
