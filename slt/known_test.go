package slt_test

import (
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/slt"
)

const (
	ms  = time.Millisecond
	sec = time.Second
)

// inMemory serves the engine for a sweep in a bubble.
func inMemory(t *testing.T, engine *endpointtest.Engine, cfg slt.Config) slt.Config {
	t.Helper()
	server := memnet.Serve(engine)
	t.Cleanup(server.Close)
	cfg.Endpoint = endpoint.Config{URL: "http://mem", Dial: server.Dial}
	if cfg.Seed == 0 {
		cfg.Seed = 42
	}
	return cfg
}

func near(t *testing.T, what string, got *float64, want, tolerance float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > tolerance {
		if got == nil {
			t.Errorf("%s is unknown, want %v", what, want)
		} else {
			t.Errorf("%s is %v, want %v", what, *got, want)
		}
	}
}

// An engine of 2,000 tokens per second in all and 200 for each: at concurrency n
// each query gets min(200, 2000/n), all of them 200 n up to 10 and then 2,000.
func TestKnownAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		engine *endpointtest.Engine
		cfg    slt.Config
	}{
		{"as published, four tokens per event and an early role", &endpointtest.Engine{TokensPerEvent: 4, EarlyRole: true}, slt.Config{}},
		{"short, one token per event", &endpointtest.Engine{}, slt.Config{InputTokens: 250, OutputTokens: 100, Measure: 12 * sec, Ramp: 3 * sec, Settle: 3 * sec}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && tt.cfg.Measure == 0 {
				t.Skip("half an hour of virtual time")
			}
			synctest.Test(t, func(t *testing.T) {
				engine := tt.engine
				engine.Capacity, engine.PerRequest = 2000, 200
				cfg := tt.cfg
				cfg.AtSpeeds = []metrics.TokensPerSecond{150, 250, 20, 125}
				cfg.System = pricing.System{Accelerators: 8, Price: 2 * pricing.Dollar}
				report, err := slt.Run(t.Context(), inMemory(t, engine, cfg))
				if err != nil {
					t.Fatal(err)
				}
				window, input, output := 180.0, 1000.0, 1000.0
				if cfg.Measure > 0 {
					window, input, output = cfg.Measure.Seconds(), float64(cfg.InputTokens), float64(cfg.OutputTokens)
				}
				var levels []int
				for _, level := range report.Levels {
					l, n := level.Figures, float64(level.Concurrency)
					levels = append(levels, level.Concurrency)
					speed := min(200, 2000/n)
					// A stream has a token more or less in the window.
					near(t, "throughput", &l.OutputTokensPerSecond, min(200*n, 2000), 4*n/window)
					near(t, "speed", l.MedianOutputSpeed, speed, 1e-6*speed)
					near(t, "P25 of speed", l.P25OutputSpeed, speed, 1e-6*speed)
					near(t, "E2E", l.MedianE2E, output/speed, 1e-3)
					near(t, "TTFT", l.MedianTTFT, float64(max(1, engine.TokensPerEvent))/speed, 1e-3)
					near(t, "response rate", l.ResponseRate, 1, 0)
					near(t, "input tokens", l.MeanInputTokens, input, input/100)
					near(t, "output tokens", l.MeanOutputTokens, output, 0)
					if l.Failed != 0 || l.Unanswered != 0 || l.CachedInputTokens == nil || *l.CachedInputTokens != 0 || level.MeasuredSeconds != window || len(level.Warnings) != 0 {
						t.Errorf("%+v: %+v", level, l)
					}
					// Throughput times the window is that many queries, give or
					// take the one that each worker has under way.
					if queries := l.OutputTokensPerSecond * window / output; math.Abs(float64(l.Requests)-queries) > n {
						t.Errorf("concurrency %d: %d queries ended, want about %v", level.Concurrency, l.Requests, queries)
					}
				}
				// 16 is the last that beats the best before it; the plateau is
				// seen when two have not.
				if want := []int{1, 2, 4, 8, 16, 32, 64}; !slices.Equal(levels, want) || !report.PlateauReached || !report.Complete {
					t.Errorf("levels %v, want %v; plateau %v", levels, want, report.PlateauReached)
				}
				near(t, "peak throughput", report.PeakOutputTokensPerSecond, 2000, 256/window)
				near(t, "peak speed", report.PeakOutputSpeed, 200, 1e-3)

				// 150 is a third of the way from 125 at 16 back to 200 at 8.
				at := report.AtSpeed
				near(t, "throughput at 150", at[0].OutputTokensPerSecond, 1600+400*2.0/3, 64/window)
				if at[0].Case != slt.Interpolated || !slices.Equal(at[0].Between, []int{8, 16}) {
					t.Errorf("at 150: %+v", at[0])
				}
				// $2 x 8 / (1866.7 x 3600) x 1e6.
				if cost := at[0].CostPerMillion; cost == nil || math.Abs(cost.Dollars()-2.38095) > 0.2/window {
					t.Errorf("cost at 150 is %v, want about $2.381", cost)
				}
				if at[1].Case != slt.NeverReached || at[1].OutputTokensPerSecond != nil || at[1].CostPerMillion != nil {
					t.Errorf("at 250: %+v", at[1])
				}
				if at[2].Case != slt.AllFaster {
					t.Errorf("at 20: %+v", at[2])
				}
				near(t, "throughput at 20", at[2].OutputTokensPerSecond, 2000, 256/window)
				near(t, "throughput at 125", at[3].OutputTokensPerSecond, 2000, 256/window)
			})
		})
	}
}
