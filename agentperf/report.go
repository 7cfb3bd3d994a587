package agentperf

import (
	"encoding/json"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
)

// Schema is the version of the JSON form of a [Report].
const Schema = "agentperf.report/1"

// A Report is the result of a run. It encodes to JSON; units are in the names.
type Report struct {
	Schema string `json:"schema"`
	// Started is when the run began, by the client's wall clock.
	Started time.Time `json:"started"`
	// Complete is set when the run came to its own end.
	Complete bool `json:"complete"`
	// Tiers are the results, in the order of the configuration.
	Tiers []TierResult `json:"tiers"`
	// Phases are all phases run, in order.
	Phases []PhaseResult `json:"phases"`
	// System is what capacity is divided by; nil when nothing was stated.
	System *pricing.System `json:"system,omitempty"`
	// Preflight is what the endpoint was found to be; nil without one.
	Preflight *endpoint.Findings `json:"preflight,omitempty"`
	// Config is the configuration with its defaults filled in.
	Config ConfigEcho `json:"config"`
	// Resumed is the number of phases that were taken from a journal.
	Resumed int `json:"resumed_phases,omitempty"`
	// Warnings are what a reader must know beside the numbers.
	Warnings []string `json:"warnings"`
}

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

// A PhaseResult is one phase. Requests and what is said of them are those that
// began in the measured window, unless it says otherwise.
type PhaseResult struct {
	Index  int `json:"index"`
	Agents int `json:"agents"`
	// Requests is their number, Failed how many of them failed by the
	// server's fault, Unmeasurable how many succeeded without a speed.
	Requests     int `json:"requests"`
	Failed       int `json:"failed"`
	Unmeasurable int `json:"unmeasurable"`
	// StarvedAgents is the number of agents that waited during more than half of the
	// window and got no token in it, or whose requests hung for so long and failed.
	StarvedAgents int `json:"starved_agents"`
	// Outcomes counts how they ended.
	Outcomes map[endpoint.Outcome]int `json:"outcomes"`
	// FailureExample is what the first failure said.
	FailureExample string `json:"failure_example,omitempty"`
	// Trajectories is how many were completed in the window, and
	// LeastTrajectories how many by the agent who completed least.
	Trajectories      int `json:"trajectories"`
	LeastTrajectories int `json:"least_trajectories_per_agent"`

	// P25Speed and P50Speed are of output speed; nil when there is none.
	P25Speed *float64 `json:"p25_speed_tokens_per_second"`
	P50Speed *float64 `json:"p50_speed_tokens_per_second"`
	// P25E2ESpeed and P50E2ESpeed are of E2E speed, all output tokens over the
	// whole request; nil when there is none.
	P25E2ESpeed *float64 `json:"p25_e2e_speed_tokens_per_second"`
	P50E2ESpeed *float64 `json:"p50_e2e_speed_tokens_per_second"`
	// P95TTFT and P50TTFT are nil when infinite or without data; the state
	// tells which: "ok", "infinite" or "no_data".
	P95TTFT      *float64 `json:"p95_ttft_seconds"`
	P95TTFTState string   `json:"p95_ttft_state"`
	P50TTFT      *float64 `json:"p50_ttft_seconds"`
	// P99InterEventGap is of the time between events with visible output, and
	// P99InterTokenGap of that between tokens, known only with a running token
	// count; both over the whole phase.
	P99InterEventGap *float64 `json:"p99_inter_event_gap_seconds"`
	P99InterTokenGap *float64 `json:"p99_inter_token_gap_seconds"`

	// MeasuredSeconds is the length of the window, PhaseSeconds that of the
	// whole phase.
	MeasuredSeconds float64 `json:"measured_seconds"`
	PhaseSeconds    float64 `json:"phase_seconds"`
	// OutputTokensPerSecond is what the system put out in the window, over all
	// requests: tokens spread evenly between the stamps they came with.
	OutputTokensPerSecond float64 `json:"output_tokens_per_second"`
	InputTokens           int64   `json:"input_tokens"`
	CachedInputTokens     int64   `json:"cached_input_tokens"`
	OutputTokens          int64   `json:"output_tokens"`
	// InputRatio is the input tokens that the server counted over those that were
	// recorded, of requests that have both; nil without any.
	InputRatio *float64 `json:"input_tokens_of_recorded_ratio"`
	// LatenessP99 is how late the client sent its requests.
	LatenessP99 *float64 `json:"lateness_p99_seconds"`
	// Client is how the client itself fared.
	Client *ClientCheck `json:"client,omitempty"`
	// TokenSources counts where token totals came from.
	TokenSources map[metrics.Source]int `json:"token_sources"`
	// Reconnects counts keep-alive connections that the server had closed just
	// as a request was put on them, over the whole phase.
	Reconnects int64 `json:"reconnects"`
	// Ending says why the window ended: "complete", "decided" when the phase had
	// served its purpose, "timeout", "nothing succeeded", "stopped" or "canceled".
	Ending string `json:"ending"`

	Verdicts []TierVerdict `json:"verdicts"`
	Warnings []string      `json:"warnings,omitempty"`

	silence string // why at the end of the phase no request succeeded
}

// A TierVerdict is the verdict of a phase on a tier.
type TierVerdict struct {
	Tier    string  `json:"tier"`
	Verdict Verdict `json:"verdict"`
	// Leaning is where the evidence points when the controlled rule is undecided,
	// which is all that a search needs of most numbers: "pass" or "fail".
	Leaning Verdict `json:"leaning,omitempty"`
	// Reason says why it is not a pass.
	Reason string `json:"reason,omitempty"`
	// Beyond is set when the verdict is no question of statistics: nothing
	// succeeded, or agents starved.
	Beyond bool `json:"beyond_statistics,omitempty"`
	// Criteria are what is known of each promise under ControlledRule.
	Criteria []Criterion `json:"criteria,omitempty"`
	// NeededSeconds is for how long in all this number of agents would have to be
	// measured for a verdict, as things look; 0 when there is one or nobody knows.
	NeededSeconds float64 `json:"needed_seconds,omitempty"`
	// Evidence is that of this phase alone, for Config.Earlier. Its form may change.
	Evidence json.RawMessage `json:"evidence,omitempty"`
}

// Verdict returns the verdict on the tier of a name, empty when there is none.
func (p *PhaseResult) Verdict(tier string) Verdict {
	for _, v := range p.Verdicts {
		if v.Tier == tier {
			return v.Verdict
		}
	}
	return ""
}
