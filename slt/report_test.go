package slt_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/slt"
)

// sweep returns a report with levels of concurrency, throughput and median speed.
func sweep(name string, levels ...[3]float64) *slt.Report {
	r := &slt.Report{Schema: slt.Schema, Complete: true, PlateauReached: true, Config: slt.ConfigEcho{
		Name: name, Model: "m", InputTokens: 1000, OutputTokens: 1000, AtSpeeds: []metrics.TokensPerSecond{100},
	}}
	for _, l := range levels {
		r.Levels = append(r.Levels, slt.Level{Concurrency: int(l[0]), Figures: &slt.Figures{OutputTokensPerSecond: l[1], MedianOutputSpeed: new(l[2])}})
	}
	return r
}

func TestOptimal(t *testing.T) {
	system := &pricing.System{Accelerators: 8, Price: 2 * pricing.Dollar}
	throughput := sweep("Max Throughput", [3]float64{1, 80, 80}, [3]float64{8, 1200, 150}, [3]float64{16, 2400, 75})
	latency := sweep("Min Latency", [3]float64{1, 200, 200}, [3]float64{4, 700, 175}, [3]float64{8, 1000, 125}, [3]float64{16, 1100, 60})
	throughput.System, latency.System = system, system
	latency.Levels[1].Warnings = []metrics.Warning{{Code: "ramp", Text: "beware"}}
	latency.Config.AtSpeeds = append(latency.Config.AtSpeeds, 180)
	got, err := slt.Optimal(throughput, latency)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, l := range got.Levels {
		rows = append(rows, strings.Join([]string{time.Duration(l.Concurrency).String(), l.Configuration}, " "))
	}
	want := []string{"1ns Min Latency", "4ns Min Latency", "8ns Max Throughput", "16ns Max Throughput"}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	// 100 lies two thirds of the way from 150 at 8 to 75 at 16.
	near(t, "at 100", got.AtSpeed[0].OutputTokensPerSecond, 1200+1200*2.0/3, 1e-9)
	if cost := got.AtSpeed[0].CostPerMillion; cost == nil || cost.Text(4) != "$2.2222" { // 16 / (2000 x 3600) x 1e6
		t.Errorf("cost %v", cost)
	}
	near(t, "at 180", got.AtSpeed[1].OutputTokensPerSecond, 200+500*0.8, 1e-9)
	near(t, "peak speed", got.PeakOutputSpeed, 200, 0)
	if got.Config.Name != "Optimal of Max Throughput and Min Latency" || !warned(got.Warnings, "concurrency 4 (Min Latency): beware") || throughput.Levels[0].Configuration != "" {
		t.Errorf("%+v", got)
	}

	other := sweep("", [3]float64{1, 1, 1})
	other.Config.Model, other.Config.InputTokens = "n", 500
	_, err = slt.Optimal(throughput, other)
	for _, words := range []string{"differ in model: m and n", "input tokens: 1000 and 500", "differ in system"} {
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%v does not mention %q", err, words)
		}
	}
}

// The report survives JSON, and has the names that were agreed.
// A report is priced at any speed and any price when the sweep is over. 1,169.6 tokens/s on
// 8 chips at $2.70 is what the published $5.13 for Llama 3.3 70B at 30 tokens/s per query
// implies: 8 x 2.70 / (5.13 x 3600) x 1e6 = 1169.59.
func TestAt(t *testing.T) {
	r := sweep("", [3]float64{32, 1100, 40}, [3]float64{64, 1239.2, 20}) // 1169.6 halfway
	r.System = &pricing.System{Accelerator: "TPU-v6e", Accelerators: 8, Price: 27 * pricing.Dollar / 10}
	at, err := r.At(30)
	if err != nil || at.Case != slt.Interpolated || at.CostPerMillion == nil || at.CostPerMillion.Text(2) != "$5.13" || len(r.AtSpeed) != 0 {
		t.Errorf("%+v, %v", at, err)
	}
	near(t, "throughput", at.OutputTokensPerSecond, 1169.6, 1e-9)
	near(t, "implied throughput", at.OutputTokensPerSecond, 8*2.70/(5.13*3600)*1e6, 0.05)

	// $2 x 8 / (10,000 x 3600) x 1e6.
	r = sweep("", [3]float64{100, 10_000, 100})
	r.System = &pricing.System{Accelerators: 8, Price: 2 * pricing.Dollar}
	if at, err := r.At(100); err != nil || at.Case != slt.AtLevel || at.CostPerMillion == nil || at.CostPerMillion.Text(3) != "$0.444" {
		t.Errorf("%+v, %v", at, err)
	}
	r.System = nil
	if at, err := r.At(30); err != nil || at.Case != slt.AllFaster || at.CostPerMillion != nil {
		t.Errorf("%+v, %v", at, err)
	}
	for _, speed := range []metrics.TokensPerSecond{0, -1, metrics.TokensPerSecond(math.NaN()), metrics.TokensPerSecond(math.Inf(1))} {
		if at, err := r.At(speed); err == nil {
			t.Errorf("at %v: %+v", speed, at)
		}
	}
}

func TestReportJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := short(1, 2)
		cfg.System = pricing.System{Accelerators: 8, Price: 5 * pricing.Dollar / 2, PriceNote: "given", Power: 5200, Basis: pricing.MeasuredWall, RackAccelerators: 32}
		cfg.Endpoint.APIKey, cfg.AtSpeeds = "sk-secret", []metrics.TokensPerSecond{100, 150}
		memory := inMemory(t, &endpointtest.Engine{}, cfg)
		memory.Endpoint.APIKey = "sk-secret"
		report, err := slt.Run(t.Context(), memory)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(report)
		if err != nil || bytes.Contains(text, []byte("sk-secret")) {
			t.Fatalf("%v: %s", err, text)
		}
		var back slt.Report
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(report, &back); diff != "" {
			t.Error(diff)
		}
		var loose map[string]any
		if err := json.Unmarshal(text, &loose); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"schema", "levels", "peak_output_tokens_per_second", "peak_output_speed_tokens_per_second", "at_speed", "plateau_reached", "config", "warnings"} {
			if _, ok := loose[name]; !ok {
				t.Errorf("the report has no %s", name)
			}
		}
		level := loose["levels"].([]any)[1].(map[string]any)
		figures := level["figures"].(map[string]any)
		figures["concurrency"] = level["concurrency"]
		for name, want := range map[string]float64{
			"concurrency": 2, "output_tokens_per_second": 200, "median_output_speed_tokens_per_second": 100,
			"median_e2e_seconds": 1, "median_ttft_seconds": 0.01, "response_rate": 1, "requests": 40, "failed": 0,
		} {
			got, ok := figures[name].(float64)
			near(t, name, &got, want, 0.1)
			if !ok {
				t.Errorf("the level has no %s", name)
			}
		}
		at := loose["at_speed"].([]any)
		if a := at[1].(map[string]any); a["output_tokens_per_second"] != nil || a["case"] != "never_reached" || a["cost_per_million_usd"] != nil {
			t.Errorf("%v", a)
		}
		// $2.50 x 8 / (200 x 3600) x 1e6 at just 100 tokens/s.
		if a := at[0].(map[string]any); a["case"] != "at_level" && a["case"] != "all_faster" || !(a["cost_per_million_usd"].(float64) > 27.6 && a["cost_per_million_usd"].(float64) < 27.9) {
			t.Errorf("%v", a)
		}
	})
}

func TestTable(t *testing.T) {
	r := sweep("", [3]float64{8, 1600, 200}, [3]float64{16, 2000, 125})
	r.System = &pricing.System{Accelerators: 8, Price: 2 * pricing.Dollar, PriceNote: "given"}
	r.Config.AtSpeeds = []metrics.TokensPerSecond{150, 250, 20}
	r, err := slt.Optimal(r, r) // derives
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Concurrency  Throughput  Speed  E2E speed  Latency  TTFT   Failed  From\n" +
			"                  tok/s  tok/s      tok/s        s     s\n",
		"         16      2000.0  125.0          -        -     -  no data  first\n",
		"medians over queries of 1000 input and 1000 output tokens",
		"Peak system output throughput: 2000.0 tokens/s at concurrency 16; it does not grow beyond.\n    250 tokens/s per accelerator\n",
		"Peak output speed per query: 200.0 tokens/s.\n",
		"At 150 tokens/s per query: 1866.7 tokens/s, between concurrency 8 and 16.\n    $2.381 for 1M input and 1M output tokens together (8 accelerators at $2.00 an hour, given)\n",
		"At 250 tokens/s per query: never reached; the fastest level, concurrency 8, has a median of 200.0 tokens/s.\n",
		"At 20 tokens/s per query: at least 2000.0 tokens/s, at concurrency 16; every level is faster than that.\n    at most $2.222 for 1M",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

// The table fits on a terminal, with names of setups and a column less if it has to.
func TestTableFits(t *testing.T) {
	r := sweep("", [3]float64{4096, 160_000, 39.1})
	f := r.Levels[0].Figures
	f.Requests, f.Failed, f.MedianE2ESpeed, f.MedianE2E, f.MedianTTFT, f.ResponseRate = 123_456, 12, new(37.2), new(25.61), new(0.512), new(0.998)
	table := func() string {
		var b bytes.Buffer
		if err := r.WriteTable(&b); err != nil {
			t.Fatal(err)
		}
		text, _, _ := strings.Cut(b.String(), "Speeds,")
		for line := range strings.Lines(text) {
			if n := len(strings.TrimSuffix(line, "\n")); n > 80 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		return text
	}
	if text := table(); !strings.Contains(text, "12/123456") || !strings.Contains(text, "  99.8") || !strings.Contains(text, "37.2") {
		t.Error(text)
	}
	r.Levels[0].Configuration = "Max Throughput"
	if text := table(); !strings.Contains(text, "Max Throughput") || strings.Contains(text, "Answered") {
		t.Error(text)
	}
}
