package simserver

import (
	"cmp"
	"fmt"
)

// statusOf returns the status of a response that ended with a finish_reason.
func statusOf(finish string) string {
	return cmp.Or(map[string]string{"length": "incomplete", "abort": "cancelled"}[finish], "completed")
}

// itemStatus returns the status of the last item of a response.
func itemStatus(status string) string {
	if status == "completed" {
		return status
	}
	return "incomplete"
}

// terminals are the types of the terminal events that are not response.completed, by the
// status of the response.
var terminals = map[string]string{"incomplete": "response.incomplete", "failed": "response.failed"}

// terminal returns the event that ends the stream.
func (f *responsesFrames) terminal(status, usage string) string {
	return f.event(cmp.Or(terminals[status], "response.completed"), `"response":`+f.response(status, usage))
}

func (f *responsesFrames) trailer(finish string, t totals) string {
	status := statusOf(finish)
	return f.start() + f.end(len(f.parts), itemStatus(status)) + f.terminal(status, f.usage(t))
}

func (f *responsesFrames) whole(finish string, t totals) string {
	f.ended = len(f.parts)
	return f.response(statusOf(finish), f.usage(t))
}

// usage returns a usage object, or null.
func (f *responsesFrames) usage(t totals) string {
	if !f.counted {
		return "null"
	}
	q := f.q
	return fmt.Sprintf(`{"input_tokens":%d,"input_tokens_details":{"cached_tokens":%d},"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":%d},"total_tokens":%d}`,
		q.Prompt, q.Cached, t.tokens, t.reasoning, q.Prompt+t.tokens)
}

func (f *responsesFrames) failure() string {
	return f.start() + f.terminal("failed", "null")
}

func (f *responsesFrames) torn() string {
	return "event: response.output_text.delta\ndata: " + `{"type":"response.output_text.delta","output_index":0,"delta":"wo` + "\n\n"
}

func (f *responsesFrames) idle() string { return ": still here\n\n" }
