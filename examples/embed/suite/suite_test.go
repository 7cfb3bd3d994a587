// Package suite is what an inference provider's performance suite looks like, in a module of
// its own: tests that a server sustains its number of agents, and benchmarks for benchstat.
//
//	ENGINE_URL=http://host:8000 go test -artifacts -outputdir "$PWD"
//	ENGINE_URL=http://host:8000 go test -run '^$' -bench Agents -count 6 > new.txt
//	benchstat old.txt new.txt
//
// Without ENGINE_URL a simulated server is measured.
package suite

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/agentperftest"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/trajectory/generate"
)

func TestSustains4Agents(t *testing.T) {
	agentperftest.Sustains(t, config(t), 4)
}

func BenchmarkAgents(b *testing.B) {
	for _, n := range []int{1, 4, 8} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) { agentperftest.Benchmark(b, config(b), n) })
	}
}

func BenchmarkLimit(b *testing.B) {
	agentperftest.BenchmarkLimit(b, config(b))
}

func config(tb testing.TB) agentperf.Config {
	cfg := agentperf.Config{
		Endpoint: endpoint.Config{URL: os.Getenv("ENGINE_URL")},
		Workload: generate.Preset(generate.Demo).Workload(), // format.Open reads your own
		Tiers:    []agentperf.Tier{{SpeedFloor: 50, TTFTCeiling: 2 * time.Second}},
	}
	if cfg.Endpoint.URL == "" {
		cfg.Endpoint.URL = simulated(tb)
	}
	if testing.Short() { // does it work at all? on a machine that has other things to do
		cfg.Rule = agentperf.Point{Measure: time.Second, SpawnRate: -1, Settle: -1, MinTrajectories: -1, MinPerAgent: -1, Drain: -1}
		cfg.ClientLag, cfg.MaxAgents = -1, 4
		cfg.Tiers[0] = agentperf.Tier{SpeedFloor: 1, TTFTCeiling: time.Minute}
	}
	return cfg
}

// simulated serves a simulated system, so that the suite runs anywhere.
func simulated(tb testing.TB) string {
	demo, err := simulate.Preset("demo")
	if err != nil {
		tb.Fatal(err)
	}
	system, err := simulate.New(demo)
	if err != nil {
		tb.Fatal(err)
	}
	server, err := endpointtest.Serve(system)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(server.Close)
	return server.URL
}
