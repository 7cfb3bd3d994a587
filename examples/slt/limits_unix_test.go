//go:build unix

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// asProgram in the environment makes the test binary the program itself.
const asProgram = "SLT_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// A level that this machine has no connections for is refused before the first query, and
// so is one for which the simulated system beside it has none. A sweep goes as far as it can.
func TestOpenFiles(t *testing.T) {
	engine := new(endpointtest.Engine)
	server, err := endpointtest.Serve(engine)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	// What is open counts too, so nothing is inherited.
	for fd := 3; fd < 1024; fd++ {
		syscall.CloseOnExec(fd)
	}
	limited := func(args ...string) (output string, ok bool) {
		cmd := exec.Command("sh", append([]string{"-c", `ulimit -n 60 && exec "$0" "$@"`, os.Args[0]}, args...)...)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		text, err := cmd.CombinedOutput()
		return string(text), err == nil
	}
	if output, ok := limited("-endpoint", server.URL, "-levels", "2,60"); ok || !strings.Contains(output, "needed for 60 queries at a time") || engine.Stats().Requests > 0 {
		t.Error(output)
	}
	if output, ok := limited("-levels", "15"); ok || !strings.Contains(output, "needed for 15 queries at a time and the simulated system") {
		t.Error(output)
	}
	output, ok := limited("-endpoint", server.URL, "-client-lag", "-1s", "-measure", "300ms", "-ramp", "0s", "-settle", "0s", "-input-tokens", "20", "-output-tokens", "10")
	if said := regexp.MustCompile(`the sweep goes no further than a concurrency of \d+: `); !ok || len(said.FindAllString(output, -1)) != 2 {
		t.Error(output)
	}
}
