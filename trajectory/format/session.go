package format

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A session is a trajectory that is being put together from messages.
type session struct {
	rd *reader
	*trajectory.Trajectory
	context *trajectory.Context
	tools   json.RawMessage
	buf     []byte
	images  int
}

func (rd *reader) session(id, file string) *session {
	return &session{rd: rd, Trajectory: &trajectory.Trajectory{ID: id, Source: file}}
}

// add appends a message.
func (s *session) add(message []byte) error {
	c, err := s.rd.append(s.context, message)
	if err == nil {
		s.context = c
	}
	return err
}

// say appends a message with content of whatever form.
func (s *session) say(role string, content gjson.Result) error {
	f := flattenContent(content)
	s.images += f.images
	return s.add(chatMessage(&s.buf, role, f.text))
}

// result appends the result of a tool call, whose ID is JSON.
func (s *session) result(id string, content gjson.Result) error {
	f := flattenContent(content)
	s.images += f.images
	return s.add(toolMessage(&s.buf, id, f.text))
}

// turn adds a turn with the context so far, which must not be empty.
func (s *session) turn(line int) *trajectory.Turn {
	if s.context == nil {
		s.add([]byte(`{"role":"user","content":"."}`)) // an answer to nothing that was recorded
	}
	s.Turns = append(s.Turns, trajectory.Turn{Context: s.context, Tools: s.tools, Line: line})
	return &s.Turns[len(s.Turns)-1]
}

// reply appends an answer, and where its length was not recorded estimates it.
func (s *session) reply(a *answer) error {
	turn := &s.Turns[len(s.Turns)-1]
	if turn.OutputTokens == 0 {
		turn.OutputTokens, turn.Origins.Output = estimate(a.chars, otherChars), trajectory.Estimated
	}
	return s.add(a.message(&s.buf))
}

// finish returns the trajectory, nil when it has no turns, and notes what is to be
// said of it.
func (s *session) finish() *trajectory.Trajectory {
	note := func(severity trajectory.Severity, rule, text string) {
		s.rd.find(trajectory.Finding{File: s.Source, Trajectory: s.ID, Turn: -1, Severity: severity, Rule: rule, Text: text})
	}
	if len(s.Turns) == 0 {
		note(trajectory.SeverityWarning, ruleNoCalls, "no model call; left out")
		return nil
	}
	if s.images > 0 {
		note(trajectory.SeverityWarning, "image", fmt.Sprintf("%d image(s) replaced by a word", s.images))
	}
	estimateOutputs(s.Trajectory)
	for i := range s.Turns {
		s.ContextTokens = max(s.ContextTokens, min(s.Turns[i].PromptTokens+s.Turns[i].OutputTokens, maxTokens))
		if s.Turns[i].PromptTokens == 0 {
			s.ContextTokens = 0 // not known of all
			break
		}
	}
	return s.Trajectory
}

// estimateOutputs estimates the answers of unknown length that a later turn
// repeats.
func estimateOutputs(t *trajectory.Trajectory) {
	for i := range t.Turns {
		turn := &t.Turns[i]
		if turn.OutputTokens > 0 || i+1 == len(t.Turns) {
			continue
		}
		next := t.Turns[i+1].Context
		for kept := next.Shared(turn.Context); next.Len() > kept+1; {
			next = next.Front()
		}
		if m := next.Last(); m != nil && next.Len() == next.Shared(turn.Context)+1 && m.Role() == "assistant" {
			turn.OutputTokens = estimate(answerChars(parse(m.JSON())), otherChars)
			turn.Origins.Output = trajectory.Estimated
		}
	}
}

// answerChars returns the length of what the model wrote of a message.
func answerChars(message gjson.Result) int {
	n := 0
	if content := message.Get("content"); content.Type != gjson.Null {
		n += len(flattenContent(content).text) - 2
	}
	for _, name := range []string{"reasoning", "reasoning_content"} {
		n += max(0, len(message.Get(name).Raw)-2)
	}
	message.Get("tool_calls").ForEach(func(_, c gjson.Result) bool {
		n += len(c.Get("function.name").Raw) + len(c.Get("function.arguments").Raw)
		return true
	})
	return n
}

// instant reads a time in one of the usual forms: RFC 3339, the same without a
// zone, and seconds or milliseconds since 1970.
func instant(v gjson.Result) (t time.Time, ok bool) {
	switch v.Type {
	case gjson.String:
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
			if t, err := time.Parse(layout, v.Str); err == nil {
				return t, true
			}
		}
	case gjson.Number:
		f := v.Num
		if f > 1e11 {
			f /= 1000
		}
		if f > 0 && f < 1e11 {
			return time.UnixMicro(int64(f * 1e6)), true
		}
	}
	return time.Time{}, false
}

// splitWait splits the time from the end of an answer to when the next request was
// due: tools first, until the last result, then the person who typed. Instants are
// zero where there was none. A time is negative where the clock was set back.
func splitWait(end, result, typed, due time.Time) (tool, human time.Duration) {
	if typed.IsZero() || typed.Before(end) {
		return due.Sub(end), 0
	}
	done := end
	if result.After(end) && result.Before(typed) {
		done = result
	}
	return done.Sub(end), due.Sub(done)
}

// tokens reads a count that may be missing or nonsense.
func tokens(v gjson.Result) int {
	if v.Type != gjson.Number || !(v.Num >= 0 && v.Num <= maxPrompt) {
		return 0
	}
	return int(v.Num)
}

// bounded keeps a time within what can be written again.
func bounded(d time.Duration) time.Duration {
	return max(0, min(d, maxMillis*time.Millisecond))
}
