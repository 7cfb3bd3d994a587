package agentperf_test

import (
	"context"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A test suite that knows the capacity it wants checks it, without a search.
func ExampleCheck() {
	// The system under test; here a simulated one of 4,000 tokens/s.
	server, err := endpointtest.Serve(&endpointtest.Engine{Capacity: 4000})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	// The sessions to replay; see trajectory/format for reading files.
	var store trajectory.Store
	context1, err := store.Append(nil, []byte(`{"role":"user","content":"Mend the build."}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	session := &trajectory.Trajectory{ID: "build", Turns: []trajectory.Turn{{Context: context1, OutputTokens: 200}}}

	report, err := agentperf.Check(context.Background(), agentperf.Config{
		Endpoint: endpoint.Config{URL: server.URL},
		Workload: &trajectory.Workload{Trajectories: []*trajectory.Trajectory{session}},
		Tiers:    []agentperf.Tier{{SpeedFloor: 20, TTFTCeiling: 10 * time.Second}},
		Rules:    agentperf.Rules{Measure: time.Second},
		// Other tests may keep this machine busy. Against a real system leave it out.
		ClientLag: -1,
	}, 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	verdict := report.Phases[0].Verdicts[0]
	fmt.Println(verdict.Tier, verdict.Verdict)
	// Output: 20@10s pass
}
