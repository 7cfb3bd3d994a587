package agentperf_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/trajectory"
)

// asEngine in the environment makes the test binary a slow system, in a process of its
// own so that the client's time is the client's.
const (
	asEngine      = "AGENTPERF_TEST_ENGINE"
	sessionHeader = "X-Session"
)

func TestMain(m *testing.M) {
	if os.Getenv(asEngine) == "" {
		os.Exit(m.Run())
	}
	fast, slow := new(endpointtest.Engine), &endpointtest.Engine{PerRequest: 0.5}
	server, err := endpointtest.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(sessionHeader) == "" {
			fast.ServeHTTP(w, r) // the preflight, which would take minutes
			return
		}
		slow.ServeHTTP(w, r)
	}))
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println(server.URL)
	io.Copy(io.Discard, os.Stdin)
	server.Close()
}

// startEngine returns the address of a system that gives each request half a token a
// second.
func startEngine(t *testing.T) (url string) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asEngine+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	url, err = bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.HasPrefix(url, "error") {
		t.Fatal(url, err)
	}
	return strings.TrimSpace(url)
}

// Ten thousand agents of a slow system fit one process: they are sent on time and what
// arrives is noticed in time, or else the phase would be invalid.
func TestTenThousandAgents(t *testing.T) {
	if !*realtime {
		t.Skip("takes two minutes and more than 10,000 open files: go test ./agentperf -run TenThousand -realtime -v")
	}
	const agents = 10_000
	report, err := agentperf.Check(t.Context(), agentperf.Config{
		Endpoint: endpoint.Config{URL: startEngine(t), SessionHeader: sessionHeader}, Workload: workload(t, 50, []int{8, 9, 10, 11, 12}, 2*time.Second),
		Policy: trajectory.Policy{ToolDelay: trajectory.ToolDelayRecorded},
		Tiers:  floor(0.4), ClientLag: 10 * time.Millisecond, Rule: agentperf.Point{SpawnRate: 500, Settle: 10 * time.Second, Measure: 30 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 30 * time.Second},
	}, agents)
	if err != nil {
		t.Fatal(err)
	}
	p := report.Phases[0]
	t.Logf("%d requests sent %.1f ms late (P99); lag %.1f ms, at most %.1f ms; CPU %.0f %% of %d processors",
		p.Figures.Requests, *p.Figures.LatenessP99*1e3, p.Client.LagSeconds*1e3, p.Client.WakeLagMax*1e3, *p.Client.CPUShare*100, p.Client.Processors)
	if v := p.Verdicts[0]; v.Verdict != agentperf.Pass {
		t.Errorf("%+v\n%+v", v, report.Warnings)
	}
}
