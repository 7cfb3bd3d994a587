package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/screen/screentest"
)

// A sweep at a terminal leaves it as it was, whatever ends it: the frame is gone, and what was
// known is there.
func TestAtTerminal(t *testing.T) {
	quick := []string{"-levels", "1,2", "-measure", "600ms", "-settle", "0s", "-ramp", "0s"}
	endless := []string{"-levels", "1,2", "-measure", "1h", "-settle", "0s", "-ramp", "0s"}
	for _, tt := range []struct {
		name   string
		args   []string
		env    string
		during string // to be seen before act
		keys   string
		status int
		words  string // left to be seen
	}{
		{"it ends", quick, "NO_COLOR=", "elapsed", "", cli.OK, "Peak system output throughput"},
		{"Ctrl-C", endless, "NO_COLOR=1", "1 in flight, measuring", "\x03", cli.Failed, "interrupted; this is what was known"},
		{"Ctrl-C without UTF-8", endless, "LC_ALL=C", "....", "\x03", cli.Failed, "interrupted; this is what was known"},
		{"dumb", quick, "TERM=dumb", "", "", cli.OK, "concurrency 2, "},
		{"quiet", append(quick, "-quiet"), "NO_COLOR=", "", "", cli.OK, "Concurrency  Throughput"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, &endpointtest.Engine{PerRequest: 2000})
			cmd := exec.Command(os.Args[0], append([]string{"-endpoint", url, "-client-lag", "-1s", "-input-tokens", "100", "-output-tokens", "20", "-system-name", "東京\x1b[2J"}, tt.args...)...)
			cmd.Env = append(os.Environ(), asProgram+"=1", "TERM=xterm", "LC_ALL=C.UTF-8", tt.env)
			drawn := false
			status, seen, err := screentest.Run(cmd, 80, 30, tt.during, func(keyboard io.Writer) {
				drawn = true
				io.WriteString(keyboard, tt.keys)
			})
			if errors.Is(err, errors.ErrUnsupported) {
				t.Skip("no pseudo-terminals here: ", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			text := seen.Text()
			if wrong := seen.Wrong(); wrong != "" || status != tt.status || drawn != (tt.during != "") {
				t.Errorf("status %d, drawn %v, %s\n%s", status, drawn, wrong, text)
			}
			if strings.Contains(text, "elapsed") || strings.Contains(text, "in flight") || !strings.Contains(text, tt.words) {
				t.Errorf("what is left is\n%s", text)
			}
		})
	}
}
