package agentperf

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/pricing"
)

func emptyReport(cfg Config) *Report {
	r := &Report{
		Schema: Schema, Started: time.Now().Round(0), Tiers: []TierResult{}, Phases: []PhaseResult{},
		Warnings: []string{},
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
		MaxTokens: cfg.Policy.MaxTokens, ToolDelay: cfg.Policy.ToolDelay, ToolDelayScale: cfg.Policy.ToolDelayScale,
		CachePrefix: cfg.Policy.Prefix, HumanWaitCapSeconds: cfg.Policy.HumanWaits.Seconds(),
		ToolDelayCapSeconds: cfg.Policy.ToolDelayMax.Seconds(),
		Seed:                cfg.Seed, MaxStart: cfg.MaxStart, Start: cfg.Start, MaxAgents: cfg.MaxAgents, MaxPhases: cfg.MaxPhases,
		Verdict: cfg.Verdict, ClientLagSeconds: max(0, cfg.ClientLag.Seconds()),
		VerdictRule:    cfg.Verdict.text(cfg.ErrorRate),
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
	if cfg.Verdict == ControlledRule {
		e.ErrorRate = cfg.ErrorRate
		e.Rules.BlockSeconds, e.Rules.MaxMeasureSeconds = cfg.Rules.Block.Seconds(), cfg.Rules.MaxMeasure.Seconds()
	}
	r := cfg.Rules
	e.Rules.Name, e.Rules.SpawnRate = r.Name, r.SpawnRate
	e.Rules.SettleSeconds, e.Rules.MeasureSeconds = r.Settle.Seconds(), r.Measure.Seconds()
	e.Rules.MinTrajectories, e.Rules.MinPerAgent = r.MinTrajectories, r.MinPerAgent
	e.Rules.TimeoutSeconds, e.Rules.DrainSeconds = r.Timeout.Seconds(), r.Drain.Seconds()
	return e
}
