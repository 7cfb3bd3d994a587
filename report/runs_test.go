package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/slt"
	"github.com/agentperf/agentperf-go/system"
	"github.com/agentperf/agentperf-go/trajectory"
)

// stated is a system with all that can be stated of it.
var (
	stated   = pricing.System{Accelerator: "H100", Accelerators: 8, Price: 2500 * pricing.Dollar / 1000, PriceNote: "given", Power: 5600, Basis: pricing.AllInIT, PUE: 1.25, RackAccelerators: 32}
	identity = &system.Identity{Name: "n", Engine: "vllm", Accelerators: []system.Accelerators{{Role: system.Decode, Name: "H100", Count: 8}}, Labels: map[string]string{"a": "b"}}
)

func workload(t *testing.T) *trajectory.Workload {
	t.Helper()
	var s trajectory.Store
	w := &trajectory.Workload{Name: "test"}
	for i := range 3 {
		tr := &trajectory.Trajectory{ID: fmt.Sprintf("t%d", i)}
		var h *trajectory.History
		for j, n := range []int{20, 7, 33} {
			var err error
			if h, err = s.Append(h, fmt.Appendf(nil, `{"role":"user","content":"t%d turn %d"}`, i, j)); err != nil {
				t.Fatal(err)
			}
			tr.Turns = append(tr.Turns, trajectory.Turn{History: h, OutputTokens: n, ToolDelayKnown: true})
		}
		w.Trajectories = append(w.Trajectories, tr)
	}
	return w
}

// searched is a search on an engine of the capacity in tokens/s, by the rule, in virtual time:
// floor(capacity/4) agents get 4 tokens/s each.
func searched(t *testing.T, capacity float64, rule agentperf.Rule, change func(*agentperf.Config)) (r *agentperf.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := memnet.Serve(&endpointtest.Engine{Capacity: capacity})
		defer server.Close()
		cfg := agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: workload(t), Seed: 42, Rule: rule,
			Tiers:  []agentperf.Tier{{SpeedFloor: 4, TTFTCeiling: time.Minute}},
			System: stated, Identity: identity,
		}
		if change != nil {
			change(&cfg)
		}
		var err error
		if r, err = agentperf.Run(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
	})
	return r
}

// controlled are rules for engines that repeat themselves exactly, point those of one phase.
func controlled() agentperf.Controlled {
	return agentperf.Controlled{Block: 4 * time.Second, MaxMeasure: 20 * time.Minute, SpawnRate: -1, Settle: 4 * time.Second, Drain: 10 * time.Second}
}

func point() agentperf.Point {
	return agentperf.Point{SpawnRate: -1, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second}
}

// swept is a sweep over two levels, in virtual time.
func swept(t *testing.T, perRequest float64) (r *slt.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := memnet.Serve(&endpointtest.Engine{PerRequest: perRequest})
		defer server.Close()
		var err error
		r, err = slt.Run(t.Context(), slt.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, System: stated, Identity: identity, Seed: 1,
			Levels: []int{1, 2}, InputTokens: 100, OutputTokens: 20, Ramp: -1, Settle: -1, Measure: 20 * time.Second,
			Fields: map[string]json.RawMessage{"effort": []byte(`{"a":[1,2]}`)},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	return r
}

// encoded is a report as the programs write it.
func encoded(t *testing.T, r any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustRead(t *testing.T, text []byte) *report.Report {
	t.Helper()
	r, err := report.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
