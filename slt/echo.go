package slt

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
		Schema: Schema, Started: time.Now().Round(0), Levels: []Level{}, AtSpeed: []AtSpeed{}, Warnings: []string{},
	}
	if cfg.System != (pricing.System{}) && cfg.System.Validate() == nil {
		r.System = new(cfg.System)
	}
	return r
}

func echo(cfg Config) ConfigEcho {
	return ConfigEcho{
		Endpoint: cfg.Endpoint.URL, Headers: slices.Sorted(maps.Keys(cfg.Endpoint.Header)),
		SessionHeader: cfg.Endpoint.SessionHeader, HTTP2: cfg.Endpoint.HTTP2,
		TimeoutSeconds: cmp.Or(cfg.Endpoint.Timeout, endpoint.DefaultTimeout).Seconds(),
		IdleSeconds:    cmp.Or(cfg.Endpoint.IdleTimeout, endpoint.DefaultIdleTimeout).Seconds(),
		Model:          cfg.Model, Fields: cfg.Fields, Name: cfg.Name,
		InputTokens: cfg.InputTokens, OutputTokens: cfg.OutputTokens,
		Levels: cfg.Levels, MaxConcurrency: cfg.MaxConcurrency,
		PlateauGain: cfg.Plateau.Gain, PlateauLevels: cfg.Plateau.Levels,
		RampSeconds: cfg.Ramp.Seconds(), SettleSeconds: cfg.Settle.Seconds(),
		MeasureSeconds: cfg.Measure.Seconds(), DrainSeconds: cfg.Drain.Seconds(),
		AtSpeeds: cfg.AtSpeeds, Seed: cfg.Seed,
		PercentileRule: "exact, linear interpolation at rank (n-1)q; a failed query is speed 0 and latency +Inf",
		CountingRule:   "quantiles over queries that end in the window, whenever they began; throughput over tokens that arrive in the window",
	}
}
