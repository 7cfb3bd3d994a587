package endpointtest

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/tidwall/gjson"
)

// request is what a server takes from a request body.
type request struct {
	model         string
	messages      gjson.Result
	tools         gjson.Result
	tokens        int // of the answer
	finish        string
	includeUsage  bool
	runningUsage  bool
	prompt, saved int
}

// parse checks a request body; status says how to refuse it.
func (a api) parse(body []byte) (q request, status int, err error) {
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
	q.tokens, q.finish = a.outputTokens, "stop"
	switch {
	case most == 0 && q.tokens == 0:
		q.tokens = 128
	case most > 0 && (q.tokens == 0 || most <= q.tokens || b.Get("ignore_eos").Bool() && !a.ignoreEOSIgnored):
		q.tokens, q.finish = most, "length"
	}
	prompt := (len(q.messages.Raw) + len(q.tools.Raw)) / bytesPerToken
	if a.contextTokens > 0 && prompt+q.tokens > a.contextTokens {
		return q, http.StatusBadRequest, fmt.Errorf("this model's maximum context length is %d tokens, the request asks for %d", a.contextTokens, prompt+q.tokens)
	}
	q.includeUsage = b.Get("stream_options.include_usage").Bool()
	q.runningUsage = b.Get("stream_options.continuous_usage_stats").Bool()
	return q, 0, nil
}

// parts calls f with the pieces of JSON that make up the prompt, in order:
// tools come before messages, as in most chat templates.
func (q request) parts(f func(part string)) {
	if q.tools.Exists() {
		f(q.tools.Raw)
	}
	q.messages.ForEach(func(_, m gjson.Result) bool {
		f(m.Raw)
		return true
	})
}

// usage returns a usage object after so many output tokens.
func (q request) usage(tokens int) string {
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}}`,
		q.prompt, tokens, q.prompt+tokens, q.saved)
}
