package simserver

import "strings"

import "cmp"

func (f *messagesFrames) trailer(finish string, t totals) string {
	text := f.start(0) + f.stop()
	delta := `"delta":{"stop_reason":` + stopReason(finish) + `,"stop_sequence":null}`
	if f.counted {
		delta += `,"usage":` + f.usage(t.tokens)
	}
	text += f.event("message_delta", delta)
	if !f.undone {
		text += f.event("message_stop", "")
	}
	return text
}

// stopReason returns a finish_reason in Anthropic's word, as JSON.
func stopReason(finish string) string {
	word := map[string]string{"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}[finish]
	return quote(cmp.Or(word, finish))
}

func (f *messagesFrames) whole(finish string, t totals) string {
	var content strings.Builder
	for i, p := range f.parts {
		if i > 0 {
			content.WriteString(",")
		}
		input := ""
		if p.kind == call {
			input = object(p.text.String())
		}
		content.WriteString(f.block(p.kind, p.text.String(), signature, input))
	}
	return f.message("["+content.String()+"]", stopReason(finish), t.tokens)
}

func (f *messagesFrames) failure() string {
	return f.start(0) + f.event("error", `"error":{"type":"api_error","message":"`+exhausted+`"}`)
}

func (f *messagesFrames) torn() string {
	return "event: content_block_delta\ndata: " + `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"wo` + "\n\n"
}

func (f *messagesFrames) idle() string { return f.event("ping", "") }
