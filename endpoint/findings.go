package endpoint

import (
	"fmt"

	"github.com/agentperf/agentperf-go/metrics"
)

// Findings is what [Client.Preflight] found out about an endpoint.
type Findings struct {
	// Model is the model to request: the one given, or the only one served.
	Model string `json:"model"`
	// Models are the names that the server lists, a thousand at most; empty when it lists
	// none.
	Models []string `json:"models,omitempty"`
	// Engine is what the server says of itself.
	Engine Engine `json:"engine,omitzero"`
	// ContextTokens is the context window in tokens that the server states for
	// Model; 0 when it states none.
	ContextTokens int `json:"context_tokens,omitempty"`
	// APIs are those that the server has, below the path of the one in use. An empty list
	// is of a server of which that is not known.
	APIs []API `json:"apis,omitempty"`
	// MaxTokensField is the body field that limits answers: "max_tokens",
	// "max_completion_tokens" on a server that refuses the former, or
	// "max_output_tokens" of APIResponses. Empty when no request succeeded.
	MaxTokensField string `json:"max_tokens_field,omitempty"`
	// Usage reports whether a stream ends with token counts. Without them output
	// speed rests on counting events.
	Usage bool `json:"usage"`
	// CachedUsage reports whether these state how many input tokens came from a
	// cache. Without that the reuse of caches is unknown, not 0. Some servers state it in
	// the Messages API only where it is more than 0.
	CachedUsage bool `json:"cached_usage"`
	// ContinuousUsage reports whether events carry a running token count.
	ContinuousUsage bool `json:"continuous_usage"`
	// IgnoreEOS is what the server does with ignore_eos, which asks for output up
	// to max_tokens whatever the model would do.
	IgnoreEOS EOSSupport `json:"ignore_eos"`
	// KeepAlive reports whether the second request went over the connection of the
	// first. Where it did not, each request may have to open one, in its TTFT.
	KeepAlive bool `json:"keep_alive"`
	// TTFTSeconds is the time to first token of the short request.
	TTFTSeconds float64 `json:"ttft_seconds"`
	// Warnings are reasons to doubt a measurement of this endpoint. Their codes are
	// no_models, model_not_listed, max_completion_tokens, output_parser,
	// no_visible_output, no_usage, no_cached_usage, ignore_eos_rejected,
	// ignore_eos_ignored, connections_closed and proxy_buffering.
	Warnings []metrics.Warning `json:"warnings,omitempty"`
}

// An Engine is what a server says of itself, each part empty where it says nothing.
type Engine struct {
	// Server is the Server header: often that of a proxy.
	Server string `json:"server,omitempty"`
	// OwnedBy is the owner of the model in /models, such as "vllm" or "llamacpp".
	OwnedBy string `json:"owned_by,omitempty"`
	// Fingerprint is the system_fingerprint of an answer, in which some engines put
	// their version.
	Fingerprint string `json:"system_fingerprint,omitempty"`
	// Version is that of vLLM's /version, or llama-server's build_info.
	Version string `json:"version,omitempty"`
}

// EOSSupport is what a server does with ignore_eos.
type EOSSupport string

const (
	// EOSHonored: outputs continue to max_tokens.
	EOSHonored EOSSupport = "honoured"
	// EOSIgnored: outputs end where the model ends them.
	EOSIgnored EOSSupport = "ignored"
	// EOSRejected: a request with ignore_eos fails.
	EOSRejected EOSSupport = "rejected"
	// EOSUndetermined: nothing showed the difference.
	EOSUndetermined EOSSupport = "undetermined"
)

func (f *Findings) warn(code, format string, args ...any) {
	f.Warnings = append(f.Warnings, metrics.Warning{Code: code, Text: fmt.Sprintf(format, args...)})
}
