package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// sweep is a report with two levels, which was asked about no speed.
const sweep = `{"schema":"slt.report/2","complete":true,"at_speed":[],"levels":[
{"concurrency":32,"figures":{"output_tokens_per_second":1100,"median_output_speed_tokens_per_second":40}},
{"concurrency":64,"figures":{"output_tokens_per_second":1239.2,"median_output_speed_tokens_per_second":20}}],
"config":{"input_tokens":1000,"output_tokens":1000},"system":{"accelerator":"TPU-v6e","accelerators":8,"price_per_accelerator_hour_usd":9,"price_note":"old"}}`

// $5.13 for 1M in + 1M out on TPU v6e at $2.70, Llama 3.3 70B at 30 tokens/s per query, was
// published: 1169.6 tokens/s on 8 chips, which is halfway between the levels.
func TestCostAtASpeed(t *testing.T) {
	r := file(t, "tpu.json", sweep)
	const price = "minimum on-demand, Google Cloud TPU v6e (Trillium) chip, 2024-12-23"
	status, stdout, stderr := program("-quote", "minimum", "-commitment", "on_demand", "-at-speed", "30", r)
	for _, row := range []string{
		"price per accelerator-hour $2.70 (" + price + ")",
		"at 30 tokens/s per query: tokens/s 1170 (between concurrency 32 and 64)",
		"at 30 tokens/s per query: cost of a million tokens $5.130 (1M in + 1M out; " + price + ")",
		"at 30 tokens/s per query: per $/hour 54.15", // 1169.6 / 21.60
	} {
		if status != cli.OK || !strings.Contains(blanks(stdout), "\n"+row+"\n") || !strings.Contains(stdout, "the price of Google Cloud is 702 days old (2024-12-23)") {
			t.Errorf("status %d, no row %q in\n%s%s", status, row, stdout, stderr)
		}
	}
	// At the ends of the sweep, and beyond them.
	_, stdout, _ = program("-price", "2.70", "-at-speed", "100,40", "-at-speed", "10", r)
	for _, row := range []string{
		"at 100 tokens/s per query: tokens/s never reached: the fastest level, concurrency 32, has a median of 40.0 tokens/s",
		"at 40 tokens/s per query: tokens/s 1100 (at concurrency 32)",
		"at 10 tokens/s per query: tokens/s at least 1239 (at concurrency 64)",
		"at 10 tokens/s per query: cost of a million tokens at most $4.842 (1M in + 1M out; given)",
	} {
		if !strings.Contains(blanks(stdout), "\n"+row+"\n") || strings.Contains(stdout, "at 100 tokens/s per query: cost") {
			t.Errorf("no row %q in\n%s", row, stdout)
		}
	}
	lucky := file(t, "lucky.json", strings.Replace(sweep, `{"concurrency":32,`, `{"concurrency":16,"figures":{"output_tokens_per_second":900,"median_output_speed_tokens_per_second":25}},{"concurrency":32,`, 1))
	if _, stdout, _ := program("-at-speed", "30", lucky); !strings.Contains(stdout, "at 30 tokens/s per query: concurrency 32 is fast enough although a lower one was not") {
		t.Error(stdout)
	}
}

// On demand and committed, in one table: each figure with money has its commitment.
func TestCommitmentsBesideEachOther(t *testing.T) {
	r := file(t, "h100.json", strings.Replace(sweep, "TPU-v6e", "H100", 1))
	const free, year = "minimum on-demand, Crusoe Cloud H100 80GB HGX, 2026-09-20", "lowest 1-year committed, Azure Standard_ND96isr_H100_v5, 2026-07-27"
	status, stdout, stderr := program("-quote", "minimum", "-commitment", "on_demand, 1yr,3yr", "-commitment", "1yr", "-at-speed", "30", r)
	for _, row := range []string{
		"price per accelerator-hour, on_demand $3.90 (" + free + ")",
		"price per accelerator-hour, 1yr $7.87 (" + year + ")",
		"at 30 tokens/s per query: cost of a million tokens, on_demand $7.410 (1M in + 1M out; " + free + ")", // 31.20 / (1169.6 x 3600) x 1e6
		"at 30 tokens/s per query: cost of a million tokens, 1yr $14.945 (1M in + 1M out; " + year + ")",
		"at 30 tokens/s per query: per $/hour, on_demand 37.49",
		"at 30 tokens/s per query: per $/hour, 1yr 18.59",
	} {
		if status != cli.OK || !strings.Contains(blanks(stdout), "\n"+row+"\n") || strings.Count(stdout, "cost of a million tokens, 1yr") != 1 {
			t.Errorf("status %d, no row %q in\n%s%s", status, row, stdout, stderr)
		}
	}
	if !strings.Contains(stdout, "h100.json: 1yr: only one provider is known: Azure\n") {
		t.Error(stdout)
	}
	// A price that is not known leaves out its figures, and says so.
	r = file(t, "tpu.json", sweep)
	_, stdout, _ = program("-quote", "minimum", "-commitment", "on_demand,1yr", "-at-speed", "30", r)
	if text := blanks(stdout); !strings.Contains(text, "\nprice per accelerator-hour, 1yr -\n") || !strings.Contains(text, "no price: 1-year committed TPU-v6e") || strings.Contains(text, "tokens, 1yr") || !strings.Contains(text, "tokens, on_demand $5.130") {
		t.Error(stdout)
	}
	// The report's own price is none of them, in JSON as well.
	var reports struct{ Reports []column }
	_, stdout, _ = program("-json", "-quote", "minimum", "-commitment", "on_demand,1yr", "-at-speed", "30", r)
	if err := json.Unmarshal([]byte(stdout), &reports); err != nil || len(reports.Reports) != 1 || reports.Reports[0].System.Price != 0 || reports.Reports[0].System.PriceNote != "" {
		t.Errorf("%v\n%s", err, stdout)
	}

	for _, tt := range []struct {
		args  []string
		words string
	}{
		{[]string{"-commitment", "1yr", r}, "-commitment is the commitment of -quote, which is not given"},
		{[]string{"-quote", "minimum", "-commitment", "1yr,2yr", r}, "expected on_demand, spot, 1yr or 3yr, or several"},
		{[]string{"-at-speed", "30"}, "-at-speed says nothing without a report"},
		{[]string{"-at-speed", "fast", r}, "expected tokens per second"},
	} {
		if status, stdout, stderr := program(tt.args...); status != cli.Usage || !strings.Contains(stdout+stderr, tt.words) {
			t.Errorf("%v: status %d\n%s%s", tt.args, status, stdout, stderr)
		}
	}
	// A report of maxusers has no such speed; beside one of slt that is no mistake.
	a := file(t, "agents.json", agents)
	if status, _, stderr := program("-at-speed", "30", a); status != cli.Failed || !strings.Contains(stderr, "-at-speed says nothing of reports of maxusers") {
		t.Error(status, stderr)
	}
	if status, stdout, stderr := program("-at-speed", "30", "-mixed-bases", a, r); status != cli.OK || !strings.Contains(stdout, "20@10s: agents") || !strings.Contains(stdout, "at 30 tokens/s") {
		t.Error(status, stdout, stderr)
	}
}
