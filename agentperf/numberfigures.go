package agentperf

import (
	"math"

	"github.com/agentperf/agentperf-go/telemetry"
)

// NumberFigures are what all phases at one number of agents measured together: a point of the
// curve of speed by number of agents. Under [Point] they are those of the requests that began
// in the windows. Under [Controlled] speeds are those of the answers that ended in the
// windows: as many of each kind end there as begin, and none is left out for being long, as
// the figures of one phase leave out what was cut. Percentiles of several phases are over
// their requests together, and within 0.1 % of exact.
type NumberFigures struct {
	Agents int `json:"agents"`
	// Phases are the indices of the phases that count: those that are not invalid.
	// MeasuredSeconds is the time of their windows.
	Phases          []int   `json:"phases"`
	MeasuredSeconds float64 `json:"measured_seconds"`
	// Requests, Failed and Trajectories are sums of those of [Figures].
	Requests     int `json:"requests"`
	Failed       int `json:"failed"`
	Trajectories int `json:"trajectories"`

	// Percentiles are as in [Figures], each with its interval; nil if unknown.
	P25Speed         *float64  `json:"p25_speed_tokens_per_second"`
	P25SpeedInterval *Interval `json:"p25_speed_interval_tokens_per_second"`

	P25E2ESpeed         *float64  `json:"p25_e2e_speed_tokens_per_second"`
	P25E2ESpeedInterval *Interval `json:"p25_e2e_speed_interval_tokens_per_second"`

	P95TTFT         *float64  `json:"p95_ttft_seconds"`
	P95TTFTState    string    `json:"p95_ttft_state"`
	P95TTFTInterval *Interval `json:"p95_ttft_interval_seconds"`

	// OutputTokensPerSecond is the throughput of the system over all windows; nil without one.
	OutputTokensPerSecond *float64 `json:"output_tokens_per_second"`
	// CachedInput is the share of input tokens that the server says came from a cache, of
	// the phases in which it states them; nil if it states none.
	CachedInput *float64 `json:"cached_input_share"`
	// Server is what Config.Observers saw of the system's metrics, and Yields of its power;
	// nil without.
	Server *telemetry.Level  `json:"server,omitempty"`
	Yields []telemetry.Yield `json:"yields,omitempty"`
}

// percentiles sets the percentiles of phases with these samples.
func (f *NumberFigures) percentiles(speed, e2e, ttft []*quantileSample) {
	if v, n, i := pooled(speed, speedQuantile); n > 0 {
		f.P25Speed, f.P25SpeedInterval = &v, i
	}
	if v, n, i := pooled(e2e, speedQuantile); n > 0 {
		f.P25E2ESpeed, f.P25E2ESpeedInterval = &v, i
	}
	if v, n, i := pooled(ttft, ttftQuantile); n > 0 {
		f.P95TTFTInterval = i
		if f.P95TTFTState = "infinite"; !math.IsInf(v, 1) {
			f.P95TTFT, f.P95TTFTState = &v, "ok"
		}
	}
}

// take sets the percentiles of the only phase, which are exact.
func (f *NumberFigures) take(p *Figures) {
	f.P25Speed, f.P25SpeedInterval = p.P25Speed, p.P25SpeedInterval
	f.P25E2ESpeed, f.P25E2ESpeedInterval = p.P25E2ESpeed, p.P25E2ESpeedInterval
	f.P95TTFT, f.P95TTFTState, f.P95TTFTInterval = p.P95TTFT, p.P95TTFTState, p.P95TTFTInterval
}
