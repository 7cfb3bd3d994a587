package simserver

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/tidwall/gjson"
)

// BytesPerToken is the number of bytes of a prompt's JSON that count as one
// token.
const BytesPerToken = 4

// A Request is what a server takes from a request body.
type Request struct {
	Tokens int // length of the answer
	// Prompt is the length of the prompt and Cached how much of it was cached,
	// in tokens, as usage reports them. The server sets both.
	Prompt, Cached int

	model                      string
	messages, tools            gjson.Result
	finish                     string
	call                       string // the name of a tool that is to be called, as JSON
	forced                     bool   // ignore_eos
	includeUsage, runningUsage bool
}

// ReadBody returns the body of r. A client that goes away meanwhile ends the
// handler.
func ReadBody(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return body
}

// Parse checks a request body. With an error, status is the HTTP status of the
// refusal.
func (a API) Parse(body []byte) (q Request, status int, err error) {
	if !json.Valid(body) {
		return q, http.StatusBadRequest, fmt.Errorf("the body is not JSON")
	}
	b := gjson.ParseBytes(body)
	q.model, q.messages, q.tools = b.Get("model").String(), b.Get("messages"), b.Get("tools")
	switch {
	case q.model != a.name():
		return q, http.StatusNotFound, fmt.Errorf("the model %q does not exist, only %q", q.model, a.name())
	case !q.messages.IsArray() || len(q.messages.Array()) == 0:
		return q, http.StatusBadRequest, fmt.Errorf("messages must be an array that is not empty")
	case !b.Get("stream").Bool():
		return q, http.StatusBadRequest, fmt.Errorf("only streaming is served")
	}
	limit := b.Get("max_tokens")
	if alias := b.Get("max_completion_tokens"); alias.Exists() {
		limit = alias
	}
	most := int(limit.Int())
	if limit.Exists() && most < 1 {
		return q, http.StatusBadRequest, fmt.Errorf("max_tokens must be at least 1")
	}
	q.Tokens, q.finish = a.OutputTokens, "stop"
	switch {
	case most == 0 && q.Tokens == 0:
		q.Tokens = 128
	case most > 0 && (q.Tokens == 0 || most <= q.Tokens || b.Get("ignore_eos").Bool() && !a.IgnoreEOSIgnored):
		q.Tokens, q.finish = most, "length"
	}
	if q.call = called(b); q.call != "" && q.finish == "stop" {
		q.finish = "tool_calls"
	}
	prompt := (len(q.messages.Raw) + len(q.tools.Raw)) / BytesPerToken
	if a.ContextTokens > 0 && prompt+q.Tokens > a.ContextTokens {
		return q, http.StatusBadRequest, fmt.Errorf("this model's maximum context length is %d tokens, the request asks for %d", a.ContextTokens, prompt+q.Tokens)
	}
	q.forced = b.Get("ignore_eos").Bool()
	q.includeUsage = b.Get("stream_options.include_usage").Bool()
	q.runningUsage = b.Get("stream_options.continuous_usage_stats").Bool()
	return q, 0, nil
}

// Parts calls f with each piece of JSON that makes up the prompt, in order:
// tools come before messages, as in most chat templates.
func (q Request) Parts(f func(part string)) {
	if q.tools.Exists() {
		f(q.tools.Raw)
	}
	q.messages.ForEach(func(_, m gjson.Result) bool {
		f(m.Raw)
		return true
	})
}

// PromptTokens returns the number of tokens that a prompt of so many bytes
// counts as.
func PromptTokens(bytes int) int { return (bytes + BytesPerToken - 1) / BytesPerToken }

// usage returns a usage object after so many output tokens, some of them reasoning.
func (q Request) usage(tokens, reasoning int) string {
	details := ""
	if reasoning > 0 {
		details = fmt.Sprintf(`,"completion_tokens_details":{"reasoning_tokens":%d}`, reasoning)
	}
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}%s}`,
		q.Prompt, tokens, q.Prompt+tokens, q.Cached, details)
}
