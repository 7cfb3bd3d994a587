package simserver

import "strings"

import "fmt"

// chatFrames are the chunks of a chat completion.
type chatFrames struct {
	*reply
	named bool // the role was
}

func (f *chatFrames) early() string { return f.chunk(`{"content":""}`, "", 0) }

func (f *chatFrames) piece(p piece, begins bool, tokens int) string {
	return f.chunk("{"+f.field(p, begins)+"}", "", tokens)
}

// field returns the field of a delta, or of a message, that holds a piece.
func (f *chatFrames) field(p piece, begins bool) string {
	switch p.kind {
	case reasoning:
		return `"reasoning_content":"` + p.text + `"`
	case call:
		kind, name := "", ""
		if begins {
			kind, name = `"id":"call_`+f.id()+`","type":"function",`, `"name":`+f.q.call+`,`
		}
		return `"tool_calls":[{"index":0,` + kind + `"function":{` + name + `"arguments":"` + p.text + `"}}]`
	}
	return `"content":"` + p.text + `"`
}

func (f *chatFrames) id() string { return fmt.Sprintf("chatcmpl-%d", f.number) }

// chunk returns one event, the first one with the role. tokens is the running count of output
// tokens.
func (f *chatFrames) chunk(delta, finish string, tokens int) string {
	if !f.named {
		f.named = true
		role := `{"role":"assistant"`
		if delta != "{}" {
			role += ","
		}
		delta = role + delta[1:]
	}
	reason := "null"
	if finish != "" {
		reason = `"` + finish + `"`
	}
	usage := ""
	if n, ok := f.running(tokens); ok {
		usage = `,"usage":` + f.usage(n, 0)
	}
	return f.event(`[{"index":0,"delta":` + delta + `,"finish_reason":` + reason + `}]` + usage)
}

func (f *chatFrames) event(choices string) string {
	return fmt.Sprintf(`data: {"id":"%s","object":"chat.completion.chunk","created":%d,"model":"%s","choices":%s}`+"\n\n",
		f.id(), f.created, f.q.model, choices)
}

func (f *chatFrames) trailer(finish string, t totals) string {
	text := f.chunk(`{}`, finish, t.sent)
	if f.counted {
		text += f.event(`[],"usage":` + f.usage(t.tokens, t.reasoning))
	}
	if !f.undone {
		text += "data: [DONE]\n\n"
	}
	return text
}

func (f *chatFrames) whole(finish string, t totals) string {
	var message strings.Builder
	message.WriteString(`{"role":"assistant"`)
	for i, k := range []kind{reasoning, visible, call} {
		if text := f.said(k); text != "" || i == 1 {
			message.WriteString("," + f.field(piece{k, text}, true))
		}
	}
	usage := ""
	if f.counted {
		usage = `,"usage":` + f.usage(t.tokens, t.reasoning)
	}
	return fmt.Sprintf(`{"id":"%s","object":"chat.completion","created":%d,"model":"%s","choices":[{"index":0,"message":%s},"finish_reason":"%s"}]%s}`,
		f.id(), f.created, f.q.model, message.String(), finish, usage)
}

// usage returns a usage object after so many output tokens, some of them reasoning.
func (f *chatFrames) usage(tokens, reasoning int) string {
	details := ""
	if reasoning > 0 {
		details = fmt.Sprintf(`,"completion_tokens_details":{"reasoning_tokens":%d}`, reasoning)
	}
	q := f.q
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}%s}`,
		q.Prompt, tokens, q.Prompt+tokens, q.Cached, details)
}

func (f *chatFrames) failure() string {
	return `data: {"error":{"code":500,"message":"` + exhausted + `","type":"server_error"}}` + "\n\n"
}

func (f *chatFrames) torn() string {
	return `data: {"choices":[{"index":0,"delta":{"content":"wo` + "\n\n"
}

func (f *chatFrames) idle() string { return ": still here\n\n" }
