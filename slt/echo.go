package slt

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
	"github.com/agentperf/agentperf-go/trajectory"
)

func emptyReport(cfg Config) *Report {
	r := &Report{
		Schema: Schema, Run: fmt.Sprintf("%016x", rand.Uint64()), Started: time.Now().Round(0), Tool: system.ThisTool(), Levels: []Level{}, AtSpeed: []AtSpeed{}, Warnings: []metrics.Warning{},
	}
	if cfg.System != (pricing.System{}) && cfg.System.Validate() == nil {
		r.System = new(cfg.System)
	}
	return r
}

func echo(cfg Config) ConfigEcho {
	e := ConfigEcho{
		Label: cfg.Label, Model: cfg.Model, Fields: cfg.Fields, Name: cfg.Name,
		InputTokens: cfg.InputTokens, OutputTokens: cfg.OutputTokens,
		Levels: cfg.Levels, MaxConcurrency: cfg.MaxConcurrency,
		PlateauGain: cfg.Plateau.Gain, PlateauLevels: cfg.Plateau.Levels,
		RampSeconds: cfg.Ramp.Seconds(), SettleSeconds: cfg.Settle.Seconds(),
		MeasureSeconds: cfg.Measure.Seconds(), DrainSeconds: cfg.Drain.Seconds(),
		AtSpeeds: cfg.AtSpeeds, ClientLagSeconds: max(0, cfg.ClientLag.Seconds()), Seed: cfg.Seed,
		PercentileRule: "exact, linear interpolation at rank (n-1)q; a failed query is speed 0 and latency +Inf",
		CountingRule:   "quantiles over queries that end in the window, whenever they began; throughput over tokens that arrive in the window",
	}
	e.Exclusive = cfg.Exclusive
	for _, o := range cfg.Observers {
		e.Observers = append(e.Observers, o.Target())
	}
	if api := cfg.api(); api != trajectory.APIChat {
		e.API = api
	}
	if cfg.Connect == nil {
		e.Endpoint, e.Headers = cfg.Endpoint.URL, slices.Sorted(maps.Keys(cfg.Endpoint.Header))
		e.SessionHeader, e.HTTP2 = cfg.Endpoint.SessionHeader, cfg.Endpoint.HTTP2
		e.TimeoutSeconds = cmp.Or(cfg.Endpoint.Timeout, endpoint.DefaultTimeout).Seconds()
		e.IdleSeconds = cmp.Or(cfg.Endpoint.IdleTimeout, endpoint.DefaultIdleTimeout).Seconds()
	}
	return e
}
