package conformance_test

import (
	"context"
	"fmt"
	"log"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/conformance"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// A server whose answers end without token counts.
func ExampleRun() {
	server, err := endpointtest.Serve(&endpointtest.Engine{PerRequest: 20_000, Fault: func(int) endpointtest.Fault {
		return endpointtest.Fault{Kind: endpointtest.FaultNoUsage}
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	report, err := conformance.Run(context.Background(), conformance.Config{
		Endpoint: endpoint.Config{URL: server.URL},
	}, conformance.Usage, conformance.Errors)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Err())
	// Output:
	// conformance: usage: an answer of 128 events ended without a count of output tokens (speeds are in tokens, and an event is not a token)
}
