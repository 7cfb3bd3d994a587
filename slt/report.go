package slt

import (
	"encoding/json"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
	"github.com/agentperf/agentperf-go/telemetry"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Schema is the version of the JSON form of a [Report].
const Schema = "slt.report/2"

// A Report is the result of a sweep. It encodes to JSON, with units in the names and
// null for unknown values.
type Report struct {
	Schema string `json:"schema"`
	// Run names the sweep: 16 hexadecimal digits, drawn when it began.
	Run string `json:"run,omitempty"`
	// Started is when the sweep began, by the client's wall clock.
	Started time.Time `json:"started"`
	// Complete is set if the sweep ended by its own rules.
	Complete bool `json:"complete"`
	// Levels are the levels that were run, in ascending order.
	Levels []Level `json:"levels"`

	// PeakOutputTokensPerSecond is the greatest system output throughput of
	// any level, and PeakConcurrency the level.
	PeakOutputTokensPerSecond *float64 `json:"peak_output_tokens_per_second"`
	PeakConcurrency           int      `json:"peak_concurrency"`
	// PeakOutputSpeed is the greatest median output speed per query.
	PeakOutputSpeed *float64 `json:"peak_output_speed_tokens_per_second"`
	// AtSpeed is the system's throughput at each of Config.AtSpeeds.
	AtSpeed []AtSpeed `json:"at_speed"`
	// PlateauReached is set if throughput stopped growing, so that the peak is a
	// limit of the system and not of the sweep.
	PlateauReached bool `json:"plateau_reached"`

	// System is the hardware that throughput is divided by; nil if not stated.
	System *pricing.System `json:"system,omitempty"`
	// PeakMeasured is the peak throughput per kW and MW of the power that Config.Observers
	// measured at that level, for each basis; empty without.
	PeakMeasured []pricing.Normalized `json:"peak_normalized_measured,omitempty"`
	// PeakNormalized is the peak throughput per accelerator, kW and so on.
	PeakNormalized *pricing.Normalized `json:"peak_normalized,omitempty"`

	// Identity is Config.Identity without what looks like a key, with the engine that the
	// server names if none was stated; nil if nothing is known. Tool is what measured.
	Identity *system.Identity `json:"identity,omitempty"`
	Tool     system.Tool      `json:"tool"`

	// Preflight is what was found out about the endpoint; nil if the sweep ended
	// before, and with Config.Connect.
	Preflight *endpoint.Findings `json:"preflight,omitempty"`
	// Config is the configuration with its defaults filled in.
	Config ConfigEcho `json:"config"`
	// Warnings are what a reader must know beside the figures, including those of
	// the levels. Their codes are
	//
	//   - of the preflight: those of [endpoint.Findings];
	//   - of the sweep: ignore_eos_rejected, short_answers, connection_limit, no_plateau,
	//     recrossed, and invalid_level for each level that is invalid;
	//   - of prompts and answers: input_length, output_length, cached_input, no_usage,
	//     long_answers, hidden_reasoning, first_read_estimated, blank_output, short_tokens,
	//     first_token_apart, implausible_speed;
	//   - of a level: client_late, failed_requests, unanswered, unmeasurable, few_samples,
	//     no_query_ended, ramp, connections;
	//   - of what Config.Observers saw: not_drained, still_running, other_load,
	//     partly_observed, server_ttft, ahead_of_server, server_itl, server_cached, power_unknown,
	//     throttled, and those of [telemetry.Summarize].
	Warnings []metrics.Warning `json:"warnings"`
}

// A Level is the result of one level of concurrency.
type Level struct {
	Concurrency int `json:"concurrency"`
	// Configuration names the setup that the level was run with in a merge of two
	// sweeps; see [Optimal].
	Configuration string `json:"configuration,omitempty"`
	// Invalid says why the level says nothing about the system; empty if it is valid.
	Invalid string `json:"invalid,omitempty"`
	// Ending says why the window ended: "complete", "nothing succeeded",
	// "stopped" or "canceled".
	Ending string `json:"ending"`
	// Client says how the client itself performed.
	Client *metrics.ClientCheck `json:"client"`
	// MeasuredSeconds is the length of the window, LevelSeconds that of the level.
	MeasuredSeconds float64 `json:"measured_seconds"`
	LevelSeconds    float64 `json:"level_seconds"`

	// Figures are what was measured; nil if the level is invalid. What was measured
	// then is in InvalidFigures and counts for nothing.
	Figures        *Figures `json:"figures"`
	InvalidFigures *Figures `json:"invalid_figures,omitempty"`

	// Server is what the system's own metrics say of the level, Power what it drew in the
	// window, and Yields what that comes to for each output token; nil if Config.Observers saw
	// nothing of it.
	Server *telemetry.Server `json:"server,omitempty"`
	Power  *telemetry.Power  `json:"power,omitempty"`
	Yields []telemetry.Yield `json:"yields,omitempty"`

	Warnings []metrics.Warning `json:"warnings,omitempty"`
}

// Figures are what was measured at one level of concurrency.
type Figures struct {
	// OutputTokensPerSecond is system output throughput: the tokens that arrived
	// in the window over its length.
	OutputTokensPerSecond float64 `json:"output_tokens_per_second"`
	// Quantiles are over the queries that ended in the window: all Requests except
	// the Unanswered ones.
	//
	// Output speed per query is in tokens per second after the first stamp; a
	// quarter of queries are slower than P25.
	MedianOutputSpeed *float64 `json:"median_output_speed_tokens_per_second"`
	P25OutputSpeed    *float64 `json:"p25_output_speed_tokens_per_second"`
	P95OutputSpeed    *float64 `json:"p95_output_speed_tokens_per_second"`
	// E2E speed is the number of output tokens over the duration of the whole query.
	MedianE2ESpeed *float64 `json:"median_e2e_speed_tokens_per_second"`
	P25E2ESpeed    *float64 `json:"p25_e2e_speed_tokens_per_second"`
	// End-to-end latency is the time from the sending of a query to the end of its
	// response.
	MedianE2E *float64 `json:"median_e2e_seconds"`
	P25E2E    *float64 `json:"p25_e2e_seconds"`
	P95E2E    *float64 `json:"p95_e2e_seconds"`
	// TTFT is the time to first token.
	MedianTTFT *float64 `json:"median_ttft_seconds"`
	P25TTFT    *float64 `json:"p25_ttft_seconds"`
	P95TTFT    *float64 `json:"p95_ttft_seconds"`
	// The tenth event with visible output comes this long after the sending of a query,
	// over those that ended well; nil if none has as many.
	MedianTenthEvent *float64 `json:"median_tenth_event_seconds"`
	P95TenthEvent    *float64 `json:"p95_tenth_event_seconds"`
	// ResponseRate is the share of Requests for which at least one token arrived;
	// nil if there were no requests.
	ResponseRate *float64 `json:"response_rate"`
	// Requests is the number of queries that ended in the window plus the
	// Unanswered ones: those open at its end that had waited for more than half of
	// it without a token.
	Requests   int `json:"requests"`
	Unanswered int `json:"unanswered"`
	// Failed is the number of Requests that failed through the server's fault,
	// Unmeasurable the number that succeeded without a measurable output speed; see
	// [metrics.Timing.Unmeasurable].
	Failed       int `json:"failed"`
	Unmeasurable int `json:"unmeasurable"`
	// UnmeasurableReasons counts the Unmeasurable ones by reason.
	UnmeasurableReasons map[metrics.Unmeasurable]int `json:"unmeasurable_reasons,omitempty"`
	// Outcomes counts how the requests ended: the outcomes of package endpoint, "short" for
	// an answer of fewer tokens than were forced, and "implausible" for one that claims more
	// than it can hold, which fail too.
	Outcomes map[endpoint.Outcome]int `json:"outcomes"`
	// FailureExample is the message of the first failure.
	FailureExample string `json:"failure_example,omitempty"`

	// MeanInputTokens and MeanOutputTokens are the mean lengths of the queries that
	// succeeded, by the server's count; CachedInputTokens is the total number of
	// input tokens that it reports as cached, nil if it states that of no query.
	MeanInputTokens   *float64 `json:"mean_input_tokens"`
	MeanOutputTokens  *float64 `json:"mean_output_tokens"`
	CachedInputTokens *int64   `json:"cached_input_tokens"`
	// TokenSources counts the requests by the source of their token count.
	TokenSources map[metrics.Source]int `json:"token_sources"`
	// LatenessP99 is the P99 of how late the client sent its queries.
	LatenessP99 *float64 `json:"lateness_p99_seconds"`
}

// AtSpeed is the throughput of the system at an output speed per query.
type AtSpeed struct {
	Speed metrics.TokensPerSecond `json:"speed_tokens_per_second"`
	// OutputTokensPerSecond is system output throughput where the median output
	// speed per query is Speed; nil if every level is slower.
	OutputTokensPerSecond *float64 `json:"output_tokens_per_second"`
	// Case says how OutputTokensPerSecond was found. Reason says in words why it was
	// not; empty if it was.
	Case   Case   `json:"case"`
	Reason string `json:"reason,omitempty"`
	// Between are the two concurrencies that it lies between; both are the same if
	// it is that of one level.
	Between []int `json:"between_concurrencies,omitempty"`
	// Recrossed is a concurrency that is fast enough although a lower one was not, and
	// which does not count; 0 if there is none.
	Recrossed int `json:"recrossed_concurrency,omitempty"`
	// CostPerMillion is the cost of a million output tokens together with their
	// input tokens, which are a million too at 1,000 in and 1,000 out. It is nil
	// without a throughput or a price.
	CostPerMillion *pricing.USD `json:"cost_per_million_usd"`
	// Normalized is the throughput per accelerator, kW and so on.
	Normalized *pricing.Normalized `json:"normalized,omitempty"`
}

// A Case says how a throughput at a speed was found.
type Case string

const (
	// Interpolated means linearly in speed, between the first level that is slower
	// and the one before it.
	Interpolated Case = "interpolated"
	// AtLevel means that a level has exactly this speed.
	AtLevel Case = "at_level"
	// AllFaster means that every level is faster. The throughput is that of the best
	// level; the system may be capable of more.
	AllFaster Case = "all_faster"
	// NeverReached means that every level is slower.
	NeverReached Case = "never_reached"
	// NoData means that no level has a median speed.
	NoData Case = "no_data"
)

// A ConfigEcho is the configuration of a sweep as its report states it, with the
// defaults filled in and without secrets: headers are listed by name only.
type ConfigEcho struct {
	// Endpoint is the URL; empty with Config.Connect.
	Endpoint string `json:"endpoint,omitempty"`
	// API is that of the queries; empty means chat completions.
	API            trajectory.API             `json:"api,omitempty"`
	Label          string                     `json:"label,omitempty"`
	Headers        []string                   `json:"headers,omitempty"`
	SessionHeader  string                     `json:"session_header,omitempty"`
	HTTP2          bool                       `json:"http2"`
	TimeoutSeconds float64                    `json:"request_timeout_seconds,omitempty"`
	IdleSeconds    float64                    `json:"idle_timeout_seconds,omitempty"`
	Model          string                     `json:"model"`
	Fields         map[string]json.RawMessage `json:"fields,omitempty"`
	Name           string                     `json:"name,omitempty"`

	InputTokens  int `json:"input_tokens"`
	OutputTokens int `json:"output_tokens"`
	// PromptWords is the length of prompts in words of filler.
	// CalibratedInputTokens is the same length in tokens by the server's count; 0 if
	// it does not count.
	PromptWords           int  `json:"prompt_words"`
	CalibratedInputTokens int  `json:"calibrated_input_tokens"`
	IgnoreEOS             bool `json:"ignore_eos"`

	Levels         []int                     `json:"levels,omitempty"`
	MaxConcurrency int                       `json:"max_concurrency"`
	PlateauGain    float64                   `json:"plateau_gain"`
	PlateauLevels  int                       `json:"plateau_levels"`
	RampSeconds    float64                   `json:"ramp_seconds"`
	SettleSeconds  float64                   `json:"settle_seconds"`
	MeasureSeconds float64                   `json:"measure_seconds"`
	DrainSeconds   float64                   `json:"drain_seconds"`
	AtSpeeds       []metrics.TokensPerSecond `json:"at_speeds_tokens_per_second"`
	// Observers are what was observed beside the load, and Exclusive is as in Config.
	Observers []telemetry.Target `json:"observers,omitempty"`
	Exclusive bool               `json:"exclusive,omitempty"`
	// ClientLagSeconds is the lag of the client above which a level is invalid; 0 means
	// any is allowed.
	ClientLagSeconds float64 `json:"client_lag_seconds"`
	// Seed is a string, since JSON numbers do not hold 64 bits everywhere.
	Seed uint64 `json:"seed,string"`
	// PercentileRule and CountingRule say how levels are summarized.
	PercentileRule string `json:"percentile_rule"`
	CountingRule   string `json:"counting_rule"`
}
