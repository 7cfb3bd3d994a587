package simserver

import "fmt"

// messagesFrames are the events of Anthropic's Messages: message_start; for each block its
// start, its deltas and its stop, one block after the other; message_delta; message_stop.
type messagesFrames struct {
	*reply
	begun bool
	index int  // of the open block
	open  kind // what it is; -1 for none
}

func (f *messagesFrames) early() string { return f.start(0) }

// start returns the first event, if it has not been sent. Its count of output tokens is a
// placeholder, as it is at Anthropic.
func (f *messagesFrames) start(tokens int) string {
	if f.begun {
		return ""
	}
	f.begun, f.index, f.open = true, -1, -1
	return f.event("message_start", `"message":`+f.message("[]", "null", min(tokens, 1)))
}

// message returns the answer as an object.
func (f *messagesFrames) message(content, stop string, tokens int) string {
	usage := ""
	if f.counted {
		usage = `,"usage":` + f.usage(tokens)
	}
	return fmt.Sprintf(`{"id":"msg_%d","type":"message","role":"assistant","model":%s,"content":%s,"stop_reason":%s,"stop_sequence":null%s}`,
		f.number, quote(f.q.model), content, stop, usage)
}

// usage returns the counts, of which the three of input are disjoint. Nothing is written to
// a cache that would be billed.
func (f *messagesFrames) usage(tokens int) string {
	q := f.q
	return fmt.Sprintf(`{"input_tokens":%d,"cache_creation_input_tokens":0,"cache_read_input_tokens":%d,"output_tokens":%d}`, q.Prompt-q.Cached, q.Cached, tokens)
}

func (f *messagesFrames) event(kind, rest string) string {
	if rest != "" {
		rest = "," + rest
	}
	return "event: " + kind + "\ndata: {\"type\":\"" + kind + `"` + rest + "}\n\n"
}

func (f *messagesFrames) piece(p piece, begins bool, tokens int) string {
	text := f.start(tokens)
	if begins {
		text += f.stop()
		f.index, f.open = f.index+1, p.kind
		text += f.event("content_block_start", fmt.Sprintf(`"index":%d,"content_block":%s`, f.index, f.block(p.kind, "", "", "{}")))
		if f.index == 0 {
			text += f.idle()
		}
	}
	field := [...]string{visible: `"text_delta","text"`, reasoning: `"thinking_delta","thinking"`, call: `"input_json_delta","partial_json"`}[p.kind]
	usage := ""
	if n, ok := f.running(tokens); ok {
		usage = `,"usage":` + f.usage(n)
	}
	return text + f.event("content_block_delta", fmt.Sprintf(`"index":%d,"delta":{"type":%s:"%s"}%s`, f.index, field, p.text, usage))
}

// signature is what the client sends back with a block of thinking.
const signature = "c2ltdWxhdGVk"

// block returns a block with a text and its signature, or the input of a tool.
func (f *messagesFrames) block(k kind, text, signature, input string) string {
	switch k {
	case reasoning:
		return `{"type":"thinking","thinking":"` + text + `","signature":"` + signature + `"}`
	case call:
		return fmt.Sprintf(`{"type":"tool_use","id":"toolu_%d","name":%s,"input":%s}`, f.number, f.q.call, input)
	}
	return `{"type":"text","text":"` + text + `"}`
}

// stop ends the open block.
func (f *messagesFrames) stop() (text string) {
	if f.open < 0 {
		return ""
	}
	if f.open == reasoning {
		text = f.event("content_block_delta", fmt.Sprintf(`"index":%d,"delta":{"type":"signature_delta","signature":"%s"}`, f.index, signature))
	}
	f.open = -1
	return text + f.event("content_block_stop", fmt.Sprintf(`"index":%d`, f.index))
}
