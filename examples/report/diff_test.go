package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// result writes a report by a rule whose only tier holds at most agents, and not at one more.
func result(t *testing.T, rule string, holds int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "report.json")
	text := fmt.Sprintf(`{"schema":"agentperf.report/2","complete":true,"tiers":[{"name":"20@10s","max_agents":%d,"first_failing_agents":%d,"estimate_agents":%d}],"config":{"workload_sha256":"ab","rule":%s}}`, holds, holds+1, holds, rule)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDiff(t *testing.T) {
	const controlled, point = `{"name":"controlled","error_rate":0.01}`, `{"name":"published"}`
	sure12, sure10, unsure12, unsure10 := result(t, controlled, 12), result(t, controlled, 10), result(t, point, 12), result(t, point, 10)
	sweep := filepath.Join(t.TempDir(), "sweep.json")
	if err := os.WriteFile(sweep, []byte(`{"schema":"slt.report/2","peak_output_tokens_per_second":100,"complete":true}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		want int
		text string
	}{
		{[]string{sure12, sure12}, cli.OK, "20@10s: the same number of agents, sure (wrong with a probability of at most 2 %)."},
		{[]string{sure10, sure12}, cli.OK, "20 % more agents, sure"},
		{[]string{sure12, sure10}, worse, "17 % fewer agents, sure"},
		{[]string{sure12, sure10, "-tolerance", "0.2"}, cli.OK, "no more than 17 % fewer agents, sure"},
		{[]string{sure12, sure12, "-tolerance", "0"}, cli.OK, "the same number of agents"},
		{[]string{unsure12, unsure10}, cli.Failed, "17 % fewer agents, not sure"},
		{[]string{unsure12, unsure10, "-unsure"}, worse, "17 % fewer agents, not sure"},
		{[]string{unsure12, unsure12, "-unsure"}, cli.OK, "the same number of agents, not sure"},
		{[]string{sure12, unsure12}, cli.Failed, "the runs cannot be compared, as they differ in\n  Rule.Name: \"controlled\" and \"published\"\n  -ignore FIELD compares them all the same"},
		{[]string{sure12, unsure12, "-ignore", "Rule"}, cli.Failed, "the same number of agents, not sure"},
		{[]string{sweep, sweep}, cli.Failed, "peak output throughput: the same peak output throughput, not sure."},
		{[]string{sweep, sure12}, cli.Failed, `Schema: "slt.report/2" and "agentperf.report/2"`},
		{[]string{sure12, "missing.json"}, cli.Failed, "missing.json: no such file"},
		{[]string{sure12}, cli.Usage, "expected two reports, A from before and B from after, and there are 1"},
		{[]string{sure12, sure12, "-tolerance", "1"}, cli.Usage, "-tolerance is 1"},
		{[]string{sure12, sure12, "-tolerance", "NaN"}, cli.Usage, "-tolerance is NaN"},
		{[]string{sure12, sure12, "-ignore", ""}, cli.Usage, "expected a field"},
		{[]string{sure12, sure12, "-json", sure12}, cli.Usage, "-json would overwrite"},
		{[]string{"-h"}, cli.OK, "Usage: report diff [flags] A B"},
	} {
		if status, out, errs := program(t, append([]string{"diff"}, tt.args...)...); status != tt.want || !strings.Contains(out+errs, tt.text) {
			t.Errorf("%q: status %d, want %d with %q:\n%s%s", tt.args, status, tt.want, tt.text, out, errs)
		}
	}
	file := filepath.Join(t.TempDir(), "diff.json")
	program(t, "diff", sure12, sure10, "-json", file)
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), `"outcome": "worse"`) {
		t.Errorf("%s, %v", text, err)
	}
}
