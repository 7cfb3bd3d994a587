package endpoint_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
)

// A dialect writes the events of an API.
type dialect struct {
	api  endpoint.API
	open string // before any output
	// Formats of events with a text, which is JSON.
	word, thought, argument, call string
	limit                         string // the end at the limit of tokens, with the counts of input and output
	stop                          string // the same of its own accord
	last                          string // after which nothing follows, where that is an event of its own
}

// typed writes an event with its type, as the other APIs have it in the JSON and beside it.
func typed(kind, more string) string {
	return "event: " + kind + "\ndata: {\"type\":\"" + kind + "\"" + more + "}\n\n"
}

func messageEnd(reason string) string {
	return typed("message_delta", `,"delta":{"stop_reason":"`+reason+`","stop_sequence":null},"usage":{"input_tokens":%d,"output_tokens":%d}`)
}

func responseEnd(kind, status, details string) string {
	return typed("response."+kind, `,"response":{"id":"resp_1","object":"response","status":"`+status+`","incomplete_details":`+details+
		`,"output":[],"usage":{"input_tokens":%d,"input_tokens_details":{"cached_tokens":0},"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":0}}}`)
}

const (
	messageStart = `,"message":{"id":"msg_1","type":"message","role":"assistant","content":[],"stop_reason":null,"usage":{"input_tokens":10,"output_tokens":1}}`
	begun        = `,"response":{"id":"resp_1","object":"response","status":"in_progress","output":[],"usage":null}`
)

var dialects = []dialect{
	{
		api: endpoint.APIChat, open: choiceEvent(roleDelta, "null"),
		word: choiceEvent(`{"content":%s}`, "null"), thought: choiceEvent(`{"reasoning_content":%s}`, "null"),
		call: choiceEvent(`{"tool_calls":[{"index":0,"id":"call_1","function":{"name":%s,"arguments":""}}]}`, "null"), argument: choiceEvent(`{"tool_calls":[{"index":0,"function":{"arguments":%s}}]}`, "null"),
		limit: choiceEvent(`{}`, `"length"`) + `data: {"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d}}` + "\n\n",
		stop:  choiceEvent(`{}`, `"stop"`) + `data: {"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d}}` + "\n\n",
		last:  doneEvent,
	},
	{
		api: endpoint.APIMessages, open: typed("message_start", messageStart) + typed("content_block_start", `,"index":0,"content_block":{"type":"text","text":""}`),
		word:     typed("content_block_delta", `,"index":0,"delta":{"type":"text_delta","text":%s}`),
		thought:  typed("content_block_delta", `,"index":0,"delta":{"type":"thinking_delta","thinking":%s}`),
		call:     typed("content_block_start", `,"index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":%s,"input":{}}`),
		argument: typed("content_block_delta", `,"index":1,"delta":{"type":"input_json_delta","partial_json":%s}`),
		limit:    typed("content_block_stop", `,"index":0`) + messageEnd("max_tokens"),
		stop:     typed("content_block_stop", `,"index":0`) + messageEnd("end_turn"),
		last:     typed("message_stop", ""),
	},
	{
		api: endpoint.APIResponses, open: typed("response.created", begun) + typed("response.in_progress", begun) + typed("response.output_item.added", `,"output_index":0,"item":{"type":"message","content":[]}`),
		word:     typed("response.output_text.delta", `,"output_index":0,"delta":%s`),
		thought:  typed("response.reasoning_text.delta", `,"output_index":0,"delta":%s`),
		call:     typed("response.output_item.added", `,"output_index":1,"item":{"type":"function_call","name":%s,"arguments":""}`),
		argument: typed("response.function_call_arguments.delta", `,"output_index":1,"delta":%s`),
		limit:    responseEnd("incomplete", "incomplete", `{"reason":"max_output_tokens"}`),
		stop:     responseEnd("completed", "completed", "null"),
	},
}

// dialectOf returns the dialect of an API.
func dialectOf(api endpoint.API) dialect {
	for _, d := range dialects {
		if d.api == api {
			return d
		}
	}
	panic("no dialect")
}

// says are n events of a format, each after a while.
func says(n int, each time.Duration, format, text string) (steps []sent) {
	for range n {
		steps = append(steps, sent{each, fmt.Sprintf(format, text)})
	}
	return steps
}

// ends is the end of an answer of so many tokens.
func (d dialect) ends(format string, in, out int) sent {
	return sent{0, fmt.Sprintf(format, in, out) + d.last}
}

// untyped removes the lines with types, as LiteLLM does, and what numbers events.
func untyped(steps []sent) (plain []sent) {
	for _, s := range steps {
		var text strings.Builder
		for line := range strings.Lines(s.text) {
			if !strings.HasPrefix(line, "event:") {
				text.WriteString(strings.NewReplacer(`,"output_index":0`, "", `,"output_index":1`, "", `,"index":0`, "", `,"index":1`, "").Replace(line))
			}
		}
		plain = append(plain, sent{s.after, text.String()})
	}
	return plain
}
