package formats

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
	"github.com/agentperf/agentperf-go/trajectory"
)

var system = pricing.System{Accelerator: "H100", Accelerators: 8, Price: 2 * pricing.Dollar, Power: 5600, Basis: pricing.AllInIT, RackAccelerators: 32}

// search is a search on an engine of which floor(capacity/4) agents get 4 tokens/s each, in
// virtual time, and its requests. Some requests fail.
func search(t *testing.T, capacity float64, rule agentperf.Rule) (*report.Report, []byte) {
	t.Helper()
	var out bytes.Buffer
	var r *agentperf.Report
	synctest.Test(t, func(t *testing.T) {
		engine := &endpointtest.Engine{Capacity: capacity}
		engine.Fault = func(request int) endpointtest.Fault {
			if request%50 == 40 {
				return endpointtest.Fault{Kind: endpointtest.FaultCut, After: 3}
			}
			return endpointtest.Fault{}
		}
		server := memnet.Serve(engine)
		defer server.Close()
		var s trajectory.Store
		h, err := s.Append(nil, []byte(`{"role":"user","content":"hello"}`))
		if err != nil {
			t.Fatal(err)
		}
		turn := trajectory.Turn{History: h, OutputTokens: 20, ToolDelayKnown: true}
		w := &trajectory.Workload{Name: "test", Trajectories: []*trajectory.Trajectory{{ID: "t", Turns: []trajectory.Turn{turn, turn}}}}
		r, err = agentperf.Run(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, Workload: w, Seed: 42, Rule: rule, System: system, Requests: &out,
			Tiers: []agentperf.Tier{{SpeedFloor: 4, TTFTCeiling: time.Minute}, {E2EFloor: 3}},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	return again(t, r), out.Bytes()
}

func sweep(t *testing.T) *report.Report {
	t.Helper()
	var r *slt.Report
	synctest.Test(t, func(t *testing.T) {
		server := memnet.Serve(&endpointtest.Engine{PerRequest: 100})
		defer server.Close()
		var err error
		r, err = slt.Run(t.Context(), slt.Config{
			Endpoint: endpoint.Config{URL: "http://mem", Dial: server.Dial}, System: system, Seed: 1,
			Levels: []int{1, 2}, InputTokens: 100, OutputTokens: 20, Ramp: -1, Settle: -1, Measure: 20 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	return again(t, r)
}

// again is a report after it was written and read.
func again(t *testing.T, r any) *report.Report {
	t.Helper()
	read, err := report.Read(bytes.NewReader(encoded(t, r)))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func encoded(t *testing.T, r any) []byte {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func point() agentperf.Point {
	return agentperf.Point{SpawnRate: -1, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second}
}

func controlled() agentperf.Controlled {
	return agentperf.Controlled{Block: 4 * time.Second, MaxMeasure: 20 * time.Minute, SpawnRate: -1, Settle: 4 * time.Second, Drain: 10 * time.Second}
}

// hostile gives reports names that want to be something else.
func hostile(r *report.Report) *report.Report {
	const text = "x\"} 1\n# EOF\n\\ y\tz/a=b-3\x1b"
	if r.SLT != nil {
		r.SLT.Run, r.SLT.Config.Model, r.SLT.Config.Label = text, text, text
		return r
	}
	r.Agentperf.Run, r.Agentperf.Config.Model, r.Agentperf.Config.Label = text, text, text
	for i := range r.Agentperf.Tiers {
		r.Agentperf.Tiers[i].Name = fmt.Sprint(text, i)
	}
	return r
}
