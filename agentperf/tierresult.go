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
	// E2EFloorTokensPerSecond is the floor of E2E speed at E2EPercent, of tiers
	// that have one instead of the two.
	E2EFloorTokensPerSecond metrics.TokensPerSecond `json:"e2e_floor_tokens_per_second,omitempty"`
	E2EPercent              float64                 `json:"e2e_percent,omitempty"`
	// MaxAgents is the largest number of agents at which the tier held, with
	// no failure at or below it; 0 when it held at none.
	MaxAgents int `json:"max_agents"`
	// FirstFailingAgents is the least number at which it was seen to fail; nil
	// when nothing failed.
	FirstFailingAgents *int `json:"first_failing_agents"`
	// Bounded is set when a failure was seen, so that MaxAgents is a limit of
	// the system and not of the search. With FirstFailingAgents one above
	// MaxAgents the limit is exact.
	Bounded bool `json:"bounded"`
	// UndecidedAgents is the least number above MaxAgents, and below any that
	// failed, of which nothing could be said; nil when there is none.
	UndecidedAgents *int `json:"undecided_agents"`
	// LeaningAgents is, under ControlledRule, the number above MaxAgents up to which
	// evidence that is not enough points to a pass; nil when there is none.
	LeaningAgents *int `json:"leaning_agents,omitempty"`
	// Confirmed is set under ControlledRule when MaxAgents passed and the number
	// after it failed, each on evidence of its own, or MaxAgents is the most that
	// was to be tried. Passed and Failed are that evidence, or of the nearest
	// numbers that are sure.
	Confirmed bool       `json:"confirmed"`
	Passed    *Neighbour `json:"passed,omitempty"`
	Failed    *Neighbour `json:"failed,omitempty"`
	// SpentSeconds is for how long this run kept the system at work until this was
	// known, ramps and drains included. FixedRuleSeconds is what the published 10
	// minutes for each number of a search by doubling and bisection would take.
	SpentSeconds     float64 `json:"spent_seconds"`
	FixedRuleSeconds float64 `json:"fixed_rule_seconds"`
	// Normalised is MaxAgents per accelerator, kW and so on; nil without an
	// answer or when nothing is known of the system. Where the limit is not
	// exact, neither are these.
	Normalised *pricing.Normalised `json:"normalised,omitempty"`
}

// A Neighbour is one of the two numbers of agents between which the limit lies, with
// the evidence for it.
type Neighbour struct {
	Agents int `json:"agents"`
	// MeasuredSeconds is for how long it was measured, over Phases phases.
	MeasuredSeconds float64     `json:"measured_seconds"`
	Phases          int         `json:"phases"`
	Criteria        []Criterion `json:"criteria,omitempty"`
	// Reason is set when the verdict is no question of statistics.
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
	if n, err := s.Normalise(float64(t.MaxAgents)); err == nil { // the system is valid
		t.Normalised = &n
	}
}

// normalisedLines returns the figures per accelerator and so on in words.
func (t TierResult) normalisedLines() []string {
	if t.Normalised == nil {
		return nil
	}
	lines := t.Normalised.Lines("agents")
	if !t.exact() {
		for i := range lines {
			lines[i] = "at least " + lines[i]
		}
	}
	return lines
}
