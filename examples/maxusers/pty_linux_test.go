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

// atTerminal runs the program at a pseudo-terminal: see [screentest.Run].
func atTerminal(t *testing.T, words string, act func(keyboard io.Writer), env []string, args ...string) (status int, seen *screentest.Terminal) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), asProgram+"=1", "TERM=xterm", "LC_ALL=C.UTF-8", "NO_COLOR="), env...)
	status, seen, err := screentest.Run(cmd, 100, 40, words, act)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("no pseudo-terminals here: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return status, seen
}

// endless is a command line of a run that does not end by itself.
func endless(t *testing.T) []string {
	return []string{"-endpoint", serve(t, &endpointtest.Engine{Capacity: 4000}), "-slo", "300@5s", "-measure", "1h", "-settle", "0s", "-spawn-rate", "0", "-client-lag", "-1s", "-system-name", "東京\x1b[2J"}
}

// Ctrl-C ends a run at a terminal: the frame is gone, what was known is there, and the terminal
// is as it was.
func TestCtrlC(t *testing.T) {
	ctrlC := func(keyboard io.Writer) { io.WriteString(keyboard, "\x03") }
	for _, tt := range []struct {
		name   string
		env    []string
		styles bool
		during string // to be seen before
	}{
		{"color", nil, true, "1 in flight, measuring"},
		{"no color", []string{"NO_COLOR=1"}, false, "╌╌╌"},
		{"no UTF-8", []string{"LC_ALL=C"}, true, "====="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, seen := atTerminal(t, tt.during, ctrlC, tt.env, endless(t)...)
			text := seen.Text()
			if wrong := seen.Wrong(); wrong != "" || status != cli.Failed {
				t.Errorf("status %d, %s\n%s", status, wrong, text)
			}
			if strings.Contains(text, "elapsed") || strings.Contains(text, "in flight") || !strings.Contains(text, "Phase  Agents") || !strings.Contains(text, "interrupted; this is what was known") {
				t.Errorf("what is left is\n%s", text)
			}
			if (seen.Styles > 0) != tt.styles {
				t.Errorf("%d changes of style", seen.Styles)
			}
		})
	}
}

// A program that cannot do anything any more leaves its last frame, whole, and the cursor under it.
func TestKilledAtTerminal(t *testing.T) {
	status, seen := atTerminal(t, "1 in flight, measuring", func(keyboard io.Writer) {
		io.WriteString(keyboard, "\x1c") // Ctrl-\: SIGQUIT, which prints what a panic prints and exits
	}, []string{"GOTRACEBACK=single"}, endless(t)...)
	text := seen.Text()
	frame, rest, found := strings.Cut(text, "SIGQUIT")
	if status != 2 || !found || !strings.Contains(rest, "goroutine") || seen.Hidden || len(seen.Strange) > 0 {
		t.Errorf("status %d, strange %q\n%s", status, seen.Strange, text)
	}
	if strings.Count(frame, "elapsed") != 1 || !strings.Contains(frame, `東京\u001b[2J`) || !strings.Contains(frame, "requests\n") {
		t.Errorf("what is left is\n%s", text)
	}
}

// So does a run that comes to its end, with an answer or with an error.
func TestEndsAtTerminal(t *testing.T) {
	args := []string{"-slo", "e2e:1", "-max-agents", "16", "-measure", "400ms", "-settle", "0s", "-spawn-rate", "0", "-client-lag", "-1s"}
	dies := &endpointtest.Engine{Capacity: 4000, Fault: func(request int) (f endpointtest.Fault) {
		if request > 30 {
			f.Kind = endpointtest.FaultStatus
		}
		return f
	}}
	for _, tt := range []struct {
		name   string
		engine *endpointtest.Engine
		status int
		words  string
	}{
		{"an answer", &endpointtest.Engine{Capacity: 4000}, cli.OK, "1 tokens/s over whole requests (P25): "},
		{"an error", dies, cli.Failed, "maxusers: agentperf: the endpoint has stopped answering"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			frames := false
			status, seen := atTerminal(t, "elapsed", func(io.Writer) { frames = true }, nil, append(args, "-endpoint", serve(t, tt.engine))...)
			text := seen.Text()
			if wrong := seen.Wrong(); wrong != "" || status != tt.status || !frames || !strings.Contains(text, tt.words) || strings.Contains(text, "elapsed") || strings.Count(text, "Phase  Agents") != 1 {
				t.Errorf("status %d, %s\n%s", status, wrong, text)
			}
		})
	}
}

// A dumb terminal and a quiet run have no frames.
func TestNoFrames(t *testing.T) {
	url := serve(t, &endpointtest.Engine{Capacity: 4000})
	args := []string{"-endpoint", url, "-slo", "e2e:1", "-measure", "300ms", "-settle", "0s", "-spawn-rate", "0", "-client-lag", "-1s", "-max-agents", "2"}
	status, seen := atTerminal(t, "", nil, []string{"TERM=dumb"}, args...)
	if text := seen.Text(); status != cli.OK || seen.Styles > 0 || !strings.Contains(text, "phase 1: agents 2, ") || strings.Contains(text, "elapsed") || seen.Wrong() != "" {
		t.Errorf("status %d, %s\n%s", status, seen.Wrong(), text)
	}
	status, seen = atTerminal(t, "", nil, nil, append(args, "-quiet")...)
	if text := seen.Text(); status != cli.OK || seen.Styles > 0 || !strings.HasPrefix(text, "Phase  Agents") || seen.Wrong() != "" {
		t.Errorf("status %d, %s\n%s", status, seen.Wrong(), text)
	}
	// Errors are shown by a quiet run, too.
	status, seen = atTerminal(t, "", nil, nil, "-quiet", "-endpoint", "http://127.0.0.1:1", "-model", "x")
	if text := seen.Text(); status != cli.Failed || !strings.Contains(text, "refused") {
		t.Errorf("status %d: %s", status, text)
	}
}
