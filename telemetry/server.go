package telemetry

// Server is what the system's own metrics say of one phase.
type Server struct {
	Metrics
	// Targets has the same of each target, with what is known of its scraping.
	Targets []TargetSummary `json:"targets,omitempty"`
}

// Metrics are those of one phase, in words of no engine in particular. Each is nil where they
// are not known.
type Metrics struct {
	// Window is the time that the windowed figures cover.
	Window Span `json:"window"`

	// Running counts the requests that engines worked on at once, Waiting those queued in
	// front of them, for capacity or otherwise.
	Running *Gauge `json:"running,omitempty"`
	Waiting *Gauge `json:"waiting,omitempty"`
	// InFlight counts the requests that routers had accepted and not answered in full.
	InFlight *Gauge `json:"in_flight,omitempty"`
	// KVUse is the part of the KV cache held by running requests, 0 to 1: the mean over
	// engines, and as Max the fullest.
	KVUse *Gauge `json:"kv_use,omitempty"`

	// Preemptions counts requests that were put back or retracted to make room.
	Preemptions *Count `json:"preemptions,omitempty"`
	// PromptTokens are all tokens of prompts, cached ones too. Some engines count tokens when
	// a request ends (llama-server): those of a window are then of the requests that ended in
	// it.
	PromptTokens *Count `json:"prompt_tokens,omitempty"`
	// CachedTokens are those of prompts that came out of a cache, ComputedTokens those that
	// did not.
	CachedTokens     *Count `json:"cached_tokens,omitempty"`
	ComputedTokens   *Count `json:"computed_tokens,omitempty"`
	GenerationTokens *Count `json:"generation_tokens,omitempty"`
	// PrefixHitRate is the part of prompts that came out of a cache, by the counters of the
	// cache where there are some, else by tokens.
	PrefixHitRate *Ratio `json:"prefix_hit_rate,omitempty"`
	// Acceptance is accepted over drafted tokens of speculative decoding; nil if none was
	// drafted.
	Acceptance *Ratio `json:"acceptance,omitempty"`

	// QueueTime and E2E are of the requests that ended in the window; TTFT of those whose
	// first token came in it, ITL of the tokens made in it (some engines fill both at a
	// request's end).
	QueueTime *Latency `json:"queue_time,omitempty"`
	TTFT      *Latency `json:"ttft,omitempty"`
	ITL       *Latency `json:"itl,omitempty"`
	E2E       *Latency `json:"e2e,omitempty"`

	// Requests counts ended requests by the system's word for how they ended, sorted.
	// Engines differ in where they count requests that a client canceled, if anywhere.
	Requests []Outcome `json:"requests,omitempty"`
	// Restarts counts how often counters of a target began anew.
	Restarts int `json:"restarts,omitempty"`
}

// A TargetSummary is the part of [Server] that one target said.
type TargetSummary struct {
	Name string `json:"name"`
	Role Role   `json:"role"`
	// Engine is whose names the target speaks, such as "vllm"; empty if none is known.
	Engine string `json:"engine,omitempty"`
	// Scrapes, Failed and Seconds say how often it was asked, how often in vain, and how
	// long that took in all.
	Scrapes int     `json:"scrapes"`
	Failed  int     `json:"failed,omitempty"`
	Seconds float64 `json:"scrape_seconds"`
	// Failure is the first error.
	Failure string `json:"failure,omitempty"`

	// Families names the families of series that the figures are from, by figure.
	Families map[string]string `json:"families,omitempty"`
	// Said has what they are.
	Said *Metrics `json:"said,omitempty"`
}

// A Span is a stretch of time, in seconds since the phase began.
type Span struct {
	From float64 `json:"from_seconds"`
	To   float64 `json:"to_seconds"`
}

// A Gauge is a value that goes up and down, over the window.
type Gauge struct {
	// Mean is over time. Covered is the part of the window it is over, 0 to 1; less than 1
	// where scrapes are missing.
	Mean    float64 `json:"mean"`
	Covered float64 `json:"covered"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
	// Before is the last value before the phase, After the last at all; nil if not seen.
	Before *float64 `json:"before,omitempty"`
	After  *float64 `json:"after,omitempty"`
}

// A Count is how far a counter went.
type Count struct {
	// Total is over the whole phase.
	Total float64 `json:"total"`
	// Window is over its window, and PerSecond its rate there; nil if scrapes do not cover
	// the window.
	Window    *float64 `json:"window,omitempty"`
	PerSecond *float64 `json:"per_second,omitempty"`
}

// A Ratio is of two counters over the window: Of and Part went up by this much, and Ratio is
// Part over Of, in Unit: "tokens" or "blocks".
type Ratio struct {
	Ratio float64 `json:"ratio"`
	Part  float64 `json:"part"`
	Of    float64 `json:"of"`
	Unit  string  `json:"unit"`
}

// A Latency is of a histogram over the window. The mean is exact, quantiles are known to lie
// between two bounds of the histogram.
type Latency struct {
	Count float64 `json:"count"`
	Mean  float64 `json:"mean_seconds"`
	P50   *Bounds `json:"p50,omitempty"`
	P95   *Bounds `json:"p95,omitempty"`
}

// Bounds are two between which a value lies, in seconds.
type Bounds struct {
	Above float64 `json:"above_seconds"`
	// AtMost is nil if the histogram has no bound above the value.
	AtMost *float64 `json:"at_most_seconds,omitempty"`
}

// An Outcome is how requests ended.
type Outcome struct {
	Outcome string `json:"outcome"`
	Count
}
