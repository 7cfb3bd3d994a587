//go:build unix

package agentperf_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

const withFewFiles = "AGENTPERF_TEST_FEW_FILES"

// A server in the process of the client takes a file for each connection too. When there
// are none left its connections wait to be accepted, and the system looks like one that
// starves its agents: it must not be judged.
func TestNoFilesLeft(t *testing.T) {
	if os.Getenv(withFewFiles) == "" {
		// What is open counts too, so nothing is inherited.
		for fd := 3; fd < 1024; fd++ {
			syscall.CloseOnExec(fd)
		}
		cmd := exec.Command("sh", "-c", `ulimit -n 100 && exec "$0" -test.run TestNoFilesLeft -test.v`, os.Args[0])
		cmd.Env = append(os.Environ(), withFewFiles+"=1")
		if text, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(text), "--- PASS") {
			t.Errorf("%v\n%s", err, text)
		}
		return
	}
	for _, rules := range []agentperf.Rule{
		agentperf.Point{SpawnRate: -1, Settle: -1, Measure: time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: time.Second},
		agentperf.Controlled{Block: 100 * time.Millisecond, MaxMeasure: time.Minute, SpawnRate: -1, Settle: -1, Drain: time.Second},
	} {
		server, err := endpointtest.Serve(&endpointtest.Engine{})
		if err != nil {
			t.Fatal(err)
		}
		r, _ := agentperf.Check(t.Context(), agentperf.Config{
			Endpoint: endpoint.Config{URL: server.URL}, Workload: workload(t, 3, []int{20, 7}, 0), Tiers: floor(50), Rule: rules, ClientLag: -1,
		}, 52)
		server.Close()
		if len(r.Phases) == 0 {
			t.Fatal("no phase")
		}
		for _, p := range r.Phases {
			if v := p.Verdicts[0]; v.Verdict != agentperf.Invalid || !strings.Contains(v.Reason, "no files left to open") && !strings.Contains(v.Reason, "too many open files") {
				t.Errorf("%s: %+v", r.Config.Rule.Name, v)
			}
		}
	}
}
