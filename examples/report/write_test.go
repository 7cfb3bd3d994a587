package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	run := result(t, `{"name":"controlled","error_rate":0.01}`, 12)
	sweep, requests := filepath.Join(dir, "sweep.json"), filepath.Join(dir, "requests.JSONL")
	for name, text := range map[string]string{sweep: `{"schema":"slt.report/2","peak_output_tokens_per_second":100,"levels":[{"concurrency":3}]}`, requests: own} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		args []string
		want int
		text string
	}{
		{[]string{"markdown", run, sweep}, cli.OK, "| 20@10s | 12 | 13 | 12 |"},
		{[]string{"openmetrics", run, sweep}, cli.OK, `agentperf_tier_max_agents{run="` + run + `",tier="20@10s"} 12` + "\n"},
		{[]string{"benchfmt", run, sweep}, cli.OK, "BenchmarkLimit/tier=20@10s 1 12 agents\n"},
		{[]string{"csv", sweep}, cli.OK, "concurrency"},
		{[]string{"csv", requests}, cli.OK, ",measured\n0,0-0-0,,0,0,t,"},
		{[]string{"csv", run, sweep}, cli.Failed, "write them apart"},
		{[]string{"csv", run, requests}, cli.Usage, "one file at a time"},
		{[]string{"openmetrics", run, run}, cli.Failed, "would be there twice"},
		{[]string{"markdown"}, cli.Usage, "FILE is missing"},
		{[]string{"markdown", requests}, cli.Failed, "not a report"},
		{[]string{"markdown", "missing.json"}, cli.Failed, "missing.json: no such file"},
		{[]string{"csv", filepath.Join(dir, "missing.jsonl")}, cli.Failed, "no such file"},
		{[]string{"benchfmt", "-h"}, cli.OK, "Usage: report benchfmt [flags] FILE..."},
	} {
		if status, out, errs := program(t, tt.args...); status != tt.want || !strings.Contains(out+errs, tt.text) {
			t.Errorf("%q: status %d, want %d with %q:\n%s%s", tt.args, status, tt.want, tt.text, out, errs)
		}
	}
}
