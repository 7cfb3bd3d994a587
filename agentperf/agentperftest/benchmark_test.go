package agentperftest_test

import (
	"flag"
	"math"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/agentperftest"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/trajectory"
)

// 8 agents share 46 tokens/s: each gets 5.75, and its first token after one 5.75th of a second.
func TestBenchmark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := served(t, &endpointtest.Engine{Capacity: 46}, 4)
		r := testing.Benchmark(func(b *testing.B) { agentperftest.Benchmark(b, cfg, 8) })
		for unit, want := range map[string]float64{"agents": 8, "p25-tok/s": 5.75, "p95-ttft-sec": 1 / 5.75, "out-tok/s": 46} {
			if got := r.Extra[unit]; math.Abs(got-want) > 0.01*want {
				t.Errorf("%s is %v, want %v", unit, got, want)
			}
		}
		if text := r.String(); strings.Contains(text, "ns/op") || r.N != 1 {
			t.Errorf("%s", text)
		}
	})
}

// What is not measured is not a number.
func TestBenchmarkEndsWithoutANumber(t *testing.T) {
	for name, connect := range map[string]func(int) trajectory.Sender{
		"an invalid phase": func(int) trajectory.Sender { return nil },
		"a dead system":    func(int) trajectory.Sender { return failing{} },
		"a tenth fails":    func(int) trajectory.Sender { return &failsSome{} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := agentperf.Config{Workload: workload(t), Tiers: []agentperf.Tier{{SpeedFloor: 10}}, Connect: connect, MaxAgents: 2}
				if r := testing.Benchmark(func(b *testing.B) { agentperftest.Benchmark(b, cfg, 2) }); len(r.Extra) > 0 || r.N > 0 {
					t.Errorf("%v", r)
				}
				if r := testing.Benchmark(func(b *testing.B) { agentperftest.BenchmarkLimit(b, cfg) }); len(r.Extra) > 0 != (name == "a tenth fails") { // within what the tier allows
					t.Errorf("limit: %v", r)
				}
			})
		})
	}
}

// 46 tokens/s are 11 agents at 4, and 4 at 10 with a name of its own. With no more than 4 to
// try, the first is only a bound.
func TestBenchmarkLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := served(t, &endpointtest.Engine{Capacity: 46}, 4, 10)
		cfg.Tiers[1].Name = "much faster"
		for most, want := range map[int]float64{0: 11, 4: 4} {
			cfg.MaxAgents = most
			r := testing.Benchmark(func(b *testing.B) { agentperftest.BenchmarkLimit(b, cfg) })
			if r.Extra["4@10s-agents"] != want || r.Extra["much-faster-agents"] != 4 || len(r.Extra) != 3 {
				t.Errorf("at most %d: %v", most, r.Extra)
			}
		}
	})
}

// Iterations count alike: of two phases, one at 100 tokens/s and one at 50, the mean is 75,
// although the first has twice as many requests.
func TestBenchmarkIsTheMeanOfPhases(t *testing.T) {
	benchtime := flag.Lookup("test.benchtime").Value
	defer benchtime.Set(benchtime.String())
	benchtime.Set("2x")
	synctest.Test(t, func(t *testing.T) {
		phases := 0
		cfg := agentperf.Config{Workload: workload(t), Tiers: []agentperf.Tier{{SpeedFloor: 1}}, Connect: func(int) trajectory.Sender {
			if phases++; phases == 1 {
				return pacedAt(100)
			}
			return pacedAt(50)
		}}
		r := testing.Benchmark(func(b *testing.B) { agentperftest.Benchmark(b, cfg, 1) })
		if r.N != 2 || phases != 2 || math.Abs(r.Extra["p25-tok/s"]-75) > 0.01 || math.Abs(r.Extra["p95-ttft-sec"]-0.015) > 0.0001 || r.Extra["agents"] != 1 {
			t.Errorf("%v of %d phases", r, phases)
		}
	})
}
