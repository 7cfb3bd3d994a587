package agentperf

import (
	"encoding/json"

	"github.com/agentperf/agentperf-go/telemetry"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A ConfigEcho is the configuration of a run as it stands in the report: with the defaults
// filled in and without secrets. Of headers it has only the names.
type ConfigEcho struct {
	Endpoint string `json:"endpoint,omitempty"`
	// Label is Config.Label.
	Label          string   `json:"label,omitempty"`
	Headers        []string `json:"headers,omitempty"`
	SessionHeader  string   `json:"session_header,omitempty"`
	HTTP2          bool     `json:"http2"`
	TimeoutSeconds float64  `json:"request_timeout_seconds,omitempty"`
	IdleSeconds    float64  `json:"idle_timeout_seconds,omitempty"`

	Workload     string `json:"workload"`
	Trajectories int    `json:"trajectories"`
	Turns        int    `json:"turns"`
	// TurnsWithoutDelay is the number of turns without a recorded tool delay.
	TurnsWithoutDelay int `json:"turns_without_recorded_delay"`
	ContextTokens     int `json:"context_tokens,omitempty"`
	// WorkloadSHA256 is the digest of what is replayed: all messages, lengths and delays.
	WorkloadSHA256 string `json:"workload_sha256,omitempty"`

	// Load says that the load came from elsewhere than this process: what Config.Load calls
	// itself if it is a fmt.Stringer, such as "fleet of 4 workers", its type otherwise. Which
	// clients there were is in PhaseResult.Clients.
	Load string `json:"load,omitempty"`

	// Reuse is what the workload allows a cache to reuse, once what does not fit the context
	// is left out; nil if the run ended before that was known.
	Reuse *ReuseEcho `json:"reuse,omitempty"`

	// API is that of the requests; empty means chat completions.
	API trajectory.API `json:"api,omitempty"`
	// BillingLine is set if the line with which Claude Code begins its requests, and which
	// differs in each, was sent where it was recorded.
	BillingLine bool `json:"billing_line,omitempty"`

	Model          string                     `json:"model"`
	Fields         map[string]json.RawMessage `json:"fields,omitempty"`
	Output         trajectory.Output          `json:"output"`
	MaxTokens      int                        `json:"max_tokens"`
	MaxTokensField string                     `json:"max_tokens_field"`
	ToolDelay      trajectory.ToolDelay       `json:"tool_delay"`
	ToolDelayScale float64                    `json:"tool_delay_scale"`
	// SyntheticFactor is the number of words of synthetic text for each token that was
	// recorded, as the endpoint's own count has it or as Policy.SyntheticFactor says; 1 also
	// where neither does, with the warning not_calibrated. 0 if nothing is synthetic.
	SyntheticFactor float64 `json:"synthetic_tokens_factor,omitempty"`
	// CachePrefix is where the text is put that keeps the cache entries of plays apart.
	CachePrefix trajectory.PrefixPosition `json:"cache_prefix"`
	// HumanWaitCapSeconds bounds each replayed wait for a person. The two sums are over
	// all waits of the workload, as recorded and as replayed.
	HumanWaitCapSeconds       float64 `json:"human_wait_cap_seconds"`
	HumanWaitsRecordedSeconds float64 `json:"human_waits_recorded_seconds"`
	HumanWaitsReplayedSeconds float64 `json:"human_waits_replayed_seconds"`
	// ToolDelayCapSeconds bounds each replayed tool delay. The two sums are over all tool
	// delays of the workload, as recorded and as replayed.
	ToolDelayCapSeconds       float64 `json:"tool_delay_cap_seconds"`
	ToolDelaysRecordedSeconds float64 `json:"tool_delays_recorded_seconds"`
	ToolDelaysReplayedSeconds float64 `json:"tool_delays_replayed_seconds"`

	Rule RuleEcho `json:"rule"`
	// Origins counts turns by the origin of what is replayed.
	Origins trajectory.StatsOrigins `json:"origins"`
	// Seed is a string in JSON, because many readers of JSON numbers lose bits.
	Seed     uint64 `json:"seed,string"`
	MaxStart int    `json:"max_start_turn"`
	// Assigned is set if Config.Assigned says who plays what.
	Assigned  bool `json:"assigned,omitempty"`
	Start     int  `json:"start_agents"`
	MaxAgents int  `json:"max_agents"`
	MaxPhases int  `json:"max_phases,omitempty"`
	// Agents are the numbers that Check or Measure was asked for; empty for Run.
	Agents []int `json:"agents,omitempty"`
	// Observers are what was observed beside the load, and Exclusive is as in Config.
	Observers []telemetry.Target `json:"observers,omitempty"`
	Exclusive bool               `json:"exclusive,omitempty"`
	// ClientLagSeconds is the lag of the client above which a phase is invalid; 0 means
	// no limit.
	ClientLagSeconds float64 `json:"client_lag_seconds"`
	// PercentileRule is the definition of percentiles, in words.
	PercentileRule string `json:"percentile_rule"`
}

// A ReuseEcho says what a cache of unlimited size could reuse of the workload as it is
// replayed, as shares of all its input tokens: see [trajectory.Reuse]. Where agents stand
// decides which requests a phase has; what those allow is in Figures.
type ReuseEcho struct {
	// Session and Sessions are what the recording allows within a session and across all.
	Session  float64 `json:"prefix_reuse_ratio"`
	Sessions float64 `json:"prefix_reuse_across_sessions_ratio"`
	// Replay is the most that a replay allows with its cache_prefix.
	Replay float64 `json:"replay_prefix_reuse_ratio"`
}

// A RuleEcho is the rule of a run. What a rule does not have is 0, and so are the block and the
// settling time of Controlled where they follow the load.
type RuleEcho struct {
	// Name is "controlled", "published", "quick" or "point"; Text says what the rule
	// demands.
	Name              string  `json:"name"`
	Text              string  `json:"text"`
	ErrorRate         float64 `json:"error_rate,omitempty"`
	BlockSeconds      float64 `json:"block_seconds,omitempty"`
	MaxMeasureSeconds float64 `json:"max_measure_seconds,omitempty"`
	BudgetSeconds     float64 `json:"budget_seconds,omitempty"`
	Scan              bool    `json:"scan,omitempty"`
	Companion         bool    `json:"companion,omitempty"`
	SpawnRate         float64 `json:"spawn_rate_agents_per_second"`
	SettleSeconds     float64 `json:"settle_seconds"`
	MeasureSeconds    float64 `json:"measure_seconds,omitempty"`
	MinTrajectories   int     `json:"min_trajectories"`
	MinPerAgent       int     `json:"min_trajectories_per_agent"`
	TimeoutSeconds    float64 `json:"timeout_seconds,omitempty"`
	DrainSeconds      float64 `json:"drain_seconds"`
}
