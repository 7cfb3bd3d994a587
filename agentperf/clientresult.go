package agentperf

// A ClientResult says what one of several clients that drove the load together did in a phase,
// and how well it kept up. Unless stated otherwise, figures are of its agents' requests that
// began in the window.
type ClientResult struct {
	// Name names the client, as the Load does.
	Name string `json:"name"`
	// Agents is the number of agents that it ran.
	Agents int `json:"agents"`
	// Requests is the number of requests, Failed the number of those that failed by the server's
	// fault, and OutputTokens the output of all of them.
	Requests     int   `json:"requests"`
	Failed       int   `json:"failed"`
	OutputTokens int64 `json:"output_tokens"`
	// OutputTokensPerSecond is the throughput in the window over all requests, whenever they
	// began, as in Figures: those of all clients add up to it.
	OutputTokensPerSecond float64 `json:"output_tokens_per_second"`
	// P50Speed is the median output speed, in which failed requests count as 0; nil if no
	// request has one.
	P50Speed *float64 `json:"p50_speed_tokens_per_second"`
	// LagSeconds is how late the client noticed events, as in [metrics.ClientCheck]; 0 also if it was
	// lost before it had checked itself.
	LagSeconds float64 `json:"lag_seconds"`
	// Lateness is the P99, in seconds, of how late it sent the requests, or the P90 if they are
	// too few for that; nil if they are too few for either.
	Lateness *float64 `json:"lateness_seconds"`
	// CPUShare is the part of the time of its Processors that the client used, 0 to 1; nil
	// if unknown.
	CPUShare   *float64 `json:"cpu_share"`
	Processors int      `json:"processors"`
	// StartLate is how late it started its first agent, in seconds; nil if it started none.
	StartLate *float64 `json:"start_late_seconds"`
	// ClockError bounds how far its clock is off that of the phase, in seconds; nil if that was
	// not measured, as in a phase that was broken off.
	ClockError *float64 `json:"clock_error_seconds"`
}
