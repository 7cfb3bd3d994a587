package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/slt"
)

func file(t *testing.T, name string, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Reports of both kinds become a page; what is none is an error that names the file.
func TestPage(t *testing.T) {
	agents := file(t, "eight.json", agentperf.Report{
		Schema: agentperf.Schema,
		Tiers:  []agentperf.TierResult{{Name: "100@5s", SpeedFloorTokensPerSecond: 100, TTFTCeilingSeconds: 5, MaxAgents: 14, FirstFailingAgents: new(15)}},
	})
	load := file(t, "load.json", slt.Report{Schema: slt.Schema})
	rows := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := os.WriteFile(rows, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := file(t, "requests.jsonl", agentperf.RequestPhase{
		Run: "0123456789abcdef", Agents: 1, Anchor: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), Settled: 1, WindowEnd: 2, End: 3, Ending: "complete",
	})
	prices := filepath.Join(t.TempDir(), "prices.csv")
	if err := os.WriteFile(prices, []byte("provider,accelerator,commitment,price_per_gpu_hour_usd,price_date\nAcme,X1,on_demand,1.25,2026-11-01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args   []string
		status int
		out    string // in standard output
		err    string // in standard error
	}{
		{[]string{agents}, cli.OK, "<h1>14\u00a0agents at 100\u00a0tok/s</h1>", ""},
		{[]string{agents, load, "-title", "May </title>", "-note", "All is made up."}, cli.OK, "AgentPerf report · May &lt;/title&gt;", ""},
		{[]string{agents, "-prices", prices}, cli.OK, ">$1.25 Acme<", ""},
		{[]string{agents}, cli.OK, "<h2 id=\"h-prices\">", ""},
		{[]string{agents, "-prices", "nowhere.csv"}, cli.Failed, "", "page: open nowhere.csv: "},
		{[]string{agents, "-prices", rows}, cli.Failed, "", "rows.jsonl"},
		{nil, cli.Usage, "", "no report, expected files that maxusers -json or slt -json wrote"},
		{[]string{"-nonsense"}, cli.Usage, "", "-nonsense"},
		{[]string{"-h"}, cli.OK, "", "Usage: page [flags] REPORT... > page.html"},
		{[]string{agents, "nowhere.json"}, cli.Failed, "", "page: open nowhere.json: "},
		{[]string{file(t, "other.json", map[string]int{"a": 1})}, cli.Failed, "", "other.json: not a report"},
		{[]string{agents, "-requests", rows}, cli.Failed, "", "rows.jsonl"},
		{[]string{agents, "-series", rows}, cli.Usage, "", "-series without -requests"},
		{[]string{agents, "-requests", empty, "-series", rows}, cli.Failed, "", "rows.jsonl: telemetry: series: line 1: "},
		{[]string{agents, "-requests", empty, "-series", filepath.Dir(rows)}, cli.Failed, "", "not a regular file"},
	} {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), tt.args, &stdout, &stderr)
		if status != tt.status || !strings.Contains(stdout.String(), tt.out) || !strings.Contains(stderr.String(), tt.err) {
			t.Errorf("%q: status %d\n%.300s\n%s", tt.args, status, stdout.String(), stderr.String())
		}
		if whole := strings.HasSuffix(stdout.String(), "</html>\n"); whole != (tt.out != "") {
			t.Errorf("%q: %d bytes, and whole is %v", tt.args, stdout.Len(), whole)
		}
	}
}
