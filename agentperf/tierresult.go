package agentperf

import (
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
)

// A TierResult is the limit found for a service level.
type TierResult struct {
	Name                      string                  `json:"name"`
	SpeedFloorTokensPerSecond metrics.TokensPerSecond `json:"speed_floor_tokens_per_second"`
	TTFTCeilingSeconds        float64                 `json:"ttft_ceiling_seconds"`
	// E2EFloorTokensPerSecond is the floor of E2E speed at the percentile E2EPercent;
	// both are 0 for tiers with a SpeedFloor.
	E2EFloorTokensPerSecond metrics.TokensPerSecond `json:"e2e_floor_tokens_per_second,omitempty"`
	E2EPercent              float64                 `json:"e2e_percent,omitempty"`
	// CheckAgents is the number of agents that a Check judged; 0 in the result of a Run.
	CheckAgents int `json:"check_agents,omitempty"`
	// MaxAgents is the largest number of agents at which the tier held, with no failure
	// at or below it; 0 if there is none.
	MaxAgents int `json:"max_agents"`
	// FirstFailingAgents is the smallest number of agents at which the tier was seen to
	// fail; nil if it never was.
	FirstFailingAgents *int `json:"first_failing_agents"`
	// Bounded reports whether a failure was seen, so that MaxAgents is a limit of the
	// system and not of the search. If FirstFailingAgents is MaxAgents + 1, the limit is
	// exact.
	Bounded bool `json:"bounded"`
	// UndecidedAgents is the smallest number of agents above MaxAgents, and below any that
	// failed, that stayed undecided; nil if there is none.
	UndecidedAgents *int `json:"undecided_agents"`
	// TentativeMaxAgents is, under Controlled, the largest number of agents above
	// MaxAgents whose evidence points to a pass without deciding it; nil if there is none.
	TentativeMaxAgents *int `json:"tentative_max_agents,omitempty"`
	// EstimateAgents is the best guess at the limit: MaxAgents where it is exact,
	// otherwise Limit rounded down, or the tentative maximum if there is no Limit; nil if
	// nothing is known. The limit is at least MaxAgents, and less than FirstFailingAgents if
	// that is known.
	EstimateAgents *int `json:"estimate_agents"`
	// Limit is, under Controlled, the number of agents, with a fraction, at which the shares
	// of requests that break the tier reach what it allows, by all phases at all numbers.
	// LimitLow and LimitHigh are where the phases leave it, at about two standard errors and
	// within MaxAgents and FirstFailingAgents. They rest on a model and are no bounds that
	// hold with a stated probability. Nil if nothing is known, which needs a number that
	// seems to hold, or one agent, and one that seems not to.
	Limit     *float64 `json:"limit"`
	LimitLow  *float64 `json:"limit_low"`
	LimitHigh *float64 `json:"limit_high"`
	// Tried are the numbers of agents that left evidence, in increasing order. Nothing was
	// measured between them: a system may fail at one there and hold at more.
	Tried []int `json:"tried"`
	// Confirmed reports, under Controlled, whether MaxAgents passed and MaxAgents + 1
	// failed, each on its own evidence, or MaxAgents passed and is Config.MaxAgents.
	Confirmed bool `json:"confirmed"`
	// Assumption is what the answer rests on, in a clause: without it, nothing is known of
	// the probability that the answer is wrong.
	Assumption string `json:"assumption,omitempty"`
	// Numbers are all numbers of agents that were measured, in increasing order.
	Numbers []Number `json:"numbers"`
	// SpentSeconds is how long this run kept the system busy until the result was known,
	// including ramps and drains. FixedRuleSeconds is what the published rule would take:
	// a ramp, 30 s of settling and 10 minutes for each number that a doubling and
	// bisecting search asks for.
	SpentSeconds     float64 `json:"spent_seconds"`
	FixedRuleSeconds float64 `json:"fixed_rule_seconds"`
	// Normalized is MaxAgents per accelerator, kW and so on; nil without an answer or if
	// Config.System states nothing. If the limit is not exact, these are lower bounds.
	Normalized *pricing.Normalized `json:"normalized,omitempty"`
	// Measured is MaxAgents per kW and MW of the power that Config.Observers measured over the
	// phases with that number, for each basis; empty without.
	Measured []pricing.Normalized `json:"normalized_measured,omitempty"`
	// Meanwhile says in words what the system's metrics were at FirstFailingAgents and at
	// MaxAgents; empty if nothing is known.
	Meanwhile string `json:"meanwhile,omitempty"`
}

// A Number is the verdict on one tier at one number of agents, on the evidence of all phases
// with that number.
type Number struct {
	Agents int `json:"agents"`
	// Verdict, Tentative, Reason and Categorical are as in [TierVerdict].
	Verdict     Verdict `json:"verdict"`
	Tentative   Verdict `json:"tentative,omitempty"`
	Reason      string  `json:"reason,omitempty"`
	Categorical bool    `json:"categorical,omitempty"`
	// Criteria holds what is known about each promise of the tier; it is empty if nothing
	// was observed, or if the verdict needs no statistics.
	Criteria []Criterion `json:"criteria,omitempty"`
	// MeasuredSeconds is the total measuring time over the phases that count, and Phases
	// are the indices of all phases of this run and its journal with this number.
	MeasuredSeconds float64 `json:"measured_seconds"`
	Phases          []int   `json:"phases"`
	// NeededSeconds estimates the total measuring time that a verdict would take; 0 if it
	// is decided or unknown.
	NeededSeconds float64 `json:"needed_seconds,omitempty"`
	// TurnsPerAgentHour and SlowAgentTime are as in [Figures] and [TierFigures], over the
	// windows of all phases together, and P95EndLag is the median over the phases; nil if
	// nothing was measured.
	TurnsPerAgentHour *float64 `json:"turns_per_agent_hour"`
	SlowAgentTime     *float64 `json:"slow_agent_time"`
	P95EndLag         *float64 `json:"p95_end_lag_seconds"`
}

// A Criterion is what is known about one promise of a tier at a number of agents: the share
// of requests that break it, over all phases with that number.
type Criterion struct {
	// Name is "output_speed", "ttft" or "e2e_speed".
	Name string `json:"name"`
	// Limit is the share of requests that may break the promise.
	Limit float64 `json:"limit"`
	// Estimate is the share in the steady state by all phases at the number, and under Point
	// the observed share of the latest; for TTFT it is always the observed one. Lower and Upper
	// bound the true share, at all looks together, each at the part of the error rate that a
	// verdict may use; they are nil under Point, which has none. The criterion passes if Upper
	// is below Limit, and fails if Lower is above it, unless the later half of the phases, the
	// load or the system's steadiness forbid it, of which Reason then tells. Answers without a
	// speed, for a reason that may hide a slow one, count as good in Estimate and Lower and as
	// bad in Upper.
	Estimate float64  `json:"estimate"`
	Lower    *float64 `json:"lower"`
	Upper    *float64 `json:"upper"`
	// Requests is the number of requests whose fate is known, and Effective the number of
	// independent ones that would leave the share as uncertain.
	Requests  int     `json:"requests"`
	Effective float64 `json:"effective_sample_size"`
}

// Number returns the verdict on a number of agents; nil if it was not measured.
func (t *TierResult) Number(agents int) *Number {
	for i := range t.Numbers {
		if t.Numbers[i].Agents == agents {
			return &t.Numbers[i]
		}
	}
	return nil
}

// answered reports whether the limit is known, or bounded from both sides. Without a number
// that holds it is if one agent was seen to fail.
func (t *TierResult) answered() bool {
	return t.FirstFailingAgents != nil && (t.MaxAgents > 0 || *t.FirstFailingAgents == 1) || t.Confirmed
}

// exact reports whether MaxAgents is the limit and not just a lower bound: one more was
// seen to fail.
func (t *TierResult) exact() bool {
	return t.FirstFailingAgents != nil && *t.FirstFailingAgents == t.MaxAgents+1
}

// normalize divides the answer by what is known of the system. 0 agents are an answer only
// when a single one was seen to fail.
func (t *TierResult) normalize(s *pricing.System) {
	if s == nil || t.MaxAgents == 0 && !t.exact() {
		return
	}
	if n, err := s.Normalize(float64(t.MaxAgents)); err == nil { // the system is valid
		t.Normalized = &n
	}
}

// normalizedLines returns the figures per accelerator and so on in words.
func (t *TierResult) normalizedLines() []string {
	if t.Normalized == nil {
		return nil
	}
	lines := t.Normalized.Lines("agents")
	if !t.exact() {
		for i := range lines {
			lines[i] = "at least " + lines[i]
		}
	}
	return lines
}
