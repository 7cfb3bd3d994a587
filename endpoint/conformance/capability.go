package conformance

// A Capability is something that a server can do, and the name of the rule about it.
type Capability string

// The capabilities, in the order in which they are looked at.
const (
	// Models: GET /models lists the model.
	Models Capability = "models"
	// Answer: a streamed request gets status 200 and an event stream.
	Answer Capability = "answer"
	// Events: every event is JSON, none is too long, and the answer is not endless.
	Events Capability = "events"
	// Output: an answer has text that a reader sees.
	Output Capability = "output"
	// Finish: an answer ends with a finish_reason, stop_reason or status, and not in an
	// error or in silence.
	Finish Capability = "finish_reason"
	// Done: the last event is [DONE] or message_stop. Responses have nothing like it.
	Done Capability = "done"
	// Role: the first delta names the role; in Messages message_start is the first event,
	// in Responses response.created.
	Role Capability = "role"
	// Order: the events of Messages and Responses come in the documented order, the parts
	// of blocks and items between their beginning and end. Blocks may overlap.
	Order Capability = "event_order"
	// Pace: tokens arrive as they are made, and not held back and sent together.
	Pace Capability = "pace"
	// Usage: an answer ends with its token counts, for which chat completions ask with
	// stream_options.include_usage.
	Usage Capability = "usage"
	// CountTokens: /v1/messages/count_tokens counts what the usage of an answer does.
	CountTokens Capability = "count_tokens"
	// RunningUsage: with stream_options.continuous_usage_stats every event has them. In
	// the other APIs nobody can ask for that.
	RunningUsage Capability = "running_usage"
	// MaxTokens: no answer is longer than max_tokens, or max_output_tokens, and one that
	// reaches it says so; in Responses it may say "completed", as the count tells.
	MaxTokens Capability = "max_tokens"
	// IgnoreEOS: with ignore_eos an answer has exactly max_tokens tokens.
	IgnoreEOS Capability = "ignore_eos"
	// CachedTokens: usage states the input tokens that came from a cache, and they grow
	// with a conversation.
	CachedTokens Capability = "cached_tokens"
	// ToolHistory: a recorded history of tool calls and results is accepted, with tools.
	ToolHistory Capability = "tool_history"
	// ToolCalls: a call that is asked for comes, its arguments in parts.
	ToolCalls Capability = "tool_calls"
	// Reasoning: what the model thinks is in a place that the client knows.
	Reasoning Capability = "reasoning"
	// KeepAlive: a connection outlives an answer.
	KeepAlive Capability = "keep_alive"
	// Concurrent: [Config.Concurrency] requests run at the same time.
	Concurrent Capability = "concurrent"
	// Cancel: the server stops working for a client that has hung up.
	Cancel Capability = "cancel"
	// Errors: a request that makes no sense is refused with a 4xx status and a JSON error.
	Errors Capability = "errors"
	// Overflow: a prompt that is longer than the context window is refused with a 4xx
	// status and a text that says so.
	Overflow Capability = "context_overflow"
	// UnknownModel: a request for a model that is not served is refused with a 4xx status.
	UnknownModel Capability = "unknown_model"
	// Deterministic: at temperature 0 the same prompt gets the same text twice.
	Deterministic Capability = "deterministic"
	// UTF8: characters of several bytes arrive whole.
	UTF8 Capability = "utf8"
	// HTTP2: the server speaks HTTP/2, in plaintext where the URL is http.
	HTTP2 Capability = "http2"
	// TLS: the connection is encrypted, and its certificate is trusted.
	TLS Capability = "tls"
)
