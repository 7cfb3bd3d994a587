package endpoint_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
)

// What servers say of a request that is longer than their context, and of other mistakes.
func TestContextOverflow(t *testing.T) {
	for _, tt := range []struct {
		name, text     string
		status         int
		prompt, window int
	}{
		{"vLLM", `{"error":{"message":"This model's maximum context length is 4096 tokens. However, you requested 1024 output tokens and your prompt contains at least 3073 input tokens, for a total of at least 4097 tokens. Please reduce the length of the input prompt or the number of requested output tokens.","type":"BadRequestError","param":"input_tokens","code":400}}`, 400, 0, 4096},
		{"vLLM, counted", `{"error":{"message":"You passed 4500 input tokens and requested 1 output tokens. However, the model's context length is only 4096 tokens, resulting in a maximum input length of 4095 tokens."}}`, 400, 4500, 4096},
		{"vLLM, too much output", `{"error":{"message":"'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum context length is 4096 tokens and your request has 3000 input tokens (2000 > 4096 - 3000)."}}`, 400, 3000, 4096},
		{"older vLLM", `{"object":"error","message":"This model's maximum context length is 16384 tokens. However, you requested 19591 tokens (9591 in the messages, 10000 in the completion). Please reduce the length of the messages or completion. None","type":"BadRequestError","param":null,"code":400}`, 400, 9591, 16384},
		{"llama-server", `{"error":{"code":400,"message":"request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}}`, 400, 5000, 4096},
		{"ollama", `{"error":{"message":"{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":5000,\"n_ctx\":4096}}","type":"invalid_request_error","code":null}}`, 400, 5000, 4096},
		{"Dynamo and OpenAI", `{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`, 400, 9000, 8192},
		{"OpenAI, without counts", `{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","code":"context_length_exceeded"}}`, 400, 0, 0},
		{"SGLang", `{"object":"error","message":"The input (61709 tokens) is longer than the model's context length (40960 tokens).","type":"BadRequestError","param":null,"code":400}`, 400, 61709, 40960},
		{"SGLang, with the answer", `{"object":"error","message":"Requested token count exceeds the model's maximum context length of 202752 tokens. You requested a total of 202941 tokens: 170941 tokens from the input messages and 32000 tokens for the completion."}`, 400, 170941, 202752},
		{"SGLang, by its memory", `{"object":"error","message":"Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens). Use a shorter input or enable --allow-auto-truncate."}`, 400, 160062, 59862},
		{"Anthropic", `{"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}`, 400, 210000, 200000},
		{"Anthropic, with the answer", `{"error":{"message":"input length and max_tokens exceed context limit: 90402 + 116650 > 204648, decrease input length or max_tokens and try again"}}`, 400, 90402, 204648},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := refusedWith(t, tt.status, tt.text)
			if e.Outcome != endpoint.OutcomeContext || e.Status != tt.status || e.PromptTokens != tt.prompt || e.ContextTokens != tt.window || e.Local() {
				t.Errorf("%+v, want %d of %d tokens", e, tt.prompt, tt.window)
			}
		})
	}
	for _, tt := range []struct {
		status int
		text   string
	}{
		{400, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}}`},
		{429, `{"error":{"message":"Rate limit reached: 30000 tokens per minute"}}`},
		{400, `{"error":{"message":"messages must be an array"}}`},
		{500, `{"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}}`}, // llama-server's memory is full
	} {
		if e := refusedWith(t, tt.status, tt.text); e.Outcome != endpoint.OutcomeStatus || e.PromptTokens != 0 || e.ContextTokens != 0 {
			t.Errorf("%s: %+v", tt.text, e)
		}
	}
}

func refusedWith(t *testing.T, status int, text string) *endpoint.Error {
	_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		io.WriteString(w, text)
	}), endpoint.Config{})
	var c metrics.Clock
	_, err := conn.Stream(t.Context(), "", body(1, ""), &c)
	e, ok := errors.AsType[*endpoint.Error](err)
	if !ok {
		t.Fatal(err)
	}
	return e
}

// An error of llama-server's parser comes with its remedy, any other without.
func TestParserErrors(t *testing.T) {
	for text, advised := range map[string]bool{
		"The model produced output that does not match the expected peg-native format": true,
		"Failed to parse input at pos 17: <tool_call>":                                 true,
		"Context size has been exceeded.":                                              false,
	} {
		_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			io.WriteString(w, `data: {"error":{"code":500,"message":"`+text+`","type":"server_error"}}`+"\n\n")
		}), endpoint.Config{})
		var c metrics.Clock
		_, err := conn.Stream(t.Context(), "", body(1, ""), &c)
		if outcome(err) != endpoint.OutcomeErrorEvent || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "tool_choice=none") != advised {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// SGLang has begun to stream before it counted the prompt, so that its refusal was an event, as
// others' are in the other APIs.
func TestOverflowInAnEvent(t *testing.T) {
	for _, api := range []endpoint.API{endpoint.APIChat, endpoint.APIMessages, endpoint.APIResponses} {
		synctest.Test(t, func(t *testing.T) {
			_, conn := connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "text/event-stream")
				io.WriteString(w, `data: {"error":{"object":"error","message":"The input (5000 tokens) is longer than the model's context length (4096 tokens).","type":"BadRequestError","param":null,"code":400}}`+"\n\ndata: [DONE]\n\n")
			}), endpoint.Config{API: api})
			var c metrics.Clock
			_, err := conn.Stream(t.Context(), "", body(1, ""), &c)
			e, ok := errors.AsType[*endpoint.Error](err)
			if !ok || e.Outcome != endpoint.OutcomeContext || e.PromptTokens != 5000 || e.ContextTokens != 4096 {
				t.Errorf("%s: %+v", api, err)
			}
		})
	}
}
