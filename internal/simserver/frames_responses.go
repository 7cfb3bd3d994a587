package simserver

import (
	"fmt"
	"strings"
)

// responsesFrames are the events of OpenAI's Responses: response.created and in_progress; for
// each item added, its deltas and done; one terminal event that has the whole response.
type responsesFrames struct {
	*reply
	begun bool
	next  int // sequence number
	ended int // items
}

func (f *responsesFrames) early() string { return f.start() }

// start returns the first events, if they have not been sent.
func (f *responsesFrames) start() string {
	if f.begun {
		return ""
	}
	f.begun = true
	return f.event("response.created", `"response":`+f.response("in_progress", "null")) +
		f.event("response.in_progress", `"response":`+f.response("in_progress", "null"))
}

func (f *responsesFrames) event(kind, rest string) string {
	f.next++
	return fmt.Sprintf("event: %s\ndata: {\"type\":\"%s\",\"sequence_number\":%d,%s}\n\n", kind, kind, f.next-1, rest)
}

// response returns the answer as an object, with the items that have ended. usage is JSON.
func (f *responsesFrames) response(status, usage string) string {
	problem, details := "null", "null"
	switch status {
	case "failed":
		problem = `{"code":"server_error","message":"` + exhausted + `"}`
	case "incomplete":
		details = `{"reason":"max_output_tokens"}`
	}
	items := make([]string, f.ended)
	for i := range items {
		last := "completed"
		if i == f.ended-1 {
			last = itemStatus(status)
		}
		items[i] = f.item(i, last, true)
	}
	return fmt.Sprintf(`{"id":"resp_%d","object":"response","created_at":%d,"status":"%s","error":%s,"incomplete_details":%s,"model":%s,"output":[%s],"parallel_tool_calls":true,"store":false,"usage":%s}`,
		f.number, f.created, status, problem, details, quote(f.q.model), strings.Join(items, ","), usage)
}

// names are the names of an item, its part and the events of its text, by kind.
var names = [...]struct{ id, part, delta, beside string }{
	visible:   {"msg", `{"type":"output_text","annotations":[],"text":"`, "response.output_text", `,"logprobs":[]`},
	reasoning: {"rs", `{"type":"reasoning_text","text":"`, "response.reasoning_text", ""},
	call:      {"fc", "", "response.function_call_arguments", ""},
}

// id returns the ID of item i.
func (f *responsesFrames) id(i int) string {
	return fmt.Sprintf(`"%s_%d_%d"`, names[f.parts[i].kind].id, f.number, i)
}

// item returns item i, with its text when it is done.
func (f *responsesFrames) item(i int, status string, done bool) string {
	p := f.parts[i]
	text, content := "", "[]"
	if done {
		text = p.text.String()
		content = "[" + names[p.kind].part + text + `"}]`
	}
	switch p.kind {
	case reasoning:
		return `{"type":"reasoning","id":` + f.id(i) + `,"summary":[],"content":` + content + `}`
	case call:
		return fmt.Sprintf(`{"type":"function_call","id":%s,"call_id":"call_%d","name":%s,"arguments":"%s","status":"%s"}`, f.id(i), f.number, f.q.call, text, status)
	}
	return `{"type":"message","id":` + f.id(i) + `,"role":"assistant","status":"` + status + `","content":` + content + `}`
}

// where says what an event of item i is about.
func (f *responsesFrames) where(i int) string {
	text := fmt.Sprintf(`"item_id":%s,"output_index":%d`, f.id(i), i)
	if f.parts[i].kind != call {
		text += `,"content_index":0`
	}
	return text
}

func (f *responsesFrames) piece(p piece, begins bool, _ int) string {
	text := f.start()
	last := len(f.parts) - 1
	if begins {
		text += f.end(last, "completed")
		text += f.event("response.output_item.added", fmt.Sprintf(`"output_index":%d,"item":%s`, last, f.item(last, "in_progress", false)))
		if part := names[p.kind].part; part != "" {
			text += f.event("response.content_part.added", f.where(last)+`,"part":`+part+`"}`)
		}
	}
	return text + f.event(names[p.kind].delta+".delta", f.where(last)+`,"delta":"`+p.text+`"`+names[p.kind].beside)
}

// end ends the items before the n-th.
func (f *responsesFrames) end(n int, status string) (text string) {
	for ; f.ended < n; f.ended++ {
		text += f.done(f.ended, status)
	}
	return text
}

// done returns the events that end item i.
func (f *responsesFrames) done(i int, status string) (text string) {
	p, said := f.parts[i], f.parts[i].text.String()
	field := "text"
	if p.kind == call {
		field = "arguments"
	}
	text = f.event(names[p.kind].delta+".done", f.where(i)+`,"`+field+`":"`+said+`"`+names[p.kind].beside)
	if part := names[p.kind].part; part != "" {
		text += f.event("response.content_part.done", f.where(i)+`,"part":`+part+said+`"}`)
	}
	return text + f.event("response.output_item.done", fmt.Sprintf(`"output_index":%d,"item":%s`, i, f.item(i, status, true)))
}
