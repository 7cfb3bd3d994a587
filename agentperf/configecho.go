package agentperf

import (
	"encoding/json"

	"github.com/agentperf/agentperf-go/trajectory"
)

// A ConfigEcho is the configuration of a run in its report, with the defaults
// filled in and without secrets: of headers there are only the names.
type ConfigEcho struct {
	Endpoint       string   `json:"endpoint,omitempty"`
	Headers        []string `json:"headers,omitempty"`
	SessionHeader  string   `json:"session_header,omitempty"`
	HTTP2          bool     `json:"http2"`
	TimeoutSeconds float64  `json:"request_timeout_seconds,omitempty"`
	IdleSeconds    float64  `json:"idle_timeout_seconds,omitempty"`

	Workload     string `json:"workload"`
	Trajectories int    `json:"trajectories"`
	Turns        int    `json:"turns"`
	// TurnsWithoutDelay have no recorded tool delay.
	TurnsWithoutDelay int `json:"turns_without_recorded_delay"`
	ContextTokens     int `json:"context_tokens,omitempty"`
	// WorkloadSHA256 is of what is replayed: all messages, lengths and delays.
	WorkloadSHA256 string `json:"workload_sha256,omitempty"`

	Model          string                     `json:"model"`
	Fields         map[string]json.RawMessage `json:"fields,omitempty"`
	Output         trajectory.Output          `json:"output"`
	MaxTokens      int                        `json:"max_tokens"`
	ToolDelay      trajectory.ToolDelay       `json:"tool_delay"`
	ToolDelayScale float64                    `json:"tool_delay_scale"`
	// CachePrefix is where the text goes that keeps caches of plays apart.
	CachePrefix trajectory.PrefixPosition `json:"cache_prefix"`
	// HumanWaitCapSeconds bounds each wait for a person; of those recorded,
	// HumanWaitsRecordedSeconds in all, HumanWaitsReplayedSeconds are replayed.
	HumanWaitCapSeconds       float64 `json:"human_wait_cap_seconds"`
	HumanWaitsRecordedSeconds float64 `json:"human_waits_recorded_seconds"`
	HumanWaitsReplayedSeconds float64 `json:"human_waits_replayed_seconds"`
	// ToolDelaysRecordedSeconds in all, ToolDelaysReplayedSeconds are replayed.
	ToolDelayCapSeconds       float64 `json:"tool_delay_cap_seconds"`
	ToolDelaysRecordedSeconds float64 `json:"tool_delays_recorded_seconds"`
	ToolDelaysReplayedSeconds float64 `json:"tool_delays_replayed_seconds"`

	Rules struct {
		Name            string  `json:"name"`
		SpawnRate       float64 `json:"spawn_rate_agents_per_second"`
		SettleSeconds   float64 `json:"settle_seconds"`
		MeasureSeconds  float64 `json:"measure_seconds"`
		MinTrajectories int     `json:"min_trajectories"`
		MinPerAgent     int     `json:"min_trajectories_per_agent"`
		TimeoutSeconds  float64 `json:"timeout_seconds,omitempty"`
		DrainSeconds    float64 `json:"drain_seconds"`
		// BlockSeconds and MaxMeasureSeconds are of ControlledRule.
		BlockSeconds      float64 `json:"block_seconds,omitempty"`
		MaxMeasureSeconds float64 `json:"max_measure_seconds,omitempty"`
	} `json:"rules"`
	// Origins count where what is replayed comes from: turns by origin.
	Origins trajectory.StatsOrigins `json:"origins"`
	// Seed is a string, since JSON numbers do not hold 64 bits everywhere.
	Seed      uint64 `json:"seed,string"`
	MaxStart  int    `json:"max_start_turn"`
	Start     int    `json:"start_agents"`
	MaxAgents int    `json:"max_agents"`
	MaxPhases int    `json:"max_phases,omitempty"`
	// ClientLagSeconds is beyond what lag of the client a phase is invalid, 0 never.
	ClientLagSeconds float64 `json:"client_lag_seconds"`
	// Verdict is how tiers are judged, ErrorRate the probability of a wrong answer
	// that is allowed for under ControlledRule; VerdictRule and PercentileRule say
	// both in words.
	Verdict        VerdictRule `json:"verdict"`
	ErrorRate      float64     `json:"error_rate,omitempty"`
	VerdictRule    string      `json:"verdict_rule"`
	PercentileRule string      `json:"percentile_rule"`
}
