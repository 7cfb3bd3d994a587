package agentperf_test

import (
	"errors"
	"flag"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

var realtime = flag.Bool("realtime", false, "run what needs, or takes, the whole machine")

// A client that gets no processor would find a lower capacity: its own. It finds none.
func TestStarvedClient(t *testing.T) {
	if !*realtime {
		t.Skip("keeps the whole machine busy for seconds: go test ./agentperf -run StarvedClient -realtime")
	}
	server, err := endpointtest.Serve(&endpointtest.Engine{Capacity: 1150})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var over atomic.Bool
	defer over.Store(true)
	for range 16 * runtime.GOMAXPROCS(0) { // some 150 ms until it is one's turn
		go func() {
			for !over.Load() {
			}
		}()
	}
	for _, rules := range []agentperf.Rule{
		agentperf.Point{SpawnRate: -1, Settle: -1, Measure: 2 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: time.Second},
		agentperf.Controlled{Block: 100 * time.Millisecond, MaxMeasure: time.Minute, SpawnRate: -1, Settle: -1, Drain: time.Second},
	} {
		r, err := agentperf.Run(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: server.URL}, Workload: workload(t, 3, []int{20, 7}, 0), Tiers: floor(100), Start: 2, Rule: rules,
		})
		if !errors.Is(err, agentperf.ErrUndecided) || len(r.Phases) == 0 {
			t.Fatalf("%s: %d phases, %v", r.Config.Rule.Name, len(r.Phases), err)
		}
		for _, p := range r.Phases {
			if v := p.Verdicts[0]; v.Verdict != agentperf.Invalid || !strings.Contains(v.Reason, "the client was too late") || p.Client.LagSeconds < 0.05 {
				t.Errorf("%s, %d agents: %+v, %+v", r.Config.Rule.Name, p.Agents, v, p.Client)
			}
		}
		if tier := r.Tiers[0]; tier.FirstFailingAgents != nil || tier.MaxAgents != 0 {
			t.Errorf("%+v", tier)
		}
	}
}
