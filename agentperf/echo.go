package agentperf

import (
	"maps"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/system"
)

func newReport() *Report {
	return &Report{
		Schema: Schema, Started: time.Now().Round(0), Tool: system.ThisTool(), Tiers: []TierResult{}, Phases: []PhaseResult{}, Numbers: []NumberFigures{},
		Audit: AuditReport{Outcome: NotAudited, Reason: "nobody asked for it", Checks: []AuditCheck{}}, Warnings: []metrics.Warning{},
	}
}

func newTierResult(t Tier) TierResult {
	r := TierResult{Name: t.name(), SpeedFloorTokensPerSecond: t.SpeedFloor, TTFTCeilingSeconds: t.TTFTCeiling.Seconds()}
	if t.E2EFloor > 0 {
		r.E2EFloorTokensPerSecond, r.E2EPercent = t.E2EFloor, t.percent()
	}
	return r
}

// percentileRule is the definition of percentiles in reports.
const percentileRule = "exact, linear interpolation at rank (n-1)q"

// echo returns a resolved configuration as the report has it.
func echo(cfg *Config) ConfigEcho {
	e := ConfigEcho{
		SessionHeader: cfg.Endpoint.SessionHeader, HTTP2: cfg.Endpoint.HTTP2,
		ContextTokens: max(0, cfg.ContextTokens),
		API:           apiEcho(&cfg.Policy), BillingLine: cfg.Policy.BillingLine,
		Model: cfg.Policy.Model, Fields: cfg.Policy.Fields, Output: cfg.Policy.Output,
		MaxTokens: cfg.Policy.MaxTokens, MaxTokensField: cfg.Policy.MaxTokensField, ToolDelay: cfg.Policy.ToolDelay, ToolDelayScale: cfg.Policy.ToolDelayScale,
		SyntheticFactor: cfg.Policy.SyntheticFactor,
		CachePrefix:     cfg.Policy.Prefix, HumanWaitCapSeconds: cfg.Policy.HumanWaits.Seconds(),
		ToolDelayCapSeconds: cfg.Policy.ToolDelayMax.Seconds(),
		Seed:                cfg.Seed, MaxStart: given(cfg.MaxStart), Assigned: cfg.Assigned != nil, Start: cfg.Start, MaxAgents: cfg.MaxAgents, MaxPhases: cfg.MaxPhases,
		Label: cfg.Label, Load: loadName(cfg.Load), ClientLagSeconds: max(0, cfg.ClientLag.Seconds()), Exclusive: cfg.Exclusive,
		PercentileRule: percentileRule,
	}
	if cfg.Connect == nil {
		e.Endpoint = cfg.Endpoint.URL
		e.TimeoutSeconds, e.IdleSeconds = cfg.Endpoint.Timeout.Seconds(), cfg.Endpoint.IdleTimeout.Seconds()
	}
	for _, o := range cfg.Observers {
		e.Observers = append(e.Observers, o.Target())
	}
	e.Headers = slices.Sorted(maps.Keys(cfg.Endpoint.Header))
	w := cfg.Workload
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
	e.Rule = cfg.Rule.echo()
	return e
}
