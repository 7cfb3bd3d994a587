package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
)

var today = time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)

func program(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(args, today, &out, &errs)
	return status, out.String(), errs.String()
}

// blanks makes one blank of many, so that a row of a table can be looked for.
func blanks(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n") + "\n"
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	agents = `{"schema":"agentperf.report/2","complete":true,"tiers":[
{"name":"20@10s","max_agents":1840,"first_failing_agents":1841,"bounded":true},
{"name":"60@5s","max_agents":100,"first_failing_agents":null},
{"name":"180@3s","max_agents":0,"first_failing_agents":4}],
"system":{"accelerator":"GB300","accelerators":32,"power_watts":29989.888,"power_basis":"measured_accelerator","rack_accelerators":72}}`
	load = `{"schema":"slt.report/2","complete":true,"peak_output_tokens_per_second":12000,"plateau_reached":true,"at_speed":[
{"speed_tokens_per_second":100,"output_tokens_per_second":10000,"case":"interpolated"},
{"speed_tokens_per_second":300,"output_tokens_per_second":null,"case":"never_reached"}],
"config":{"input_tokens":1000,"output_tokens":1000},"system":{"accelerator":"H100","accelerators":8}}`
)

func TestPrices(t *testing.T) {
	status, stdout, stderr := program()
	for _, row := range []string{
		"AWS $14.24 $17.80 - - - - $6.88 $7.91 - - - -",
		"Google Cloud $16.11*! - - - - - $10.98 $9.31*! - - $1.20! $2.70!",
		"Qubrid AI $4.25 $5.56 - - $3.00",
		"H100-SXM $3.90 minimum on-demand Crusoe Cloud H100 80GB HGX 2026-09-20",
		"H200-SXM $3.00 lowest 1-year committed Qubrid AI 8x H200 141GB bare metal 2026-09-20",
		"! older than 90 days on 2026-11-25; it counts where there is no other.",
		"H100-SXM: lowest 1-year committed is $7.87, above the minimum on-demand, $3.90 (Crusoe Cloud): few providers publish prices with a commitment",
	} {
		if status != cli.OK || !strings.Contains(blanks(stdout), "\n"+row+"\n") {
			t.Errorf("status %d, no row %q in\n%s%s", status, row, stdout, stderr)
		}
	}
	if _, stdout, _ := program("-accelerator", "mi300x"); strings.Contains(stdout, "H100") || !strings.Contains(blanks(stdout), "\nMI300X $2.59 minimum on-demand DigitalOcean") {
		t.Error(stdout)
	}
	// Before the prices of autumn.
	if _, stdout, _ := program("-as-of", "2026-08-31", "-accelerator", "H100"); !strings.Contains(blanks(stdout), "\nNebius $3.85\n") || strings.Contains(stdout, "AWS") {
		t.Error(stdout)
	}

	own := file(t, "own.csv", "provider,accelerator,commitment,price_per_gpu_hour_usd,price_date\nUs,H100,on_demand,1.11,2026-11-01\n")
	sky := file(t, "vms.csv", "InstanceType,AcceleratorName,AcceleratorCount,Price\nbig,H100,8,10\n")
	azure := file(t, "azure.json", `{"Items":[{"armSkuName":"Standard_ND96isr_H100_v5","type":"Consumption","retailPrice":80,"armRegionName":"x"},{"armSkuName":"small"}]}`)
	status, stdout, stderr = program("-prices", own, "-skypilot", "Sky="+sky, "-azure", azure)
	for _, row := range []string{"Us $1.11", "Sky $1.25", "Azure $10.00"} {
		if status != cli.OK || !strings.Contains(blanks(stdout), "\n"+row+"\n") || strings.Contains(stdout, "AWS") {
			t.Errorf("status %d, no row %q in\n%s", status, row, stdout)
		}
	}
	if !strings.Contains(stderr, "1 items of other sizes were left out") {
		t.Error(stderr)
	}
}

func TestReports(t *testing.T) {
	a, l := file(t, "agents.json", agents), file(t, "load.json", load)
	status, stdout, stderr := program("-price", "2", a, l)
	for _, row := range []string{
		"accelerators 32 GB300 8 H100",
		"price per accelerator-hour $2.00 (given) $2.00 (given)",
		"power 29.99 kW (measured_accelerator) -",
		"20@10s: agents 1840 -",
		"20@10s: per accelerator 57.5 -",
		"20@10s: per MW 61354 (measured_accelerator) -",
		"20@10s: per $/hour 28.75 -",
		"20@10s: per rack 4140 (of 72, extrapolated) -",
		"60@5s: agents at least 100 -",
		"60@5s: per accelerator at least 3.125 -",
		"180@3s: agents no answer -",
		"peak: tokens/s - 12000",
		"at 100 tokens/s per query: cost of a million tokens - $0.444 (1M in + 1M out; given)",
		"at 300 tokens/s per query: tokens/s - never reached",
	} {
		if status != cli.OK || !strings.Contains(blanks(stdout), "\n"+row+"\n") {
			t.Errorf("status %d, no row %q in\n%s%s", status, row, stdout, stderr)
		}
	}
	// What is not known is not there; the catalog knows the TDP of an H100.
	if _, stdout, _ := program("-accelerator", "H900", l); strings.Contains(stdout, "cost") || strings.Contains(stdout, "/hour:") || strings.Contains(stdout, "kW") {
		t.Error(stdout)
	}
	if _, stdout, _ := program(l); !strings.Contains(blanks(stdout), "\npower 5.6 kW (tdp, catalog: 700 W each)\npeak: tokens/s 12000\npeak: per accelerator 1500\npeak: per kW 2143 (tdp)\n") || !strings.Contains(blanks(stdout), "\npeak: per rack 48000 (of 32, catalog: 40.8 kW, extrapolated)\n") {
		t.Error(stdout)
	}
	// A price of the catalog says which.
	if _, stdout, stderr := program("-quote", "minimum", l); !strings.Contains(stdout, "$3.90 (minimum on-demand, Crusoe Cloud H100 80GB HGX, 2026-09-20)") || !strings.Contains(stdout, "$0.867 (1M in + 1M out; minimum on-demand, Crusoe Cloud H100 80GB HGX, 2026-09-20)") {
		t.Error(stdout, stderr)
	}
	if _, stdout, _ := program("-quote", "minimum", "-commitment", "1yr", l); !strings.Contains(stdout, "$7.87 (lowest 1-year committed, Azure") || !strings.Contains(stdout, "above the minimum on-demand, $3.90 (Crusoe Cloud)") || !strings.Contains(stdout, "the price of Azure is 121 days old") {
		t.Error(stdout)
	}
}

func TestMistakes(t *testing.T) {
	a, l := file(t, "agents.json", agents), file(t, "load.json", load)
	wall := file(t, "wall.json", strings.Replace(agents, "measured_accelerator", "measured_wall", 1))
	for _, tt := range []struct {
		args   []string
		status int
		words  string
	}{
		{[]string{a, wall}, cli.Failed, "measured_accelerator and measured_wall; see -mixed-bases"},
		{[]string{"-mixed-bases", a, wall}, cli.OK, "61354 (measured_wall)"},
		{[]string{"missing.json"}, cli.Failed, "missing.json"},
		{[]string{file(t, "x.json", `{"schema":"other/1"}`)}, cli.Failed, `schema is "other/1", expected "agentperf.report/2" or "slt.report/2"`},
		{[]string{file(t, "x.json", `not JSON`)}, cli.Failed, "not a report"},
		{[]string{file(t, "x.json", `[1]`)}, cli.Failed, "not a report: it is a list, expected an object"},
		{[]string{file(t, "x.json", strings.Replace(load, `"accelerators":8`, `"accelerators":-8`, 1))}, cli.Failed, "Accelerators is -8"},
		{[]string{file(t, "x.json", strings.Replace(load, `"complete":true`, `"complete":false`, 1))}, cli.OK, "did not come to its end"},
		{[]string{file(t, "x.json", `{"schema":"slt.report/1"}`)}, cli.Failed, "which another version of this module wrote"},
		{[]string{"-quote", "minimum", file(t, "x.json", `{"schema":"slt.report/2"}`)}, cli.OK, "-quote needs to know the accelerators"},
		{[]string{"-quote", "minimum", "-accelerator", "H900", l}, cli.OK, "no price: on-demand H900"},
		{[]string{"-providers", "aa,,", "-quote", "minimum", l}, cli.Usage, "expected names separated by commas"},
		{[]string{"-json", "-csv"}, cli.Usage, "two formats"},
		{[]string{file(t, "x.json", `{"schema":"slt.report/2","levels":{}}`)}, cli.Failed, "x.json: not a report: levels is an object, expected a list"},
		{[]string{"-quote", "median", l}, cli.Usage, "expected minimum or average"},
		{[]string{"-quote", "minimum", "-price", "2", l}, cli.Usage, "two prices"},
		{[]string{"-price", "2"}, cli.Usage, "-price says nothing without a report"},
		{[]string{"-as-of", "yesterday"}, cli.Usage, "expected a day"},
		{[]string{"-skypilot", "vms.csv"}, cli.Usage, "expected PROVIDER=FILE"},
		{[]string{"-prices", "missing.csv"}, cli.Failed, "missing.csv"},
		{[]string{"-prices", file(t, "p.csv", "provider\n")}, cli.Failed, "p.csv:1: there is no column accelerator"},
		{[]string{"-accelerator", "H900"}, cli.Failed, `no price for "H900"`},
		{[]string{"-h"}, cli.OK, "-as-of"},
	} {
		if status, stdout, stderr := program(tt.args...); status != tt.status || !strings.Contains(stdout+stderr, tt.words) {
			t.Errorf("%v: status %d, want %d and %q\n%s%s", tt.args, status, tt.status, tt.words, stdout, stderr)
		}
	}
}
