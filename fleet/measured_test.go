package fleet

import (
	"context"
	"flag"
	"fmt"
	"math"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/fleet/broker"
	"github.com/agentperf/agentperf-go/trajectory"
)

var measure = flag.Bool("measure", false, "measure a fleet on this machine against one process, which takes some minutes")

// Variables of the environment that make this test program a worker.
const (
	workerURL      = "AGENTPERF_TEST_WORKER_URL"
	workerName     = "AGENTPERF_TEST_WORKER_NAME"
	workerEndpoint = "AGENTPERF_TEST_WORKER_ENDPOINT"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(workerURL); url != "" {
		err := Serve(context.Background(), WorkerConfig{
			URL: url, Name: os.Getenv(workerName), Capacity: 1000, Workload: measuredWorkload(nil), Endpoint: endpoint.Config{URL: os.Getenv(workerEndpoint)},
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// One process against one, two and four workers in processes of their own, on one machine and at
// one engine:
//
//	go test -C fleet -run Measured -measure -v .
//
// Throughput, output speed and requests must agree within 1 %. How late stamps are is printed,
// of the latest client.
func TestMeasured(t *testing.T) {
	if !*measure {
		t.Skip("takes minutes, and the machine to itself: see -measure")
	}
	server := httptest.NewServer(&endpointtest.Engine{Capacity: 100 * 40})
	defer server.Close()
	const agents = 100 // at 40 tokens/s each
	type figures struct{ requests, tokens, p25, ttft, lag, cpu float64 }
	run := func(workers int) (f figures) {
		cfg := agentperf.Config{
			Endpoint: endpoint.Config{URL: server.URL}, Workload: measuredWorkload(t), Tiers: tiers(10), Seed: 7, MaxAgents: agents,
			Rule: agentperf.Point{SpawnRate: 50, Settle: 3 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 5 * time.Second},
		}
		if workers > 0 {
			b, err := broker.Start(broker.Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			dial, secret := b.Controller()
			c, err := NewController(t.Context(), Config{URL: b.URL(), Dial: dial, Secret: secret, Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			for i := range workers {
				worker := exec.CommandContext(t.Context(), os.Args[0])
				worker.Env = append(os.Environ(), workerURL+"="+b.URL(), fmt.Sprintf("%s=w%d", workerName, i), workerEndpoint+"="+server.URL)
				worker.Stderr = os.Stderr
				if err := worker.Start(); err != nil {
					t.Fatal(err)
				}
				defer worker.Wait()
			}
			defer c.Close()
			cfg.Load = c
		}
		report, err := agentperf.Check(t.Context(), cfg, agents)
		if err != nil {
			t.Fatal(err)
		}
		p := report.Phases[len(report.Phases)-1]
		if p.Figures == nil {
			t.Fatalf("%d workers: %s", workers, p.Invalid)
		}
		f = figures{requests: float64(p.Figures.Requests), tokens: p.Figures.OutputTokensPerSecond, p25: *p.Figures.P25Speed, ttft: *p.Figures.P95TTFT, lag: p.Client.LagSeconds}
		if p.Client.CPUShare != nil {
			f.cpu = *p.Client.CPUShare
		}
		return f
	}
	var lines strings.Builder
	var one figures
	for _, workers := range []int{0, 1, 2, 4} {
		f := run(workers)
		name := fmt.Sprintf("%d workers", workers)
		if workers == 0 {
			name, one = "one process", f
		}
		fmt.Fprintf(&lines, "%-12s %6.0f requests  %7.1f tokens/s  P25 %6.3f tokens/s  P95 TTFT %6.2f ms  lag P99 %6.0f µs  CPU %4.1f %%\n", name, f.requests, f.tokens, f.p25, 1e3*f.ttft, 1e6*f.lag, 100*f.cpu)
		for what, pair := range map[string][2]float64{"tokens/s": {f.tokens, one.tokens}, "P25": {f.p25, one.p25}, "requests": {f.requests, one.requests}} {
			if off := math.Abs(pair[0]/pair[1] - 1); off > 0.01 {
				t.Errorf("%s: %s is %.4g, and %.4g of one process: %.2f %% off", name, what, pair[0], pair[1], 100*off)
			}
		}
	}
	t.Logf("%d agents:\n%s", agents, lines.String())
}

// measuredWorkload returns sessions whose answers take a second or two.
func measuredWorkload(tb testing.TB) *trajectory.Workload {
	return workload(tb, 20, 40, 60, 80, 50, 70, 30, 90)
}
