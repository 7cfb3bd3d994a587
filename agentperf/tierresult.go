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
	// LeaningAgents is the tentative maximum under ControlledRule: the largest number of
	// agents above MaxAgents whose evidence points to a pass without deciding it; nil if
	// there is none.
	LeaningAgents *int `json:"leaning_agents,omitempty"`
	// Confirmed reports, under ControlledRule, whether MaxAgents passed and MaxAgents + 1
	// failed, each on its own evidence, or MaxAgents passed and is Config.MaxAgents.
	// Passed and Failed are the evidence for the two, or for the nearest numbers that are
	// decided.
	Confirmed bool       `json:"confirmed"`
	Passed    *Neighbour `json:"passed,omitempty"`
	Failed    *Neighbour `json:"failed,omitempty"`
	// SpentSeconds is how long this run kept the system busy until the result was known,
	// including ramps and drains. FixedRuleSeconds is what the published rules would take:
	// a ramp, 30 s of settling and 10 minutes for each number that a doubling and
	// bisecting search asks for.
	SpentSeconds     float64 `json:"spent_seconds"`
	FixedRuleSeconds float64 `json:"fixed_rule_seconds"`
	// Normalized is MaxAgents per accelerator, kW and so on; nil without an answer or if
	// Config.System states nothing. If the limit is not exact, these are lower bounds.
	Normalized *pricing.Normalized `json:"normalised,omitempty"`
}

// A Neighbour is one of the two numbers of agents on either side of the limit, with the
// evidence for its verdict.
type Neighbour struct {
	Agents int `json:"agents"`
	// MeasuredSeconds is the total measuring time, over Phases phases.
	MeasuredSeconds float64     `json:"measured_seconds"`
	Phases          int         `json:"phases"`
	Criteria        []Criterion `json:"criteria,omitempty"`
	// Reason explains a categorical failure; empty otherwise.
	Reason string `json:"reason,omitempty"`
}

// exact reports whether MaxAgents is the limit and no lower bound of it: one
// more was seen to fail.
func (t TierResult) exact() bool {
	return t.FirstFailingAgents != nil && *t.FirstFailingAgents == t.MaxAgents+1
}

// normalise divides the answer by what is known of the system. 0 agents are an
// answer only when a single one was seen to fail.
func (t *TierResult) normalise(s *pricing.System) {
	if s == nil || t.MaxAgents == 0 && !t.exact() {
		return
	}
	if n, err := s.Normalize(float64(t.MaxAgents)); err == nil { // the system is valid
		t.Normalized = &n
	}
}

// normalisedLines returns the figures per accelerator and so on in words.
func (t TierResult) normalisedLines() []string {
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
