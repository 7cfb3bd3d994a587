package agentperf

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
)

func emptyReport(cfg Config) *Report {
	r := &Report{
		Schema: Schema, Started: time.Now().Round(0), Tiers: []TierResult{}, Phases: []PhaseResult{},
		Warnings: []metrics.Warning{},
	}
	if cfg.System != (pricing.System{}) && cfg.System.Validate() == nil {
		r.System = &cfg.System
	}
	return r
}

func newTierResult(t Tier) TierResult {
	r := TierResult{Name: t.name(), SpeedFloorTokensPerSecond: t.SpeedFloor, TTFTCeilingSeconds: t.TTFTCeiling.Seconds()}
	if t.E2EFloor > 0 {
		r.E2EFloorTokensPerSecond, r.E2EPercent = t.E2EFloor, t.percent()
	}
	return r
}

func echo(cfg Config) ConfigEcho {
	e := ConfigEcho{
		SessionHeader: cfg.Endpoint.SessionHeader, HTTP2: cfg.Endpoint.HTTP2,
		ContextTokens: max(0, cfg.ContextTokens),
		Model:         cfg.Policy.Model, Fields: cfg.Policy.Fields, Output: cfg.Policy.Output,
		MaxTokens: cfg.Policy.MaxTokens, MaxTokensField: cfg.Policy.MaxTokensField, ToolDelay: cfg.Policy.ToolDelay, ToolDelayScale: cfg.Policy.ToolDelayScale,
		CachePrefix: cfg.Policy.Prefix, HumanWaitCapSeconds: cfg.Policy.HumanWaits.Seconds(),
		ToolDelayCapSeconds: cfg.Policy.ToolDelayMax.Seconds(),
		Seed:                cfg.Seed, MaxStart: given(cfg.MaxStart), Start: cfg.Start, MaxAgents: cfg.MaxAgents, MaxPhases: cfg.MaxPhases,
		Label: cfg.Label, ClientLagSeconds: max(0, cfg.ClientLag.Seconds()),
		PercentileRule: "exact, linear interpolation at rank (n-1)q",
	}
	if cfg.Connect == nil {
		e.Endpoint = cfg.Endpoint.URL
		e.TimeoutSeconds = cmp.Or(cfg.Endpoint.Timeout, endpoint.DefaultTimeout).Seconds()
		e.IdleSeconds = cmp.Or(cfg.Endpoint.IdleTimeout, endpoint.DefaultIdleTimeout).Seconds()
	}
	e.Headers = slices.Sorted(maps.Keys(cfg.Endpoint.Header))
	if w := cfg.Workload; w != nil {
		waits := w.Waits(cfg.Policy)
		e.HumanWaitsRecordedSeconds, e.HumanWaitsReplayedSeconds = waits.Human.Seconds(), waits.HumanReplayed.Seconds()
		e.ToolDelaysRecordedSeconds, e.ToolDelaysReplayedSeconds = waits.Tool.Seconds(), waits.ToolReplayed.Seconds()
		e.Workload, e.Trajectories, e.Origins = w.Name, len(w.Trajectories), w.Origins()
		for t := range w.Threads() {
			e.Turns += len(t.Turns)
			for i := range t.Turns {
				if !t.Turns[i].ToolDelayKnown {
					e.TurnsWithoutDelay++
				}
			}
		}
	}
	e.Rule = ruleEcho(cfg.Rule)
	return e
}

func ruleEcho(rule Rule) (e RuleEcho) {
	switch r := rule.(type) {
	case Controlled:
		e = RuleEcho{
			ErrorRate: r.ErrorRate, BlockSeconds: r.Block.Seconds(), MaxMeasureSeconds: r.MaxMeasure.Seconds(),
			SpawnRate: given(r.SpawnRate), SettleSeconds: given(r.Settle).Seconds(), DrainSeconds: given(r.Drain).Seconds(),
			Text: fmt.Sprintf("in the steady state at most 25 %% of requests slower than the floor and at most 5 %% later than the ceiling, failed ones being both; wrong for a tier with a probability of at most %v", r.ErrorRate),
		}
	case Point:
		e = RuleEcho{
			SpawnRate: given(r.SpawnRate), SettleSeconds: given(r.Settle).Seconds(), MeasureSeconds: r.Measure.Seconds(), TimeoutSeconds: r.Timeout.Seconds(),
			MinTrajectories: given(r.MinTrajectories), MinPerAgent: given(r.MinPerAgent), DrainSeconds: given(r.Drain).Seconds(),
			Text: "P25 output speed >= floor and P95 TTFT <= ceiling; a failed request is speed 0 and TTFT +Inf",
		}
	}
	e.Name = rule.String()
	return e
}
