package format

import (
	"math"
	"time"

	"github.com/tidwall/gjson"
)

// An aiperfRow is one line.
type aiperfRow struct {
	file          string
	line          int
	session, mode string
	input, output int
	at            time.Time     // zero if absent
	delay         time.Duration // negative if absent
	block         int           // tokens per block
	messages      gjson.Result
	tools         gjson.Result
	limit         int
}

// aiperfFields are the fields that are read.
func aiperfFields() []string {
	return []string{
		"input_length", "output_length", "hash_ids", "text_input", "messages", "message_mode", "payload", "tools",
		"timestamp", "delay", "session_id", "chat_id", "parent_chat_id",
	}
}

// decode reads the fields of a row.
func (r *aiperfRow) decode(f fields) {
	r.session, r.mode = f.text("session_id"), f.text("message_mode")
	r.input, _ = f.count("input_length", 0, maxPrompt)
	r.output, _ = f.count("output_length", 0, maxPrompt)
	if at, ok := f.number("timestamp", 0, 1e15); ok {
		r.at = time.UnixMilli(0).Add(time.Duration(math.Round(at * float64(time.Millisecond))))
	}
	if d, ok := f.millis("delay"); ok {
		r.delay = d
	}
	r.messages, _ = f.array("messages")
	r.tools = f.values["tools"]
	if text := f.values["text_input"]; text.Exists() {
		if text.Type != gjson.String {
			f.fail("text_input", "%s, expected a string", jsonType(text))
			return
		}
		r.messages, r.mode = gjson.Parse(`[{"role":"user","content":`+text.Raw+`}]`), "text"
	}
	if body := f.values["payload"]; body.Exists() {
		r.messages, r.tools, r.mode = body.Get("messages"), body.Get("tools"), "history"
		r.limit = tokens(body.Get("max_tokens")) + tokens(body.Get("max_completion_tokens"))
		if !r.messages.IsArray() {
			f.fail("payload", `"messages" is missing or not an array`)
		}
	}
	if r.messages.Raw == "" && r.input == 0 && !f.values["hash_ids"].Exists() {
		f.fail("", "expected input_length, hash_ids, text_input, messages or payload")
	}
}
