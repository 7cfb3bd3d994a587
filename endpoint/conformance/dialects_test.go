package conformance_test

import (
	"fmt"
	"regexp"
	"strings"
)

// counts are what an answer has counted so far.
type counts struct{ prompt, cached, made, all int }

// A dialect is how a server speaks Messages or Responses.
type dialect struct {
	begin func(counts) string                       // before the first token
	token func(i int, text string, c counts) string // of an answer in text
	call  func(i, n int) string                     // of a call of the tool run; nil where it is not called
	end   func(limited, called bool, c counts) string
	count func(prompt int) int // what count_tokens says; nil for 404
}

// line returns an event with its name.
func line(kind, rest string) string {
	if rest != "" {
		rest = "," + rest
	}
	return "event: " + kind + "\ndata: {\"type\":\"" + kind + "\"" + rest + "}\n\n"
}

var eventLines = regexp.MustCompile(`(?m)^event: .*\n`)

// unnamed returns a dialect without event: lines.
func unnamed(of func() *dialect) func() *dialect {
	return func() *dialect { return withoutNames(of()) }
}

func withoutNames(d *dialect) *dialect {
	strip := func(text string) string { return eventLines.ReplaceAllString(text, "") }
	e := *d
	e.begin = func(c counts) string { return strip(d.begin(c)) }
	e.token = func(i int, text string, c counts) string { return strip(d.token(i, text, c)) }
	e.end = func(limited, called bool, c counts) string { return strip(d.end(limited, called, c)) }
	if d.call != nil {
		e.call = func(i, n int) string { return strip(d.call(i, n)) }
	}
	return &e
}

// after returns a dialect that ends with more.
func after(of func() *dialect, more string) func() *dialect {
	return func() *dialect {
		d := of()
		e := *d
		e.end = func(limited, called bool, c counts) string { return d.end(limited, called, c) + more }
		return &e
	}
}

func messageStart(usage string) string {
	return line("message_start", `"message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"m","stop_reason":null,"stop_sequence":null,"usage":`+usage+`}`)
}

func blockStart(index int, block string) string {
	return line("content_block_start", fmt.Sprintf(`"index":%d,"content_block":%s`, index, block))
}

func blockDelta(index int, kind, field, text, more string) string {
	return line("content_block_delta", fmt.Sprintf(`"index":%d,"delta":{"type":%q,%q:"%s"}%s`, index, kind, field, text, more))
}

func blockStop(index int) string { return line("content_block_stop", fmt.Sprintf(`"index":%d`, index)) }

func messageEnd(limited, called bool, usage string) string {
	reason := "end_turn"
	switch {
	case limited:
		reason = "max_tokens"
	case called:
		reason = "tool_use"
	}
	return line("message_delta", fmt.Sprintf(`"delta":{"stop_reason":%q},"usage":%s`, reason, usage)) + line("message_stop", "")
}

const textBlock, thinkingBlock = `{"type":"text","text":""}`, `{"type":"thinking","thinking":""}`

// runCall is a call in Messages, with a part of its input for each token.
func runCall(i, n int) string {
	text := ""
	part := "x"
	if i == 0 {
		text, part = blockStart(0, `{"type":"tool_use","id":"toolu_1","name":"run","input":{}}`), `{\"command\":\"`
	}
	if i == n-1 {
		part += `\"}`
	}
	return text + blockDelta(0, "input_json_delta", "partial_json", part, "")
}

// ownCounts are the counts of Messages with what came from the cache beside the rest.
func ownCounts(c counts) string {
	return fmt.Sprintf(`{"input_tokens":%d,"cache_creation_input_tokens":0,"cache_read_input_tokens":%d,"output_tokens":%d}`, c.prompt-c.cached, c.cached, c.made)
}

// anthropic is the vendor's own Messages, with a ping.
func anthropic() *dialect {
	return &dialect{
		begin: func(c counts) string { return messageStart(ownCounts(c)) },
		token: func(i int, text string, _ counts) string {
			first := ""
			if i == 0 {
				first = blockStart(0, textBlock) + line("ping", "")
			}
			return first + blockDelta(0, "text_delta", "text", text, "")
		},
		call: runCall,
		end: func(limited, called bool, c counts) string {
			return blockStop(0) + messageEnd(limited, called, ownCounts(c))
		},
		count: func(prompt int) int { return prompt },
	}
}

// with returns the vendor's Messages with some of it replaced.
func with(change func(d *dialect)) func() *dialect {
	return func() *dialect {
		d := anthropic()
		change(d)
		return d
	}
}

// llamaMessages has blocks that overlap, and counts of the input at the start only.
func llamaMessages() *dialect {
	return &dialect{
		begin: func(c counts) string { return messageStart(ownCounts(counts{c.prompt, c.cached, 0, 0})) },
		token: func(i int, text string, c counts) string {
			switch {
			case i == 0:
				return blockStart(0, thinkingBlock) + blockDelta(0, "thinking_delta", "thinking", text, "")
			case i < c.all/2:
				return blockDelta(0, "thinking_delta", "thinking", text, "")
			case i == c.all/2:
				return blockStart(1, textBlock) + blockDelta(1, "text_delta", "text", text, "")
			}
			return blockDelta(1, "text_delta", "text", text, "")
		},
		end: func(limited, called bool, c counts) string {
			return blockDelta(0, "signature_delta", "signature", "", "") + blockStop(0) + blockStop(1) +
				messageEnd(limited, false, fmt.Sprintf(`{"output_tokens":%d}`, c.made))
		},
		count: func(prompt int) int { return prompt },
	}
}

// dynamoMessages has counts in each delta, a guess of the input at the start, and [DONE].
func dynamoMessages() func() *dialect {
	return after(with(func(d *dialect) {
		d.begin = func(c counts) string {
			return messageStart(fmt.Sprintf(`{"input_tokens":%d,"output_tokens":0,"cache_creation_input_tokens":0}`, c.prompt/2))
		}
		d.token = func(i int, text string, c counts) string {
			first := ""
			if i == 0 {
				first = blockStart(0, textBlock)
			}
			return first + blockDelta(0, "text_delta", "text", text, fmt.Sprintf(`,"usage":{"input_tokens":%d,"output_tokens":%d,"total_tokens":%d}`, c.prompt, c.made, c.prompt+c.made))
		}
		d.end = func(limited, called bool, c counts) string {
			read := ""
			if c.cached > 0 {
				read = fmt.Sprintf(`,"cache_read_input_tokens":%d`, c.cached)
			}
			return blockStop(0) + messageEnd(limited, called, fmt.Sprintf(`{"input_tokens":%d,"output_tokens":%d,"cache_creation_input_tokens":0%s}`, c.prompt-c.cached, c.made, read))
		}
		d.count = func(prompt int) int { return prompt / 2 }
	}), "data: [DONE]\n\n")
}

// A numberer writes the sequence numbers and indices of Responses, or none.
type numberer struct {
	bare bool
	n    int
}

func (s *numberer) event(kind, where, rest string) string {
	if s.bare {
		return line(kind, rest)
	}
	s.n++
	if where != "" {
		where += ","
	}
	return line(kind, fmt.Sprintf(`"sequence_number":%d,%s%s`, s.n-1, where, rest))
}

// openai is Responses: of the vendor, or with other words for an answer that was cut, without
// numbers, or with reasoning. All answers are cut into one item.
type openai struct {
	cut       string // the event and the status of an answer that reached its limit
	bare      bool   // no numbers
	reasoning bool
}

func (o openai) dialect() *dialect {
	var s numberer
	const index = `"output_index":0`
	item := func(called bool, text, status string) string {
		switch {
		case called:
			return fmt.Sprintf(`"item":{"type":"function_call","id":"i","call_id":"c","name":"run","arguments":"%s","status":%q}`, text, status)
		case o.reasoning:
			return fmt.Sprintf(`"item":{"type":"reasoning","id":"i","summary":[],"content":[],"status":%q}`, status)
		}
		return fmt.Sprintf(`"item":{"type":"message","id":"i","role":"assistant","content":[],"status":%q}`, status)
	}
	return &dialect{
		begin: func(counts) string {
			s = numberer{bare: o.bare}
			const response = `"response":{"id":"resp_1","object":"response","status":"in_progress"}`
			return s.event("response.created", "", response) + s.event("response.in_progress", "", response)
		},
		token: func(i int, text string, _ counts) string {
			first, kind := "", "response.output_text.delta"
			if o.reasoning {
				kind = "response.reasoning_text.delta"
			}
			if i == 0 {
				first = s.event("response.output_item.added", index, item(false, "", "in_progress"))
			}
			return first + s.event(kind, index, fmt.Sprintf(`"item_id":"i","delta":"%s"`, text))
		},
		call: func(i, n int) string {
			first, part := "", "x"
			if i == 0 {
				first, part = s.event("response.output_item.added", index, item(true, "", "in_progress")), `{\"command\":\"`
			}
			if i == n-1 {
				part += `\"}`
			}
			return first + s.event("response.function_call_arguments.delta", index, `"item_id":"i","delta":"`+part+`"`)
		},
		end: func(limited, called bool, c counts) string {
			kind, status, why := "response.completed", "completed", "null"
			if limited {
				kind, status, _ = strings.Cut(o.cut, " ")
			}
			if status == "incomplete" {
				why = `{"reason":"max_output_tokens"}`
			}
			return s.event("response.output_item.done", index, item(called, "", "completed")) +
				s.event(kind, "", fmt.Sprintf(`"response":{"id":"resp_1","object":"response","status":%q,"incomplete_details":%s,"output":[],"usage":{"input_tokens":%d,"input_tokens_details":{"cached_tokens":%d},"output_tokens":%d,"total_tokens":%d}}`,
					status, why, c.prompt, c.cached, c.made, c.prompt+c.made))
		},
	}
}
