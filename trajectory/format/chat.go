package format

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A chatParser reads conversations, one per line or a list of them: OpenAI's
// fine-tuning format, with "messages" and "tools", ShareGPT's, with "conversations",
// and data sets of OpenHands' with "trajectory". Each
// assistant's message is the answer to one request. Times and token counts are
// not recorded.
type chatParser struct {
	rd  *reader
	all []*trajectory.Trajectory
}

func (p *chatParser) trajectories() []*trajectory.Trajectory { return p.all }

func (p *chatParser) read(name string, f *file) {
	if head, _ := f.Peek(headSize); bytes.HasPrefix(bytes.TrimSpace(trimBOM(head)), []byte("[")) {
		// vLLM's multi-turn benchmark has one list of conversations.
		if data, ok := p.rd.document(name, f); ok {
			parse(data).ForEach(func(key, object gjson.Result) bool {
				p.add(name, 0, fmt.Sprintf("[%d].", key.Int()), object)
				return !p.rd.full()
			})
		}
		return
	}
	p.rd.eachRecord(name, f, func(line int, object gjson.Result) { p.add(name, line, "", object) })
}

// add adds one conversation.
func (p *chatParser) add(name string, line int, path string, object gjson.Result) {
	report := p.rd.atRecord(name, line)
	id := strings.Clone(first(object, "id", "trajectory_id").String()) // a copy, not to keep the whole line
	if id == "" || len(id) > maxText {
		id = fmt.Sprintf("%s:%d", plainName(name), line)
	}
	s := p.rd.session(id, name)
	if field, err := p.conversation(s, object, line); err != nil {
		report(path+field, err)
		return
	}
	if t := s.finish(); t != nil {
		p.all = append(p.all, t)
	}
}

// conversation reads one conversation. An error concerns the returned field.
func (p *chatParser) conversation(s *sessionBuilder, object gjson.Result, line int) (field string, err error) {
	if s.tools, err = p.rd.tools(object.Get("tools")); err != nil {
		return "tools", err
	}
	list := object.Get("messages")
	field = "messages"
	add := recordedMessage
	if !list.Exists() {
		list, field, add = object.Get("conversations"), "conversations", shareMessage
	}
	if other := object.Get(trajectoryKey); !list.Exists() && other.Exists() {
		list, field, add = other, trajectoryKey, plainRecorded
	}
	if !list.IsArray() {
		return field, errors.New("missing or not an array")
	}
	i := 0
	list.ForEach(func(_, m gjson.Result) bool {
		err = add(s, m, line)
		if err == nil && i == maxMessages {
			err = fmt.Errorf("more than %d", maxMessages)
		}
		i++
		return err == nil
	})
	if err != nil {
		return fmt.Sprintf("%s[%d]", field, i-1), err
	}
	if s.context == nil {
		return field, errors.New("empty")
	}
	return "", nil
}

// recordedMessage adds a message in OpenAI's form, unchanged. An assistant's
// message makes a turn of what comes before it.
func recordedMessage(s *sessionBuilder, m gjson.Result, line int) error {
	if m.Get("role").Str == "assistant" {
		turn := s.turn(line)
		turn.OutputTokens, turn.Origins.Output = estimate(answerChars(m), otherChars), trajectory.Estimated
		elements(m.Get("tool_calls")).ForEach(func(_, c gjson.Result) bool {
			turn.ToolCalls = append(turn.ToolCalls, toolCallOf(c.Get("id"), c.Get("function.name")))
			return true
		})
		if a, ok := objectArguments(m); ok {
			return s.add(a.message(&s.buf))
		}
	}
	return s.add([]byte(m.Raw))
}

// plainRecorded is recordedMessage for a message reduced to what servers take: rows of
// data sets have every key in every message.
func plainRecorded(s *sessionBuilder, m gjson.Result, line int) error {
	if m.Get("role").Str != "assistant" {
		return plainMessage(s, m)
	}
	return recordedMessage(s, gjson.ParseBytes(plainAnswer(m, &s.buf)), line)
}

// objectArguments returns the answer in m with its tool arguments as strings,
// since servers refuse objects; ok is false if m has no such arguments.
func objectArguments(m gjson.Result) (a answer, ok bool) {
	elements(m.Get("tool_calls")).ForEach(func(_, c gjson.Result) bool {
		args := c.Get("function.arguments")
		ok = ok || args.IsObject()
		a.call(call{rawString(c.Get("id")), rawString(c.Get("function.name")), args.Raw})
		return true
	})
	if ok && m.Get("content").Exists() {
		a.text(flattenContent(m.Get("content")).text)
	}
	return a, ok
}

// shareMessage adds a message in ShareGPT's form.
func shareMessage(s *sessionBuilder, m gjson.Result, line int) error {
	if m.Get("role").Exists() {
		return recordedMessage(s, m, line) // some have OpenAI's messages in ShareGPT's list
	}
	value := m.Get("value")
	if value.Type != gjson.String {
		return errors.New(`"value" is missing or not a string`)
	}
	switch from := m.Get("from").Str; from {
	case "gpt", "assistant", "function_call", "chatgpt", "bing", "bard":
		s.turn(line)
		var a answer
		a.text(value.Raw)
		return s.reply(&a, "")
	case "system":
		return s.say("system", value)
	case "human", "user", "tool", "function", "observation":
		return s.say("user", value)
	default:
		return fmt.Errorf(`"from" is %q, expected human, gpt, system, tool, function_call or observation`, clip(from))
	}
}
