package slt_test

import (
	"context"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/slt"
)

// A sweep of two short levels on a simulated engine that gives each query 2,000
// tokens per second. Against a real system most of the Config is left out.
func ExampleRun() {
	server, err := endpointtest.Serve(&endpointtest.Engine{PerRequest: 2000})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	report, err := slt.Run(context.Background(), slt.Config{
		Endpoint: endpoint.Config{URL: server.URL},
		System:   pricing.System{Accelerators: 8, Price: 2 * pricing.Dollar},
		Levels:   []int{1, 2}, InputTokens: 100, OutputTokens: 20,
		Ramp: -1, Settle: -1, Measure: 200 * time.Millisecond,
		// The machine that runs this may be busy with other tests.
		ClientLag: -1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range report.Levels {
		fmt.Printf("concurrency %d: %v were answered\n", l.Concurrency, *l.Figures.ResponseRate)
	}
	fmt.Printf("a million tokens at %v tokens/s per query: priced %v\n", report.AtSpeed[0].Speed, report.AtSpeed[0].CostPerMillion != nil)
	// Output:
	// concurrency 1: 1 were answered
	// concurrency 2: 1 were answered
	// a million tokens at 100 tokens/s per query: priced true
}
