package format

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A miniParser reads the trajectories of mini-swe-agent: a list of messages, in
// newer versions with notes on each. The history is linear: the prompt of an
// answer is everything before it.
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
		p.rd.at(name, 0)("messages", errors.New("missing or not an array"))
		return
	}
	s := p.rd.session(plainName(name), name)
	var before gjson.Result // the notes on the previous message
	for i, m := range list.Array() {
		if m.Get("role").Str == "exit" {
			continue // the result of the session, not a message
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

// miniMessage adds a message. An assistant's message makes a turn of what comes
// before it.
func miniMessage(s *sessionBuilder, m, before gjson.Result) error {
	extra := m.Get("extra")
	at, known := instant(extra.Get("timestamp"))
	from, start := instant(before.Get("timestamp"))
	if m.Get("role").Str != "assistant" {
		if n := len(s.Turns); n > 0 && known && start && before.Get("response").Exists() {
			turn := &s.Turns[n-1]
			turn.ToolDelay, turn.ToolDelayKnown, turn.Origins.Delay = bounded(at.Sub(from)), true, trajectory.Derived
		}
		return plainMessage(s, m)
	}
	turn := s.turn(0)
	usage := extra.Get("response.usage")
	turn.PromptTokens, turn.OutputTokens = tokens(usage.Get("prompt_tokens")), tokens(usage.Get("completion_tokens"))
	turn.CompletionTokens = turn.OutputTokens
	s.rd.check(place{s.Source, 0, s.ID, len(s.Turns) - 1}, chatCounts(usage))
	if turn.OutputTokens == 0 {
		turn.OutputTokens, turn.Origins.Output = estimate(answerChars(m), otherChars), trajectory.Estimated
	}
	if known && start {
		turn.ModelTime = bounded(at.Sub(from))
	}
	return s.add(plainAnswer(m, &s.buf))
}
