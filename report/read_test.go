package report_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/report"
)

const (
	agents = `{"schema":"agentperf.report/2"}`
	load   = `{"schema":"slt.report/2","complete":true}`
)

func TestRead(t *testing.T) {
	r, err := report.Read(strings.NewReader(agents))
	if err != nil || r.Agentperf == nil || r.SLT != nil || r.Name != "" || r.Complete() {
		t.Fatalf("%+v, %v", r, err)
	}
	if a, err := r.OnlyAgentperf(); err != nil || a != r.Agentperf {
		t.Error(err)
	}
	if _, err := r.OnlySLT(); err == nil || err.Error() != "report: it is a report of agents (agentperf.report/2), expected one of a System Load Test (slt.report/2); examples/report and examples/pricing read both" {
		t.Error(err)
	}
	name := filepath.Join(t.TempDir(), "load.json")
	if err := os.WriteFile(name, []byte(load), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err = report.ReadFile(name)
	if err != nil || r.Agentperf != nil || r.SLT == nil || r.Name != name || !r.Complete() {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := r.OnlyAgentperf(); err == nil || !strings.Contains(err.Error(), "load.json is a report of a System Load Test (slt.report/2), expected one of agents (agentperf.report/2)") {
		t.Error(err)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{``, "not a report: it ends in the middle of a value"},
		{`{"schema":"slt.report/2","levels":[`, "not a report: it ends in the middle of a value"},
		{`not JSON`, "not a report: it is not JSON"},
		{`[1]`, "not a report: it is a list, expected an object"},
		{`null`, "not a report: it has no schema"},
		{`{}`, "not a report: it has no schema"},
		{agents + agents, "not a report: it is not JSON"},
		{`{"schema":2}`, "not a report: schema is a number, expected text"},
		{`{"schema":"other/1"}`, `schema is "other/1", expected "agentperf.report/2" or "slt.report/2"`},
		{`{"schema":"slt.report/1"}`, `another version of this module wrote and this one does not read, expected "slt.report/2"`},
		{`{"schema":"agentperf.report/3"}`, `expected "agentperf.report/2": measure again`},
		{`{"schema":"x\u001b[31m` + strings.Repeat("y", 999) + `"}`, `schema is "x\x1b[31myyyyyyyyyyyyyyy`},
		{`{"schema":"slt.report/2","levels":{}}`, "levels is an object, expected a list"},
		{`{"schema":"slt.report/2","levels":[{"concurrency":"1"}]}`, "levels.concurrency is text, expected a whole number that fits"},
		{`{"schema":"agentperf.report/2","phases":[{"measured_seconds":1e999}]}`, "measured_seconds is the number 1e999, expected a number"},
		{`{"schema":"agentperf.report/2","phases":[{"measured_seconds":NaN}]}`, "it is not JSON"},
		{`{"schema":"agentperf.report/2","started":"yesterday"}`, "yesterday"},
		{`{"schema":"agentperf.report/2","system":{"price_per_accelerator_hour_usd":1e40}}`, "not a report"},
		{`{"schema":"agentperf.report/2","config":{"seed":"-1"}}`, "not a report"},
		{`{"schema":"agentperf.report/2","tiers":[{"numbers":[{"phases":[0]}]}]}`, "tiers[0].numbers[0].phases has 0, expected indices of its phases, of which there are 0"},
		{`{"schema":"agentperf.report/2","phases":[{}],"numbers":[{"phases":[0,-1]}]}`, "numbers[0].phases has -1"},
		{strings.Repeat("[", 1<<20), "not a report"},
		{`{"schema":"slt.report/2","config":{"fields":{"a":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}}}`, "not a report"},
		{`{"schema":"slt.report/2","levels":[` + strings.Repeat("{},", 1<<18) + `{}]}`, "it has 262146 objects, expected at most 262144"},
		{strings.Repeat(" ", 64<<20) + agents, "it has more than 67108864 bytes"},
	} {
		if r, err := report.Read(strings.NewReader(tt.text)); err == nil || r != nil || !strings.HasPrefix(err.Error(), "report: ") || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 300 {
			t.Errorf("%.100s: %v, want %q", tt.text, err, tt.want)
		}
	}
	// Braces in text are no objects.
	if _, err := report.Read(strings.NewReader(`{"schema":"slt.report/2","run":"\"` + strings.Repeat("{", 1<<21) + `\\"}`)); err != nil {
		t.Error(err)
	}
}

// The largest report that is read takes memory in proportion.
func TestReadIsBounded(t *testing.T) {
	text := `{"schema":"agentperf.report/2","phases":[` + strings.Repeat(`{"figures":{}},`, 1<<17-4) + `{}]}`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := report.Read(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 512 {
		t.Errorf("%d MiB for %d objects", got, 1<<18)
	}
}

func TestReadFileRefuses(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x.json")
	if err := os.WriteFile(name, []byte(`{"schema":"slt.report/2","levels":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, want string }{
		{name, "x.json: not a report: levels is an object, expected a list"},
		{filepath.Join(dir, "missing.json"), "missing.json: no such file"},
		{dir, "is a folder, expected a report"},
		{os.DevNull, "is not a regular file"},
	} {
		if _, err := report.ReadFile(tt.name); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
