package agentperf

import (
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
	"github.com/agentperf/agentperf-go/telemetry"
)

// Schema is the version of the JSON form of a [Report].
const Schema = "agentperf.report/2"

// A Report is the result of a run. It encodes to JSON; the units are in the names of the
// fields there.
type Report struct {
	// Schema is the constant Schema.
	Schema string `json:"schema"`
	// Run names the run: 16 hexadecimal digits, drawn when it began. Lines of Config.Requests
	// have it, too.
	Run string `json:"run,omitempty"`
	// Started is when the run began, by the client's wall clock.
	Started time.Time `json:"started"`
	// Complete reports whether the run ended by itself: all tiers are settled and there
	// was no error.
	Complete bool `json:"complete"`
	// Tiers holds one result per tier, in the order of Config.Tiers.
	Tiers []TierResult `json:"tiers"`
	// Phases holds all phases in order, those taken from a journal first.
	Phases []PhaseResult `json:"phases"`
	// Numbers holds what was measured at each number of agents, in increasing order.
	Numbers []NumberFigures `json:"numbers"`
	// Audit says whether anybody looked at what the system answered, and what was found.
	Audit AuditReport `json:"audit"`
	// Source says what the report was made from by [Judge]; nil for that of a run.
	Source *Source `json:"source,omitempty"`
	// Profile says how the run differs from the profile that Config.Profile names; nil without.
	Profile *ProfileResult `json:"profile,omitempty"`
	// System is Config.System; nil if nothing was stated.
	System *pricing.System `json:"system,omitempty"`
	// Identity is Config.Identity without what looks like a key, with the engine that the
	// server names if none was stated; nil if nothing is known. Tool is what measured.
	Identity *system.Identity `json:"identity,omitempty"`
	Tool     system.Tool      `json:"tool"`
	// Preflight holds the findings of the probe before the first phase; nil with
	// Config.Connect.
	Preflight *endpoint.Findings `json:"preflight,omitempty"`
	// Config is the configuration with its defaults filled in.
	Config ConfigEcho `json:"config"`
	// Resumed is the number of phases that were taken from a journal.
	Resumed int `json:"resumed_phases,omitempty"`
	// Warnings say what a reader must know beside the numbers.
	Warnings []metrics.Warning `json:"warnings"`
}

// A PhaseResult is the result of one phase.
type PhaseResult struct {
	Index  int `json:"index"`
	Agents int `json:"agents"`
	// Run is the run that the phase is of: an earlier one if it was taken from a journal.
	Run string `json:"run,omitempty"`
	// MeasuredSeconds is the length of the window, PhaseSeconds that of the whole phase.
	MeasuredSeconds float64 `json:"measured_seconds"`
	PhaseSeconds    float64 `json:"phase_seconds"`
	// Ending says why the window ended: "complete", "decided" (the phase had served its
	// purpose), "timeout", "nothing succeeded", "stopped" or "canceled".
	Ending string `json:"ending"`
	// Invalid says why the phase says nothing about the system, because the client itself
	// failed or was too slow, a request was longer than the endpoint's context, or the
	// endpoint has gone, and how requests failed beside that; empty when it does.
	Invalid string `json:"invalid,omitempty"`
	// Figures are what was measured; nil if the phase is invalid. What an invalid phase
	// saw, which is no measurement, is in InvalidFigures.
	Figures        *Figures `json:"figures"`
	InvalidFigures *Figures `json:"invalid_figures,omitempty"`
	// Server is what the system's own metrics say of the phase, Power what it drew in the
	// window, and Yields what that comes to for each output token; nil if Config.Observers saw
	// nothing of it.
	Server *telemetry.Server `json:"server,omitempty"`
	Power  *telemetry.Power  `json:"power,omitempty"`
	Yields []telemetry.Yield `json:"yields,omitempty"`
	// Client is the client's check of itself, and with several that of the latest; nil if
	// there was none.
	Client *metrics.ClientCheck `json:"client,omitempty"`
	// Clients says what each did where several drove the load, in the order of the Load;
	// empty with one. A client that saw a much slower system than the others, or had most of
	// the failures, is the warning uneven_clients.
	Clients []ClientResult `json:"clients,omitempty"`
	// StartSpread is the time in seconds from the first to the last start of several clients,
	// by how late each found itself, and LatestStart names the one that started last; nil and
	// empty with one.
	StartSpread *float64 `json:"start_spread_seconds,omitempty"`
	LatestStart string   `json:"latest_start,omitempty"`
	// Verdicts holds one verdict per tier on the number of agents, as it stood when the
	// phase ended. The final one is in TierResult.Numbers: later phases may change it, and
	// the search may only then demand a decision.
	Verdicts []TierVerdict     `json:"verdicts"`
	Warnings []metrics.Warning `json:"warnings,omitempty"`
}

// Figures are what a phase measured. Unless stated otherwise, they are of the requests that
// began in the measured window.
type Figures struct {
	// Requests is the number of requests, Failed the number of those that the server
	// failed, and Unmeasurable the number that succeeded but have no output speed, in all and
	// by reason; see [metrics.Timing.Unmeasurable].
	Requests     int `json:"requests"`
	Failed       int `json:"failed"`
	Unmeasurable int `json:"unmeasurable"`

	UnmeasurableReasons map[metrics.Unmeasurable]int `json:"unmeasurable_reasons,omitempty"`
	// StarvedAgents is the number of agents that waited for more than half of the window
	// and got no token in it, or whose requests hung that long and failed. Starved names
	// the first ten of them.
	StarvedAgents int            `json:"starved_agents"`
	Starved       []StarvedAgent `json:"starved,omitempty"`
	// TurnsPerAgentHour is the number of requests that ended well in the window, per agent
	// and hour; nil without a window.
	TurnsPerAgentHour *float64 `json:"turns_per_agent_hour"`
	// P95EndLag is the P95 of the time from the last token of an answer to the end of the
	// response, over the answers that ended well in the window, whenever they began; nil
	// if there are none. HeldEnds is the number of those that ended more than a second,
	// and more than a tenth of their duration, after the last token.
	P95EndLag *float64 `json:"p95_end_lag_seconds"`
	HeldEnds  int      `json:"held_ends"`
	// Tiers says for each tier how evenly the agents were served; empty without a window.
	Tiers []TierFigures `json:"tiers,omitempty"`
	// Outcomes counts the requests by outcome: those of package endpoint, "short" for an
	// answer of fewer tokens than were forced, and "implausible" for one that claims more
	// than it can hold, which fail too.
	Outcomes map[endpoint.Outcome]int `json:"outcomes"`
	// FailureExample is the message of the first failure.
	FailureExample string `json:"failure_example,omitempty"`
	// Trajectories is the number of trajectories completed in the window, and
	// LeastTrajectories the number completed by the agent that completed fewest.
	Trajectories      int `json:"trajectories"`
	LeastTrajectories int `json:"least_trajectories_per_agent"`

	// P25Speed and P50Speed are percentiles of output speed; nil if no request has one. The
	// intervals of percentiles are over the agents or plays of the phase.
	P25Speed         *float64  `json:"p25_speed_tokens_per_second"`
	P50Speed         *float64  `json:"p50_speed_tokens_per_second"`
	P25SpeedInterval *Interval `json:"p25_speed_interval_tokens_per_second"`
	// P25E2ESpeed and P50E2ESpeed are percentiles of E2E speed, all output tokens over
	// the duration of the whole request; nil if no request has one.
	P25E2ESpeed         *float64  `json:"p25_e2e_speed_tokens_per_second"`
	P50E2ESpeed         *float64  `json:"p50_e2e_speed_tokens_per_second"`
	P25E2ESpeedInterval *Interval `json:"p25_e2e_speed_interval_tokens_per_second"`
	// P95TTFT and P50TTFT are nil if infinite or without data. P95TTFTState says which
	// it is for P95TTFT: "ok", "infinite" or "no_data".
	P95TTFT         *float64  `json:"p95_ttft_seconds"`
	P95TTFTState    string    `json:"p95_ttft_state"`
	P50TTFT         *float64  `json:"p50_ttft_seconds"`
	P95TTFTInterval *Interval `json:"p95_ttft_interval_seconds"`
	// P95TenthEvent and P50TenthEvent are percentiles of the time from sending a request to
	// the tenth event with visible output, over the answers that ended well and have as
	// many; nil if none has. A first token that was sent ahead of the answer leaves it as it
	// is; see the warning first_token_apart.
	P95TenthEvent *float64 `json:"p95_tenth_event_seconds"`
	P50TenthEvent *float64 `json:"p50_tenth_event_seconds"`
	// P99InterEventGap is the P99 of the time between events with visible output, and
	// P99InterTokenGap that of the time between tokens, which is known only if the
	// server sends a running token count. Both are over the whole phase.
	P99InterEventGap *float64 `json:"p99_inter_event_gap_seconds"`
	P99InterTokenGap *float64 `json:"p99_inter_token_gap_seconds"`

	// OutputTokensPerSecond is the throughput of the system in the window, over all
	// requests, whenever they began. Tokens are spread evenly between the arrivals that
	// bound them.
	OutputTokensPerSecond float64 `json:"output_tokens_per_second"`
	InputTokens           int64   `json:"input_tokens"`
	OutputTokens          int64   `json:"output_tokens"`
	// CachedInputTokens are those of InputTokens that the server says came from a cache;
	// nil if it states them of no request, as many do not by default.
	CachedInputTokens *int64 `json:"cached_input_tokens"`
	// CachedRatio is CachedInputTokens over the input tokens of the requests for which it is
	// stated; nil without. AllowedCachedRatio is the most that a cache of unlimited size could
	// have had of the input of these requests, of all if it is stated for none; nil if no
	// request had any input. See ReuseEcho.
	CachedRatio        *float64 `json:"cached_input_ratio"`
	AllowedCachedRatio *float64 `json:"allowed_cached_input_ratio"`
	// InputRatio is the server's count of input tokens over the recorded one, summed over
	// the requests that have both; nil if none has.
	InputRatio *float64 `json:"input_tokens_of_recorded_ratio"`
	// LatenessP99 is the P99 of how late the client sent its requests.
	LatenessP99 *float64 `json:"lateness_p99_seconds"`
	// TokenSources counts the requests by where their token total came from.
	TokenSources map[metrics.Source]int `json:"token_sources"`
	// Reconnects is the number of requests sent again, over the whole phase, because the
	// server closed the keep-alive connection just as the request was put on it.
	Reconnects int64 `json:"reconnects"`
}

// TierFigures say how evenly a phase served its agents by the measure of one tier. A request
// breaks the tier if it fails, is below the floor or has its first token after the ceiling;
// one that the client cut does so if that was certain by then, or if its tokens had come
// below the floor for at least ten seconds.
type TierFigures struct {
	Tier string `json:"tier"`
	// Ended is the number of requests that ended in the window, and Broken the number of
	// those that break the tier.
	Ended  int `json:"requests_ended"`
	Broken int `json:"requests_broken"`
	// SlowAgentTime is the share of the agents' time in the window that was spent in
	// requests that break the tier: at a random moment that share of the agents waits for
	// one. It exceeds the share of such requests, because they take longer.
	SlowAgentTime float64 `json:"slow_agent_time"`
	// AgentsBelowFloor is the number of agents whose median speed is below the floor, of
	// those with at least three answers in the window.
	AgentsBelowFloor int `json:"agents_below_floor"`
	// AllowedTurns is the number of turns per hour of an agent all of whose answers take
	// as long as the tier allows: TTFT at the ceiling, or as it was if there is none, and
	// tokens at the floor, after the recorded pauses. Nil if no answer ended well in the
	// window.
	AllowedTurns *float64 `json:"allowed_turns_per_agent_hour"`
}

// A StarvedAgent is one that waited for more than half of the window and got no token in it.
type StarvedAgent struct {
	// Agent counts from 0.
	Agent         int     `json:"agent"`
	WaitedSeconds float64 `json:"waited_seconds"`
}

// Verdict returns the verdict on the tier with the given name, or "" if there is none.
func (p *PhaseResult) Verdict(tier string) Verdict {
	for _, v := range p.Verdicts {
		if v.Tier == tier {
			return v.Verdict
		}
	}
	return ""
}
