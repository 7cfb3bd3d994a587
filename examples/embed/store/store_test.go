package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

// The database has the figures of the report, of phases in which requests fail too.
func TestFiguresOfTheReport(t *testing.T) {
	for name, rule := range map[string]agentperf.Rule{
		"point":      agentperf.Point{SpawnRate: 4, Settle: 5 * time.Second, Measure: 30 * time.Second, MinTrajectories: -1, MinPerAgent: -1},
		"controlled": agentperf.Controlled{Block: 4 * time.Second, Budget: 20 * time.Minute, MaxMeasure: 20 * time.Minute},
	} {
		var r *agentperf.Report
		var requests bytes.Buffer
		synctest.Test(t, func(t *testing.T) {
			engine := &endpointtest.Engine{Capacity: 400, PerRequest: 90}
			engine.Fault = func(request int) endpointtest.Fault {
				if request%31 == 7 {
					return endpointtest.Fault{Kind: endpointtest.FaultCut, After: 5}
				}
				return endpointtest.Fault{}
			}
			server := memnet.Serve(engine)
			defer server.Close()
			var err error
			r, err = agentperf.Measure(t.Context(), agentperf.Config{
				Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: generate.Preset(generate.Demo).Workload(), Seed: 42, Rule: rule, Requests: &requests,
				Tiers: []agentperf.Tier{{SpeedFloor: 50, TTFTCeiling: time.Second}},
			}, 2, 9)
			if err != nil {
				t.Fatal(err)
			}
		})
		db, err := open(t.Context(), ":memory:")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for range 2 { // the second time nothing is new
			if err := load(t.Context(), db, bytes.NewReader(requests.Bytes())); err != nil {
				t.Fatal(err)
			}
		}
		phases, err := ask(t.Context(), db)
		if err != nil || len(phases) != len(r.Phases) || len(phases) < 2 {
			t.Fatalf("%s: %d phases, want %d: %v", name, len(phases), len(r.Phases), err)
		}
		failed := 0
		for i, p := range phases {
			f := r.Phases[i].Figures
			failed += f.Failed
			if p.Run != r.Run || p.Agents != r.Phases[i].Agents || !same(p.P25Speed.V, f.P25Speed) || !same(p.P95TTFT.V, f.P95TTFT) || p.P95TTFT.Valid != (f.P95TTFT != nil) {
				t.Errorf("%s, phase %d: %+v, want %v and %v (%s)", name, i, p, *f.P25Speed, f.P95TTFT, f.P95TTFTState)
			}
		}
		if failed == 0 {
			t.Errorf("%s: no request failed", name)
		}
	}
}

// same allows for sums in another order.
func same(got float64, want *float64) bool {
	return want == nil && got == 0 || want != nil && math.Abs(got-*want) <= 1e-12**want
}

func TestRun(t *testing.T) {
	const phase = `{"run":"r\u001b","phase_idx":0,"agents":3,"settled_ns":10,"window_end_ns":20,"invalid":""}`
	request := func(id string, begun int, outcome, speed string) string {
		return fmt.Sprintf(`{"run":"r\u001b","phase_idx":0,"request_id":%q,"begun_ns":%d,"outcome":%q,"output_speed":%s,"ttft":1.5}`, id, begun, outcome, speed)
	}
	dir := t.TempDir()
	write := func(name string, lines ...string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
	// 10, 20 and 40 tokens/s: P25 is at rank 0.5. What began outside of the window does not count.
	good := write("a.jsonl", request("a", 10, "ok", "40"), request("b", 11, "ok", "10"), request("c", 19, "ok", "20"), request("d", 20, "ok", "1"), request("e", 12, "canceled", "null"), request("f", 12, "local", "null"), phase)
	// 0 and 10 tokens/s, and a P95 of TTFT that is infinite.
	failed := write("b.jsonl", request("a", 10, "http_status", "null"), request("b", 11, "ok", "10"), phase)
	var out strings.Builder
	if err := run(t.Context(), &out, filepath.Join(dir, "runs.db"), []string{good, good}); err != nil || out.String() != `"r\x1b" phase 0, 3 agents: P25 15 tokens/s, P95 TTFT 1.5 s`+"\n" {
		t.Errorf("%s%v", out.String(), err)
	}
	out.Reset()
	if err := run(t.Context(), &out, ":memory:", []string{failed}); err != nil || !strings.HasSuffix(out.String(), "P25 2.5 tokens/s, P95 TTFT unknown s\n") {
		t.Errorf("%s%v", out.String(), err)
	}
	for text, want := range map[string]string{
		"{":                "line 1: ",
		`{"run":"r"}`:      "line 1: ",
		good + "\nx":       "line 1: ",
		phase + "\nnot":    "line 2: ",
		phase + "\n" + `"`: "line 2: ",
		strings.Replace(phase, `"agents":3`, `"agents":"x"`, 1): "line 1: ",
		request("a", 10, "ok", `"abc"`):                         "line 1: ",
	} {
		if err := run(t.Context(), &out, ":memory:", []string{write("bad.jsonl", text)}); err == nil || !strings.Contains(err.Error(), "bad.jsonl: "+want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := run(t.Context(), &out, ":memory:", []string{filepath.Join(dir, "missing")}); err == nil {
		t.Error("no error for a missing file")
	}
}
