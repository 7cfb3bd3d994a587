package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

var kills = flag.Int("kills", 3, "how often to kill a run that keeps a journal")

// asProgram in the environment makes the test binary the program itself.
const asProgram = "MAXUSERS_AS_PROGRAM"

func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	server, err := endpointtest.Serve(handler)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server.URL
}

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

var phaseDone = regexp.MustCompile(`^phase (\d+): agents \d+, .* requests measured`)

// A run that is killed, without a chance to do anything about it, goes on where it was:
// each phase that it has told of is there.
func TestKilled(t *testing.T) {
	url := serve(t, &endpointtest.Engine{Capacity: 4000})
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "report.json")
	args := []string{
		"-endpoint", url, "-slo", "300@5s", "-measure", "300ms", "-settle", "100ms", "-spawn-rate", "0", "-start", "1",
		"-client-lag", "-1s", "-journal", filepath.Join(dir, "journal"), "-json", file,
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	told, all, ends := 0, 0, 0
	for round := range *kills {
		cmd := exec.Command(os.Args[0], args...)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		errs, err := cmd.StderrPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		// Somewhere in a phase, or between two.
		time.AfterFunc(time.Duration(rng.IntN(2000))*time.Millisecond, func() { cmd.Process.Kill() })
		lines := bufio.NewScanner(errs)
		for lines.Scan() {
			if !phaseDone.Match(lines.Bytes()) {
				continue
			}
			if want := "phase " + strconv.Itoa(told) + ":"; !strings.HasPrefix(lines.Text(), want) {
				t.Fatalf("round %d went on with %q, want %s", round, lines.Text(), want)
			}
			told, all = told+1, all+1
		}
		if cmd.Wait() == nil { // at its end: begin anew
			if err := os.RemoveAll(filepath.Join(dir, "journal")); err != nil {
				t.Fatal(err)
			}
			ends, told = ends+1, 0
		}
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), asProgram+"=1"), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var report agentperf.Report
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	if report.Resumed < told {
		t.Errorf("%d phases were taken up, %d had been told of", report.Resumed, told)
	}
	if !report.Complete || len(report.Tiers) != 1 || !strings.Contains(stdout.String(), "300 tokens/s with TTFT of at most 5s:") {
		t.Error(stdout.String())
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*.part")); err != nil || len(left) > 0 {
		t.Errorf("half a report is left: %v", left)
	}
	t.Logf("%d phases told of, %d runs at their end before they were killed, of %d", all, ends, *kills)
}
