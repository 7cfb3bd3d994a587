package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// A price that nobody states leaves out the figures that need it, and no others.
func TestUnknownPriceLeavesOutItsFigures(t *testing.T) {
	a, l := file(t, "gb300.json", agents), file(t, "load.json", load)
	status, stdout, stderr := program("-quote", "minimum", a, l)
	for _, words := range []string{
		"\nprice per accelerator-hour - $3.90 (minimum on-demand, Crusoe Cloud H100 80GB HGX, 2026-09-20)\n",
		"\n20@10s: per accelerator 57.5 -\n",
		"\npeak: per accelerator - 1500\npeak: per $/hour - 384.6\n",
		"gb300.json: catalog: no price: on-demand GB300 whole_instance as of 2026-11-25\n",
	} {
		if status != cli.OK || !strings.Contains(blanks(stdout), words) || strings.Contains(stdout, "20@10s: per $/hour") {
			t.Errorf("status %d, no %q in\n%s%s", status, words, stdout, stderr)
		}
	}
	// The average has many decimals, for computers.
	if _, stdout, _ := program("-quote", "average", l); !strings.Contains(stdout, "$6.34 (average on-demand of 9 providers") {
		t.Error(stdout)
	}
	if _, stdout, _ := program("-quote", "average", "-providers", "nebius,GCP", l); !strings.Contains(stdout, "$7.74 (average on-demand of 2 providers") { // (4.50 + 10.9791) / 2
		t.Error(stdout)
	}
	if _, stdout, _ := program("-quote", "minimum", "-commitment", "1yr", "-providers", "aa", "-accelerator", "H200", l); !strings.Contains(stdout, "no price: 1-year committed H200 whole_instance of AWS") {
		t.Error(stdout)
	}
	// Flags may stand behind files.
	if status, stdout, stderr := program(l, "-quote", "average"); status != cli.OK || !strings.Contains(stdout, "$6.34") {
		t.Error(status, stdout, stderr)
	}
}

func TestJSONAndCSV(t *testing.T) {
	var prices struct {
		Schema string
		Prices []jsonPrice
	}
	status, stdout, stderr := program("-json", "-accelerator", "H100")
	if err := json.Unmarshal([]byte(stdout), &prices); err != nil || status != cli.OK || prices.Schema != pricesSchema {
		t.Fatalf("%v, status %d\n%s%s", err, status, stdout, stderr)
	}
	found := false
	for _, p := range prices.Prices {
		found = found || p.Provider == "Azure" && p.Commitment == "1yr" && p.PerHour.String() == "$7.8656" && p.Stale && p.Date == "2026-07-27"
	}
	if !found {
		t.Error(stdout)
	}
	// CSV is read back to the same table.
	_, table, _ := program("-accelerator", "H100")
	_, csv, _ := program("-csv", "-accelerator", "H100")
	if _, again, stderr := program("-prices", file(t, "p.csv", csv), "-accelerator", "H100"); again != table {
		t.Errorf("%s\n%s%s", table, again, stderr)
	}

	l := file(t, "load.json", load)
	var reports struct {
		Schema  string
		Reports []column
	}
	status, stdout, stderr = program("-json", "-quote", "average", l)
	if err := json.Unmarshal([]byte(stdout), &reports); err != nil || status != cli.OK || reports.Schema != reportsSchema || len(reports.Reports) != 1 {
		t.Fatalf("%v, status %d\n%s%s", err, status, stdout, stderr)
	}
	price := 0.0
	for _, f := range reports.Reports[0].Figures {
		if f.Name == "price per accelerator-hour" {
			price = *f.Value
		}
	}
	if price != 6.343788888889 {
		t.Errorf("the price is %v in\n%s", price, stdout)
	}
	_, stdout, stderr = program("-csv", "-price", "2", l)
	for _, line := range []string{
		"file,figure,value,unit,bound,note", l + ",power,5.6,kW,,\"tdp, catalog: 700 W each\"",
		l + ",at 100 tokens/s per query: cost of a million tokens,0.444444444444,USD,,1M in + 1M out; given",
		l + ",at 300 tokens/s per query: tokens/s,,,,never reached",
	} {
		if !strings.Contains(stdout, line+"\n") {
			t.Errorf("no line %q in\n%s%s", line, stdout, stderr)
		}
	}
}

// Feeds say what was left out, and a fresh price of one does not lose to an old one.
func TestFeeds(t *testing.T) {
	const cases = "../../pricing/catalog/testdata/"
	for _, tt := range []struct {
		args  []string
		words []string
	}{
		{[]string{"-skypilot", "X=" + cases + "skypilot_forms.csv"}, []string{"\nX - - - - $1.50 - $1.87 - - - - -\n", "\nH100-NVL $1.50 minimum on-demand X 1x-H100_NVL-32-65536 2026-11-25\n"}},
		{[]string{"-skypilot", "X=" + cases + "skypilot_accelerator_rows.csv"}, []string{"\nX - - - - - - $9.80* - - - - $2.70*\n", "2 prices that stand for an unknown one were left out"}},
		{[]string{"-skypilot", "X=" + cases + "skypilot_twice.csv"}, []string{"\nX - - - - - - - $5.00 - - - -\n"}},
		{[]string{"-azure", cases + "azure_meters.json"}, []string{"\nAzure - - - - $6.98 - $12.29 $10.60! - - - -\n", "1 prices that are not in force on 2026-11-25 were left out"}},
		{[]string{"-azure", cases + "azure_list.json"}, []string{"\nAzure - - - - $6.98 - $12.29 $10.60! - - - -\n"}},
	} {
		status, stdout, stderr := program(tt.args...)
		for _, words := range tt.words {
			if status != cli.OK || !strings.Contains(blanks(stdout+stderr), words) {
				t.Errorf("%q: status %d, no %q in\n%s%s", tt.args, status, words, stdout, stderr)
			}
		}
	}
	l := file(t, "load.json", load)
	if _, stdout, _ := program("-skypilot", "AWS="+cases+"skypilot_zones.csv", "-quote", "minimum", "-commitment", "spot", l); !strings.Contains(stdout, "$1.80 (minimum spot, AWS p5.48xlarge, zone us-east-1b, 2026-11-25)") {
		t.Error(stdout)
	}
}

// Names from files stay in their cell and tell a terminal nothing.
func TestHostileNames(t *testing.T) {
	own := file(t, "own.csv", "provider,accelerator,instance_name,commitment,price_per_gpu_hour_usd,price_date\n\"E\nvil\x1b[31m\",\"H\t9\",\"a\u202eb\",on_demand,2,2026-11-01\n")
	report := file(t, "r.json", strings.Replace(agents, "20@10s", `2\u001b[31m0\n\t`, 1))
	for _, args := range [][]string{{"-prices", own}, {report}} {
		status, stdout, stderr := program(args...)
		if status != cli.OK || strings.ContainsAny(stdout+stderr, "\x1b\u202e") || !strings.Contains(stdout, `\u001b[31m`) || strings.Contains(stdout, "vil\n") {
			t.Errorf("%q: status %d\n%s%s", args, status, stdout, stderr)
		}
	}
}
