package endpointtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// word is the text of one token: all tokens are equally long, so that a share
// of the bytes is a share of the tokens.
const word = " word"

// request is what the engine takes from a request body.
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

func (e *Engine) serveModels(w http.ResponseWriter) {
	entry := map[string]any{"id": e.model(), "object": "model", "owned_by": "endpointtest"}
	if e.ContextTokens > 0 {
		entry["max_model_len"] = e.ContextTokens
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": []any{entry}})
}

func (e *Engine) serveCompletion(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away
	}
	number, others := e.enter()
	in := true
	leave := func() {
		if in {
			in = false
			e.leave()
		}
	}
	defer leave()

	q, status, err := e.parse(body)
	if err != nil {
		writeError(w, status, err.Error())
		return
	}
	var fault Fault
	if e.Fault != nil {
		fault = e.Fault(number)
	}
	if fault.before(w, r) {
		return
	}
	q.prompt, q.saved = e.cache.count(q.tools, q.messages)
	e.update(func(s *Stats) {
		s.PromptTokens += q.prompt
		s.CachedTokens += q.saved
	})
	s := &session{engine: e, request: q, fault: fault, w: w, r: r, control: http.NewResponseController(w), leave: leave}
	s.id = fmt.Sprintf("chatcmpl-%d", number)
	s.created = time.Now().Unix()
	if err := s.serve(e.TTFT + time.Duration(others)*e.TTFTPerOther); err != nil {
		e.update(func(s *Stats) { s.Abandoned++ })
		if e.FinishAbandoned {
			s.silent = true
			s.r = r.WithContext(context.WithoutCancel(r.Context()))
			s.serve(0)
		}
	}
	if fault.Kind == FaultCloseNext {
		closeNext(s.control)
	}
}

// parse checks a request body; status says how to refuse it.
func (e *Engine) parse(body []byte) (q request, status int, err error) {
	if !json.Valid(body) {
		return q, http.StatusBadRequest, fmt.Errorf("the body is not JSON")
	}
	b := gjson.ParseBytes(body)
	q.model, q.messages, q.tools = b.Get("model").String(), b.Get("messages"), b.Get("tools")
	switch {
	case q.model != e.model():
		return q, http.StatusNotFound, fmt.Errorf("the model %q does not exist, only %q", q.model, e.model())
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
	q.tokens, q.finish = e.OutputTokens, "stop"
	switch {
	case most == 0 && q.tokens == 0:
		q.tokens = 128
	case most > 0 && (q.tokens == 0 || most <= q.tokens || b.Get("ignore_eos").Bool() && !e.IgnoreEOSIgnored):
		q.tokens, q.finish = most, "length"
	}
	prompt := (len(q.messages.Raw) + len(q.tools.Raw)) / bytesPerToken
	if e.ContextTokens > 0 && prompt+q.tokens > e.ContextTokens {
		return q, http.StatusBadRequest, fmt.Errorf("this model's maximum context length is %d tokens, the request asks for %d", e.ContextTokens, prompt+q.tokens)
	}
	q.includeUsage = b.Get("stream_options.include_usage").Bool()
	q.runningUsage = b.Get("stream_options.continuous_usage_stats").Bool()
	return q, 0, nil
}

func writeError(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": "invalid_request_error", "code": status}})
}

// usage returns a usage object after so many output tokens.
func (q request) usage(tokens int) string {
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}}`,
		q.prompt, tokens, q.prompt+tokens, q.saved)
}

// words returns the text of n tokens.
func words(n int) string { return strings.Repeat(word, n) }
