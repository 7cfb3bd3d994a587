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

	protocol                   protocol
	model                      string
	messages, tools            gjson.Result // as those of a chat completion
	finish                     string       // as that of a chat completion
	call                       string       // the name of a tool that is to be called, as JSON
	forced                     bool         // ignore_eos
	whole                      bool         // the answer is no stream
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

// read takes the model and the prompt from a request body.
func (a API) read(p protocol, body []byte) (q Request, status int, err error) {
	if !json.Valid(body) {
		return q, http.StatusBadRequest, fmt.Errorf("the body is not JSON")
	}
	b := gjson.ParseBytes(body)
	q.protocol, q.model = p, b.Get("model").String()
	if q.model != a.name() {
		return q, http.StatusNotFound, fmt.Errorf("the model %q does not exist, only %q", q.model, a.name())
	}
	if q.messages, q.tools, err = p.prompt(b); err != nil {
		return q, http.StatusBadRequest, err
	}
	return q, 0, nil
}

// Parse checks the body of a request for a path. With an error, status is the HTTP status of
// the refusal.
func (a API) Parse(path string, body []byte) (q Request, status int, err error) {
	p := protocolOf(path)
	if q, status, err = a.read(p, body); err != nil {
		return q, status, err
	}
	b := gjson.ParseBytes(body)
	limit, field := p.limit(b)
	most := int(limit.Int())
	switch {
	case limit.Type == gjson.Null && p == messages:
		return q, http.StatusBadRequest, fmt.Errorf("%s: Field required", field)
	case limit.Type != gjson.Null && most < 1:
		return q, http.StatusBadRequest, fmt.Errorf("%s must be at least 1", field)
	}
	q.forced = b.Get("ignore_eos").Bool()
	q.Tokens, q.finish = a.OutputTokens, "stop"
	switch {
	case most == 0 && q.Tokens == 0:
		q.Tokens = 128
	case most > 0 && (q.Tokens == 0 || most <= q.Tokens || q.forced && !a.IgnoreEOSIgnored):
		q.Tokens, q.finish = most, "length"
	}
	if q.call = q.called(b.Get("tool_choice")); q.call != "" && q.finish == "stop" {
		q.finish = "tool_calls"
	}
	prompt := (len(q.messages.Raw) + len(q.tools.Raw)) / BytesPerToken
	if a.ContextTokens > 0 && prompt+q.Tokens > a.ContextTokens {
		return q, http.StatusBadRequest, fmt.Errorf("this model's maximum context length is %d tokens, the request asks for %d", a.ContextTokens, prompt+q.Tokens)
	}
	q.whole = !b.Get("stream").Bool()
	q.includeUsage = p != chat || q.whole || b.Get("stream_options.include_usage").Bool()
	q.runningUsage = b.Get("stream_options.continuous_usage_stats").Bool()
	return q, 0, nil
}

// limit returns what limits the length of the answer, and the name of that.
func (p protocol) limit(b gjson.Result) (limit gjson.Result, field string) {
	if p == responses {
		return b.Get("max_output_tokens"), "max_output_tokens"
	}
	if alias := b.Get("max_completion_tokens"); p == chat && alias.Exists() {
		return alias, "max_tokens"
	}
	return b.Get("max_tokens"), "max_tokens"
}

// called returns the name of the tool that a request asks to be called, as JSON; empty where it
// leaves that to the model, which calls none.
func (q *Request) called(choice gjson.Result) string {
	name := choice.Get("name")
	switch {
	case choice.String() == "required", q.protocol == messages && choice.Get("type").Str == "any":
		name = q.tools.Get("0.function.name")
	case q.protocol == chat:
		name = choice.Get("function.name")
	}
	if name.Type != gjson.String {
		return ""
	}
	return name.Raw
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
