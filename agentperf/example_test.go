package agentperf_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/trajectory/format"
)

// Run finds the limit of a simulated system that generates 1,000 tokens/s in all: two
// agents get 500 each, three only 333.
func ExampleRun() {
	server, err := endpointtest.Serve(&endpointtest.Engine{Capacity: 1000})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	workload, err := format.Open("testdata/sessions.jsonl")
	if err != nil {
		log.Fatal(err)
	}
	report, err := agentperf.Run(context.Background(), agentperf.Config{
		Endpoint: endpoint.Config{URL: server.URL},
		Workload: workload,
		Tiers:    []agentperf.Tier{{SpeedFloor: 350, TTFTCeiling: 5 * time.Second}},
		// For an example that ends within seconds on a busy machine. Leave both out
		// to measure a real system.
		Rule:      agentperf.Point{SpawnRate: -1, Settle: -1, Measure: 300 * time.Millisecond, MinTrajectories: -1, MinPerAgent: -1, Drain: -1},
		ClientLag: -1,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Tiers[0].Sentence())
	// Output: 350 tokens/s with TTFT of at most 5s: 2 agents; 3 are too many.
}

// A test suite that knows the capacity it wants checks that alone, without a search.
func ExampleCheck() {
	server, err := endpointtest.Serve(&endpointtest.Engine{Capacity: 4000})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	workload, err := format.Open("testdata/sessions.jsonl")
	if err != nil {
		log.Fatal(err)
	}
	report, err := agentperf.Check(context.Background(), agentperf.Config{
		Endpoint:  endpoint.Config{URL: server.URL},
		Workload:  workload,
		Tiers:     []agentperf.Tier{{SpeedFloor: 20, TTFTCeiling: 10 * time.Second}},
		Rule:      agentperf.Point{SpawnRate: -1, Settle: -1, Measure: 300 * time.Millisecond, MinTrajectories: -1, MinPerAgent: -1, Drain: -1}, // as in the example of Run
		ClientLag: -1,
	}, 8)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Phases[0].Verdict("20@10s"))
	// Output: pass
}
