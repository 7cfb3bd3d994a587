package simulate_test

import (
	"fmt"
	"log"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// What a system would do that nobody has built: eight accelerators from their
// data sheet and a model from its card.
func ExampleGroup_Pool() {
	group := simulate.Group{
		Count:       8,
		Accelerator: simulate.Accelerator{Name: "next", BandwidthBytesPerSecond: 20e12, FLOPS: 4e15, MemoryBytes: 288e9},
	}
	pool, err := group.Pool(simulate.Model{
		Name: "70 B, dense", Parameters: 70e9, BytesPerParameter: 1,
		Layers: 80, KVBytesPerToken: 2 * 80 * 8 * 128,
	})
	if err != nil {
		log.Fatal(err)
	}
	system, err := simulate.New(simulate.Config{Model: "next", Pool: pool, AcceptedTokens: 2.4})
	if err != nil {
		log.Fatal(err)
	}
	server, err := endpointtest.Serve(system)
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	fmt.Printf("overhead %v, weights in %.2f ms, %.0f prompt tokens/s, room for %d M tokens\n",
		pool.StepOverhead, 1000*pool.WeightBytes/pool.BandwidthBytesPerSecond, pool.FLOPS/pool.FLOPsPerToken, pool.KVTokens/1e6)
	// Output:
	// overhead 4.5ms, weights in 0.89 ms, 56000 prompt tokens/s, room for 12 M tokens
}
