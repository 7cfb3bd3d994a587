package agentperf

import (
	"encoding/json"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Profiles returns the published ways to measure, as known in November 2026, the latest of
// AA-AgentPerf first. The second is its first version, of "users"; local is aa-agentperf-local,
// another benchmark, of one agent.
func Profiles() []Profile {
	wording := metrics.Warning{Code: "prefix_wording", Text: "the text that keeps the caches of trajectories apart is a note of random words, new for each play; the wording and form of AA's are not published (its local tool takes 32 digits and a constant sentence)"}
	tokens := metrics.Warning{Code: "tokens_unchecked", Text: "token counts are the server's, held to the bytes that came; AA checks them with a local tokenizer"}
	unpublished := metrics.Warning{Code: "unpublished", Text: "a spawn rate of 1 agent per second and a time-out are as seen in vendors' files of the official client; that a phase is judged at the time-out, percentiles by linear interpolation at rank (n-1)q and failed requests as never served are inferred: AA has published none of them"}
	// 300 s for a request, as in vendors' files and in the local tool, however long it is silent.
	whole := endpoint.Config{Timeout: 300 * time.Second, IdleTimeout: 300 * time.Second}
	gptOSS := Effort{Model: "gpt-oss", Field: "reasoning_effort", Value: "high"}
	return []Profile{
		{
			Name:   "aa-2026-06",
			Source: "artificialanalysis.ai/methodology/agentperf of June 2026, of which the first part was read and the rest is as four write-ups report it; start turns, the spawn rate and the time-out as seen in vendors' files",
			Defaults: Config{
				Endpoint: whole,
				Policy: trajectory.Policy{
					Output: trajectory.OutputFree, MaxTokens: trajectory.DefaultMaxTokens,
					ToolDelay: trajectory.ToolDelaySampled, Prefix: trajectory.PrefixFront,
				},
				Rule: Point{}, MaxStart: defaultMaxStart,
			},
			TierSets: []string{"gpt-oss-120b", "deepseek-v4-pro"},
			Efforts: []Effort{
				gptOSS,
				{Model: "deepseek-v4", Field: "reasoning_effort", Value: "max", Inferred: "AA names the effort max; that it is asked for in the field which vendors' files have for other models is inferred"},
			},
			Unknown: []metrics.Warning{
				wording, tokens, unpublished,
				{Code: "tool_delays", Text: "tool delays are drawn from one log-normal distribution with a median of 1 s, within 0.1 and 5 s; AA draws them by kind of tool, from distributions of which it has published median and range"},
			},
			workload: "AA's private set of sessions",
		},
		{
			Name:   "aa-2026-03",
			Source: "artificialanalysis.ai/methodology/agentperf of March to May 2026, of which the first part was read, and ai-dynamo/aiperf issue 987, which sums it up; what that does not say is as in aa-2026-06",
			Defaults: Config{
				Endpoint: whole,
				Policy: trajectory.Policy{
					Output: trajectory.OutputFree, MaxTokens: trajectory.DefaultMaxTokens,
					ToolDelay: trajectory.ToolDelayRecorded, Prefix: trajectory.PrefixFront,
				},
				Rule: Point{}, MaxStart: defaultMaxStart,
			},
			TierSets: []string{"deepseek-v3.2", "launch-2026-03"},
			Efforts:  []Effort{gptOSS},
			Unknown: []metrics.Warning{
				wording, tokens, unpublished,
				{Code: "later_method", Text: "free answers of up to 16,384 tokens, the position of the prefix and the start turns are those of the later method; what this one had was not read"},
			},
			workload: "AA's private set of sessions",
		},
		{
			Name:   "local",
			Source: "github.com/ArtificialAnalysis/aa-agentperf-local, about version 0.3.3 of October 2026: one agent, whose figures are not to be mixed with those of AA-AgentPerf",
			Defaults: Config{
				Endpoint: whole,
				Policy: trajectory.Policy{
					Output: trajectory.OutputExact, MaxTokens: trajectory.DefaultMaxTokens,
					ToolDelay: trajectory.ToolDelayNone, Prefix: trajectory.PrefixFront,
					Fields: map[string]json.RawMessage{
						"temperature": json.RawMessage("0.7"), "top_p": json.RawMessage("0.8"), "top_k": json.RawMessage("20"), "min_p": json.RawMessage("0.0"),
					},
				},
				// Eight tasks, each once and from its first turn, however long that takes: a
				// window of a second ends with the last.
				Rule:     Point{SpawnRate: -1, Settle: -1, Measure: time.Second, MinTrajectories: 8, MinPerAgent: -1, Timeout: 12 * time.Hour},
				MaxStart: -1, MaxAgents: 1,
			},
			Unknown: []metrics.Warning{
				{Code: "prefix_wording", Text: "the text that keeps caches apart is a note of random words, new for each play; local has 32 random digits and a constant sentence, new for each run"},
				{Code: "order", Text: "trajectories are played in a random order; local plays them in the order of its files"},
				{Code: "headline", Text: "speed is judged by percentiles over requests; local's headline is pooled, all tokens over all time, without answers that call tools"},
			},
			workload: "the 8 tasks of agentperf-default-v1",
		},
	}
}
