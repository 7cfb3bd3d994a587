//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/cli"
)

// A machine that may not open enough files is told so before the first request, and a
// search that has other things to find out first goes as far as it can.
func TestOpenFiles(t *testing.T) {
	engine := &endpointtest.Engine{Capacity: 1500} // slow enough for a busy machine not to make bursts of it
	url := serve(t, engine)
	// What is open counts too, so nothing is inherited.
	for fd := 3; fd < 1024; fd++ {
		syscall.CloseOnExec(fd)
	}
	limited := func(most string, args ...string) (status int, output string) {
		args = append([]string{"-c", `ulimit -n ` + most + ` && exec "$0" "$@"`, os.Args[0], "-endpoint", url, "-slo", "1@5s", "-measure", "200ms", "-settle", "0s", "-spawn-rate", "0", "-client-lag", "-1s"}, args...)
		cmd := exec.Command("sh", args...)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		text, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(text)
	}
	if status, output := limited("60", "-agents", "60"); status != cli.Failed || !strings.Contains(output, "needed for 60 agents") || !strings.Contains(output, "where the limit of this process is 60") {
		t.Errorf("status %d\n%s", status, output)
	}
	if status, output := limited("60", "-endpoint", "", "-agents", "15"); status != cli.Failed || !strings.Contains(output, "needed for 15 agents and the simulated system") {
		t.Errorf("status %d\n%s", status, output)
	}
	if n := engine.Stats().Requests; n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	dir := filepath.Join(t.TempDir(), "journal")
	status, output := limited("60", "-journal", dir)
	if status != cli.OK || !strings.Contains(output, "more were not seen to fail") || strings.Count(output, "the search goes no further than") != 2 {
		t.Errorf("status %d\n%s", status, output)
	}
	t.Log(output)
	// What was learned is not lost when there are more or fewer files to open.
	for _, most := range []string{"50", "61"} {
		if status, output := limited(most, "-journal", dir); status != cli.OK || !strings.Contains(output, "more were not seen to fail") {
			t.Errorf("%s files: status %d\n%s", most, status, output)
		}
	}
	// Nor is what may be tried no more: the answer stays, whatever it is.
	dir = filepath.Join(t.TempDir(), "journal")
	answer := regexp.MustCompile(`200 tokens/s with TTFT of at most 5s: .*`)
	_, first := limited("60", "-slo", "200@5s", "-journal", dir)
	_, second := limited("42", "-slo", "200@5s", "-journal", dir)
	if want := answer.FindString(first); want == "" || answer.FindString(second) != want {
		t.Errorf("%s\n%s", first, second)
	}
}
