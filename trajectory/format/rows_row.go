package format

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A row is one line of a trace: one turn, its messages not decoded yet.
type row struct {
	file string
	line int
	// task and conversation are empty, and index is -1, if the line lacks them or
	// is too broken to tell.
	task, conversation string
	index              int
	messages, tools    gjson.Result
	turn               trajectory.Turn // Context and Tools are not set
	parent             string          // the conversation that this one is a subagent of
	subagent           trajectory.Subagent
	bad                bool // reported, and not to be used
	report             func(field string, err error)
}

// rowFields are the fields that are read. Others give the origin of a row, or
// repeat these.
func rowFields() []string {
	return []string{
		"version", "task_id", "conversation_id", "conversation_idx", "messages", "tools",
		"target_output_tokens", "max_output_tokens",
		"recorded_prompt_tokens", "recorded_completion_tokens", "recorded_model_duration_ms",
		"simulated_tool_delay_ms_after", "recorded_tool_calls_after",
		"human_delay_ms_after", "origins",
		"parent_conversation_id", "subagent_after", "subagent_delay_ms", "subagent_join",
	}
}

// decodeRow decodes one line. It reports mistakes, and returns what it could
// read.
func decodeRow(file string, line int, data []byte, report func(field string, err error)) *row {
	r := &row{file: file, line: line, index: -1}
	r.report = func(field string, err error) {
		r.bad = true
		report(field, err)
	}
	if err := checkJSON(data); err != nil {
		r.report("", err)
		return r
	}
	object := gjson.ParseBytes(data) // a copy, since the next row is compared with it
	if !object.IsObject() {
		r.report("", fmt.Errorf("%s, expected an object", jsonType(object)))
		return r
	}
	f := newFields(object, "", rowFields(), r.report)
	if v, ok := f.count("version", 0, maxCount); ok && v != 1 {
		f.fail("version", "%d, expected 1", v)
	}
	r.task = f.text("task_id")
	r.conversation = f.need("conversation_id")
	if i, ok := f.count("conversation_idx", 0, maxCount); ok {
		r.index = i
	} else if _, there := f.values["conversation_idx"]; !there {
		f.fail("conversation_idx", "missing")
	}
	r.lists(f)
	r.numbers(f)
	r.origins(f)
	r.link(f)
	return r
}

// origins reads the origins of the numbers; an absent origin means recorded.
func (r *row) origins(f fields) {
	list, ok := f.values["origins"]
	if !ok {
		return
	}
	if !list.IsObject() {
		f.fail("origins", "%s, expected an object", jsonType(list))
		return
	}
	o := &r.turn.Origins
	c := newFields(list, "origins.", []string{"text", "input", "output", "delay"}, r.report)
	for _, of := range []struct {
		name string
		to   *trajectory.Origin
	}{{"text", &o.Text}, {"input", &o.Input}, {"output", &o.Output}, {"delay", &o.Delay}} {
		text := c.text(of.name)
		for *of.to = trajectory.Recorded; text != "" && of.to.String() != text; *of.to++ {
			if *of.to > trajectory.Synthetic {
				c.fail(of.name, "%q, expected recorded, derived, estimated or synthetic", clip(text))
				*of.to = trajectory.Recorded
				break
			}
		}
	}
}

// link reads the parent and place of a subagent from its first row.
func (r *row) link(f fields) {
	r.parent = f.text("parent_conversation_id")
	after, ok := f.count("subagent_after", -1, maxCount)
	if r.parent != "" && !ok {
		after = -1
	}
	r.subagent.After = after
	r.subagent.Delay, _ = f.millis("subagent_delay_ms")
	r.subagent.Join, _ = f.count("subagent_join", 0, maxCount)
}

// lists reads the messages and tools.
func (r *row) lists(f fields) {
	if messages, ok := f.array("messages"); ok {
		r.messages = messages
	} else if _, there := f.values["messages"]; !there {
		f.fail("messages", "missing")
	}
	// An empty list means no tools: servers refuse "tools": [].
	f.objects("tools", func(int, gjson.Result) { r.tools = f.values["tools"] })
}

// numbers reads token counts, times and tool calls.
func (r *row) numbers(f fields) {
	t := &r.turn
	t.OutputTokens, _ = f.count("target_output_tokens", 0, maxTokens)
	t.MaxOutputTokens, _ = f.count("max_output_tokens", 1, maxTokens)
	t.PromptTokens, _ = f.count("recorded_prompt_tokens", 0, maxTokens)
	t.CompletionTokens, _ = f.count("recorded_completion_tokens", 0, maxTokens)
	t.ModelTime, _ = f.millis("recorded_model_duration_ms")
	// By the format's convention this is the sum of the durations of the tools:
	// exact if they ran in sequence, too long if they ran in parallel. Their
	// starts are not recorded, so the overlap is unknown. The official client
	// waits for the sum, too.
	t.ToolDelay, t.ToolDelayKnown = f.millis("simulated_tool_delay_ms_after")
	t.HumanDelay, _ = f.millis("human_delay_ms_after")
	f.objects("recorded_tool_calls_after", func(i int, element gjson.Result) {
		path := fmt.Sprintf("recorded_tool_calls_after[%d].", i)
		known := []string{"duration_ms", "tool_call_id", "tool_name"}
		c := newFields(element, path, known, r.report)
		call := trajectory.ToolCall{ID: c.text("tool_call_id"), Name: c.text("tool_name")}
		if _, there := c.values["duration_ms"]; !there {
			c.fail("duration_ms", "missing")
		}
		call.Duration, _ = c.millis("duration_ms")
		t.ToolCalls = append(t.ToolCalls, call)
	})
}

// A prefix is a message as in the file, and the context that ends with it.
type prefix struct {
	raw     string
	context *trajectory.History
}

// context builds the context of the row and appends its prefixes to dst. What the
// row shares with the previous one, whose prefixes are before, is found by
// comparing bytes: that is most of a conversation, and to decode it again would
// take half the time of reading.
func (r *row) context(rd *reader, dst, before []prefix) []prefix {
	var c *trajectory.History
	var buf []byte
	empty := r.messages.Exists()
	r.messages.ForEach(func(_, message gjson.Result) bool {
		empty = false
		switch i := len(dst); {
		case i == maxMessages:
			r.report("messages", fmt.Errorf("more than %d", maxMessages))
			return false
		case i < len(before) && before[i].context.Front() == c && before[i].raw == message.Raw:
			c = before[i].context
		default:
			buf = append(buf[:0], message.Raw...)
			next, err := rd.append(c, buf)
			if err != nil {
				r.report(fmt.Sprintf("messages[%d]", i), err)
				return false
			}
			c = next
		}
		dst = append(dst, prefix{message.Raw, c})
		return true
	})
	if empty {
		r.report("messages", errors.New("empty"))
	}
	return dst
}
