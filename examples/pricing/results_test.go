package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

func TestResults(t *testing.T) {
	status, stdout, stderr := program("-results")
	for _, row := range []string{
		"AA-AgentPerf, DeepSeek V4 Pro (max)",
		"System Accelerators Tier Agents Per accelerator Per MW Per $/hour Date By Topology",
		"GB300 NVL72 32 GB300 20@10s 1840 57.5 61354 - 2026-06-12 V disaggregated, 6x prefill DEP4 + 1x decode DEP8",
		"GB300 NVL72 40 GB300 60@5s 768 19.2 - - 2026-07 V disaggregated, 6x prefill DEP4 + 1x decode DEP16",
		"GB300 36 GB300 60@5s more than 1000 more than 27.77* about 35800 - 2026-08 S disaggregated", // 27.777..., a bound
		"MI355X MI355X 20@10s - - 3551 - 2026-06-12 P -",
		"H200, 8 GPUs 8 H200-SXM 20@10s - 1.4 2594 0.3263 2026-06-12 V -", // 1.4 / 4.29
		"H200, 8 GPUs 8 H200-SXM 60@5s - - about 1800 - 2026-08 S -",
		"H200-SXM: $4.29 per accelerator-hour, minimum on-demand, Crusoe Cloud H200 141GB HGX, 2026-09-20",
		"GB300: no price: on-demand GB300 whole_instance as of 2026-11-25",
	} {
		if status != cli.OK || !strings.Contains("\n"+blanks(stdout), "\n"+row+"\n") {
			t.Errorf("status %d, no row %q in\n%s%s", status, row, stdout, stderr)
		}
	}
	// Prices of one's own, and commitments beside each other.
	_, stdout, _ = program("-results", "-accelerator", "gb300", "-price", "10")
	if text := blanks(stdout); !strings.Contains(text, " 1840 57.5 61354 5.75 ") || !strings.Contains(text, "more than 2.777 ") || strings.Contains(text, "H200") || !strings.Contains(text, "GB300: $10.00 per accelerator-hour, given") {
		t.Error(stdout)
	}
	_, stdout, _ = program("-results", "-accelerator", "H200", "-commitment", "on_demand,1yr", "-quote", "minimum")
	if text := blanks(stdout); !strings.Contains(text, " Per $/hour, on_demand Per $/hour, 1yr Date") || !strings.Contains(text, " 1.4 2594 0.3263 0.4667 ") || !strings.Contains(text, "H200-SXM: 1yr: only one provider is known: Qubrid AI") {
		t.Error(stdout)
	}
	own := file(t, "own.csv", "provider,accelerator,commitment,price_per_gpu_hour_usd,price_date\nUs,GB300,on_demand,4,2026-11-01\n")
	if _, stdout, _ := program("-results", "-prices", own, "-accelerator", "GB300"); !strings.Contains(blanks(stdout), " 1840 57.5 61354 14.37 ") && !strings.Contains(blanks(stdout), " 1840 57.5 61354 14.38 ") {
		t.Error(stdout)
	}
}

// Measured systems stand beside published ones, from reports and from CSV.
func TestResultsMeasured(t *testing.T) {
	report := file(t, "mine.json", strings.Replace(agents, `"complete":true`, `"complete":true,"started":"2026-11-20T10:00:00Z","config":{"model":"deepseek-v4-pro"}`, 1))
	ours := file(t, "ours.csv", "system,accelerator,accelerators,model,slo,agents,date,source,strength\nrack 7,H200,16,our model,20@10s,at least 24,2026-11-02,lab,M\n")
	status, stdout, stderr := program("-results", report, ours)
	for _, row := range []string{
		report + " 32 GB300 20@10s 1840 57.5 61354 - 2026-11-20 M -",
		report + " 32 GB300 60@5s at least 100 at least 3.125 at least 3334 - 2026-11-20 M -", // 100 / 29989.888 W
		report + " 32 GB300 180@3s - - - - 2026-11-20 M -",
		"\nAA-AgentPerf, our model",
		"rack 7 16 H200 20@10s at least 24 at least 1.5* - at least 0.3496 2026-11-02 M -", // 24 / (16 x 4.29), rounded down
	} {
		if status != cli.OK || !strings.Contains(blanks(stdout), "\n"+row+"\n") || strings.Count(stdout, "AA-AgentPerf, ") != 2 {
			t.Errorf("status %d, no row %q in\n%s%s", status, row, stdout, stderr)
		}
	}
	// Power on another basis is not put beside it, and a report of other accelerators is left out.
	wall := file(t, "wall.json", strings.Replace(agents, "measured_accelerator", "measured_wall", 1))
	if _, stdout, _ := program("-results", wall); !strings.Contains(blanks(stdout), wall+" 32 GB300 20@10s 1840 57.5 - - ") || !strings.Contains(stdout, "per MW is left out: its power is measured_wall") {
		t.Error(stdout)
	}
	if _, stdout, _ := program("-results", "-accelerator", "H200", report); strings.Contains(stdout, report) {
		t.Error(stdout)
	}
	nameless := file(t, "nameless.json", strings.Replace(agents, `"accelerator":"GB300",`, "", 1))
	if _, stdout, _ := program("-results", "-accelerator", "H200", nameless); !strings.Contains(blanks(stdout), nameless+" 32 H200 20@10s 1840 57.5 61354 13.4 ") { // 57.5 / 4.29
		t.Error(stdout)
	}

	l := file(t, "load.json", load)
	for _, tt := range []struct {
		args   []string
		status int
		words  string
	}{
		{[]string{"-results", l}, cli.Failed, "load.json is a report of a System Load Test"},
		{[]string{"-results", "missing.csv"}, cli.Failed, "missing.csv"},
		{[]string{"-results", file(t, "r.csv", "system\n")}, cli.Failed, "r.csv:1: there is no column accelerator"},
		{[]string{"-results", file(t, "bad.json", strings.Replace(agents, `"accelerators":32`, `"accelerators":-32`, 1))}, cli.Failed, "Accelerators is -32"},
		{[]string{"-results", "-accelerator", "H900"}, cli.Failed, `no result is of "H900"`},
		{[]string{"-results", "-price", "2"}, cli.Usage, "-price with -results needs -accelerator"},
		{[]string{"-results", "-price", "2", "-accelerator", "H200", "-commitment", "1yr"}, cli.Usage, "-price and -commitment are two prices"},
		{[]string{"-results", "-at-speed", "30"}, cli.Usage, "-at-speed says nothing with -results"},
		{[]string{"-results", "-power", "1kW"}, cli.Usage, "-power says nothing with -results"},
	} {
		if status, stdout, stderr := program(tt.args...); status != tt.status || !strings.Contains(stdout+stderr, tt.words) {
			t.Errorf("%v: status %d, want %d and %q\n%s%s", tt.args, status, tt.status, tt.words, stdout, stderr)
		}
	}
}

func TestResultsForPrograms(t *testing.T) {
	var got struct {
		Schema  string
		Results []jsonResult
	}
	status, stdout, stderr := program("-json", "-results", "-commitment", "on_demand,1yr")
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || status != cli.OK || got.Schema != resultsSchema || len(got.Results) != 8 {
		t.Fatalf("%v, status %d\n%s%s", err, status, stdout, stderr)
	}
	if r := got.Results[2]; r.Agents.Precision != catalog.MoreThan || !r.Computed || r.PerMW.Precision != catalog.About || r.Strength != catalog.SecondHand || len(r.PerDollar) != 0 {
		t.Errorf("%+v", r)
	}
	if r := got.Results[6]; len(r.PerDollar) != 2 || r.PerDollar[1].Commitment != "1yr" || math.Abs(r.PerDollar[1].Agents.Value-1.4/3) > 1e-12 || r.PerDollar[1].Price.String() != "$3.00" || !strings.Contains(r.PerDollar[1].PriceNote, "Qubrid AI") {
		t.Errorf("%+v", r)
	}
	// CSV can be read again as results.
	_, stdout, _ = program("-csv", "-results")
	again, err := catalog.ReadResults("again.csv", strings.NewReader(stdout))
	if diff := cmp.Diff(catalog.BuiltinResults(), again); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, stdout)
	}
}
