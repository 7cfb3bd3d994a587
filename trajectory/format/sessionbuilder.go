package format

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A sessionBuilder builds the trajectory of one session from its messages.
type sessionBuilder struct {
	rd *reader
	*trajectory.Trajectory
	context *trajectory.History
	marks   []int  // messages marked for the cache, -1 for the tools
	ttl     string // of the marks that move
	tools   json.RawMessage
	// recordedTools are the tools as they were recorded, billing is the billing line of the
	// request.
	recordedTools trajectory.Recording
	billing       string
	buf           []byte
	images        int
}

func (rd *reader) session(id, file string) *sessionBuilder {
	return &sessionBuilder{rd: rd, Trajectory: &trajectory.Trajectory{ID: id, Source: file}}
}

// add appends a message to the context.
func (s *sessionBuilder) add(message []byte) error {
	c, err := s.rd.append(s.context, message)
	if err == nil {
		s.context = c
	}
	return err
}

// addRecorded appends a message to the context, with what it was recorded as.
func (s *sessionBuilder) addRecorded(message []byte, r trajectory.Recording) error {
	c, err := s.rd.appendRecorded(s.context, message, r)
	if err == nil {
		s.context = c
	}
	return err
}

// mark notes that the last message, or the tools before there is one, are marked for the
// cache.
func (s *sessionBuilder) mark() {
	if at := s.context.Len() - 1; len(s.marks) == 0 || s.marks[len(s.marks)-1] != at {
		s.marks = append(s.marks, at)
	}
}

// markBy is mark for a mark that was recorded.
func (s *sessionBuilder) markBy(control gjson.Result) {
	s.mark()
	if ttl := control.Get("ttl").Str; ttl != "" && len(ttl) <= maxText {
		s.ttl = strings.Clone(ttl)
	}
}

// say appends a message with content in any of the forms of flattenContent.
func (s *sessionBuilder) say(role string, content gjson.Result) error {
	f := flattenContent(content)
	s.images += f.images
	return s.add(chatMessage(&s.buf, role, f.text))
}

// result appends the result of a tool call; id is JSON.
func (s *sessionBuilder) result(id string, content gjson.Result) error {
	f := flattenContent(content)
	s.images += f.images
	return s.add(toolMessage(&s.buf, id, f.text))
}

// turn adds a turn whose prompt is the context so far.
func (s *sessionBuilder) turn(line int) *trajectory.Turn {
	if s.context == nil {
		s.add([]byte(`{"role":"user","content":"."}`)) // a request needs a message; the prompt was not recorded
	}
	s.Turns = append(s.Turns, trajectory.Turn{History: s.context, Tools: s.tools, Line: line})
	return &s.Turns[len(s.Turns)-1]
}

// reply appends an answer, and estimates its length if that was not recorded.
func (s *sessionBuilder) reply(a *answer, api trajectory.API) error {
	turn := &s.Turns[len(s.Turns)-1]
	if turn.OutputTokens == 0 {
		turn.OutputTokens, turn.Origins.Output = estimate(a.chars, otherChars), trajectory.Estimated
	}
	return s.addRecorded(a.message(&s.buf), a.recorded(api))
}

// finish returns the trajectory, nil if it has no turns, and adds the findings
// about it.
func (s *sessionBuilder) finish() *trajectory.Trajectory {
	note := func(severity trajectory.Severity, rule, text string) {
		s.rd.note(trajectory.Finding{File: s.Source, Trajectory: s.ID, Turn: -1, Severity: severity, Rule: rule, Text: text})
	}
	if len(s.Turns) == 0 {
		note(trajectory.SeverityWarning, ruleNoCalls, "no model calls; left out")
		return nil
	}
	if s.images > 0 {
		note(trajectory.SeverityWarning, "image", fmt.Sprintf("%d image(s) replaced by a word", s.images))
	}
	estimateOutputs(s.Trajectory)
	for i := range s.Turns {
		s.ContextTokens = max(s.ContextTokens, min(s.Turns[i].PromptTokens+s.Turns[i].OutputTokens, maxTokens))
		if s.Turns[i].PromptTokens == 0 {
			s.ContextTokens = 0 // unknown unless known of all turns
			break
		}
	}
	return s.Trajectory
}

// estimateOutputs estimates the answers of unknown length that the next turn's
// context repeats.
func estimateOutputs(t *trajectory.Trajectory) {
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.OutputTokens > 0 || i+1 == len(t.Turns) {
			continue
		}
		next := t.Turns[i+1].History
		for kept := next.Shared(turn.History); next.Len() > kept+1; {
			next = next.Front()
		}
		if m := next.Last(); m != nil && next.Len() == next.Shared(turn.History)+1 && m.Role() == "assistant" {
			turn.OutputTokens = estimate(answerChars(parse(m.JSON())), otherChars)
			turn.Origins.Output = trajectory.Estimated
		}
	}
}

// tokens returns a token count, 0 if it is absent or out of range.
func tokens(v gjson.Result) int {
	if v.Type != gjson.Number || !(v.Num >= 0 && v.Num <= maxPrompt) {
		return 0
	}
	return int(v.Num)
}

// contains reports whether t is root or one of its subagents, at any depth.
func contains(root, t *trajectory.Trajectory) bool {
	for other := range root.All() {
		if other == t {
			return true
		}
	}
	return false
}

// plainMessage adds a message in OpenAI's form, reduced to role, content and tool
// calls: agents add notes of their own.
func plainMessage(s *sessionBuilder, m gjson.Result) error {
	role := m.Get("role")
	switch role.Str {
	case "assistant":
		return s.add(plainAnswer(m, &s.buf))
	case "tool":
		id := m.Get("tool_call_id")
		if !id.Exists() {
			id = m.Get("tool_call_ids.0")
		}
		return s.result(rawString(id), m.Get("content"))
	case "system", "user":
		return s.say(role.Str, m.Get("content"))
	}
	return fmt.Errorf("role is %q, expected system, user, assistant or tool", clip(role.Str))
}
