package endpoint

import (
	"maps"

	"github.com/tidwall/gjson"
)

// The body fields that limit the length of an answer.
const (
	maxTokens           = "max_tokens"
	maxCompletionTokens = "max_completion_tokens"
	maxOutputTokens     = "max_output_tokens"
)

// limitField is the field that an API names for that.
func (a API) limitField() string {
	if a == APIResponses {
		return maxOutputTokens
	}
	return maxTokens
}

// body returns the body of a probe.
func (p *preflight) body(ignoreEOS bool) map[string]any {
	body := map[string]any{"model": p.Model, "stream": true, p.field: p.tokens}
	hi := []map[string]any{{"role": "user", "content": "Hi"}}
	switch p.conn.client.api {
	case APIMessages:
		body["messages"] = hi
	case APIResponses:
		body["input"], body["store"] = hi, false
	default:
		body["messages"], body["stream_options"] = hi, map[string]bool{"include_usage": true}
	}
	if p.q.Tools != nil {
		body["tools"] = p.q.Tools
	}
	if ignoreEOS {
		body["ignore_eos"] = true
	}
	for name, value := range maps.All(p.q.Fields) {
		body[name] = value
	}
	return body
}

// limit returns the limit of a probe. Where the load asks for thinking with a budget, the
// API demands a limit beyond it.
func (q *PreflightRequest) limit() int {
	thinking := gjson.ParseBytes(q.Fields["thinking"])
	if n, ok := count(thinking.Get("budget_tokens")); ok && thinking.Get("type").Str == "enabled" {
		return n + probeTokens
	}
	return probeTokens
}
