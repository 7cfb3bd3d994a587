package agentperf

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/search"
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

// A ClientCheck is how the client itself fared in the measured window. Where it was too
// slow, it would have measured itself.
type ClientCheck struct {
	// WakeLagP99 and WakeLagMax are how late a goroutine ran that was due at a
	// time: what stamps and sends are late by. LagSeconds is what is judged: the
	// former, the 90th percentile in windows too short for it, 0 in shorter ones.
	WakeLagP99 float64 `json:"wake_lag_p99_seconds"`
	WakeLagMax float64 `json:"wake_lag_max_seconds"`
	LagSeconds float64 `json:"lag_seconds"`
	// SchedulerP99 is of the time that goroutines waited for a processor.
	SchedulerP99 float64 `json:"scheduler_latency_p99_seconds"`
	GCPauseMax   float64 `json:"gc_pause_max_seconds"`
	GCPauseTotal float64 `json:"gc_pause_total_seconds"`
	// CPUShare is the processor time used of what Processors have; nil where it is
	// not known.
	CPUShare   *float64 `json:"cpu_share"`
	Processors int      `json:"processors"`
}

// A Criterion is what is known of one promise of a tier at a number of agents: which
// share of the requests breaks it. Shares are of all phases of that number so far.
type Criterion struct {
	// Name is "output_speed", "ttft" or "e2e_speed".
	Name string `json:"name"`
	// Limit is the share that may be bad.
	Limit float64 `json:"limit"`
	// Share is the one observed. Lower and Upper are its bounds, at all looks of a
	// phase together, with the part of Config.ErrorRate that a verdict may use: it
	// passes when Upper is below Limit, and fails when Lower is above, given ten
	// blocks, and not for what is over in the later half of them. Requests
	// that were still open count as good in Lower and as bad in Upper.
	Share float64 `json:"share"`
	Lower float64 `json:"lower"`
	Upper float64 `json:"upper"`
	// Requests is their number, Effective that of independent ones which would say
	// as much.
	Requests  int     `json:"requests"`
	Effective float64 `json:"effective_sample_size"`
}

// A VerdictRule says how tiers are judged.
type VerdictRule string

const (
	// PointRule: by the percentiles observed in one phase, as Artificial Analysis
	// does. P25 of output speed is at least the floor and P95 of TTFT at most the
	// ceiling. What chance did to them is not asked.
	PointRule VerdictRule = "point"
	// ControlledRule: by what can be said of the steady state with an error rate of
	// at most Config.ErrorRate: at most 25 % of requests are slower than the floor
	// and at most 5 % later than the ceiling. Phases are as long as that takes.
	ControlledRule VerdictRule = "controlled"
)

func (v VerdictRule) validate() error {
	switch v {
	case "", PointRule, ControlledRule:
		return nil
	}
	return fmt.Errorf("agentperf: Verdict is %q, expected %s or %s", string(v), PointRule, ControlledRule)
}

// text says what the rule demands.
func (v VerdictRule) text(errorRate float64) string {
	if v == ControlledRule {
		return fmt.Sprintf("controlled: in the steady state at most 25 %% of requests slower than the floor and at most 5 %% later than the ceiling, failed ones being both; wrong for a tier with a probability of at most %v", errorRate)
	}
	return "point: P25 output speed >= floor and P95 TTFT <= ceiling; a failed request is speed 0 and TTFT +Inf"
}

// A Verdict says whether a tier holds at a number of agents.
type Verdict string

const (
	// Pass: the tier holds.
	Pass Verdict = "pass"
	// Fail: it does not.
	Fail Verdict = "fail"
	// Undecided: there was nothing to judge, or the rules of the phase were
	// not met.
	Undecided Verdict = "undecided"
	// Invalid: the client failed, so that the phase says nothing.
	Invalid Verdict = "invalid"
)

// answer is what a verdict tells a search.
func (v Verdict) answer() search.Verdict {
	switch v {
	case Pass:
		return search.Pass
	case Fail:
		return search.Fail
	}
	return search.Unclear
}
