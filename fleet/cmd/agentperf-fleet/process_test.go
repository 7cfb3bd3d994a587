package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// allProcesses runs the tests of processes that take another minute.
var allProcesses = flag.Bool("all", false, "run all tests of processes")

// asProgram in the environment makes the test binary the program itself.
const asProgram = "AGENTPERF_FLEET_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// patience bounds each wait of a test: it is for machines that are busy, and never over on
// others.
const patience = 2 * time.Minute

// real skips tests of processes where they do not belong.
func real(t *testing.T, more bool) {
	t.Helper()
	switch {
	case testing.Short():
		t.Skip("takes some seconds")
	case runtime.GOOS == "windows":
		t.Skip("needs the signals of Unix")
	case more && !*allProcesses:
		t.Skip("one of those that -all is for")
	}
}

// A process is the program in a process of its own.
type process struct {
	t     *testing.T
	name  string
	cmd   *exec.Cmd
	ended chan struct{}

	mu   sync.Mutex
	text bytes.Buffer // of standard error and output
	news chan struct{}
}

// start starts the program. It is killed with the test.
func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	return startTo(t, nil, name, args...)
}

// startTo starts it with another place for what it says, unless that is nil.
func startTo(t *testing.T, out *os.File, name string, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: name, cmd: exec.Command(os.Args[0], args...), ended: make(chan struct{}), news: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	if p.cmd.Stdout, p.cmd.Stderr = p, p; out != nil {
		p.cmd.Stdout, p.cmd.Stderr = out, out
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait() // the status is in its state
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("%s said:\n%s", name, p.said())
		}
	})
	return p
}

// Write takes what it says.
func (p *process) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text.Write(text)
	close(p.news)
	p.news = make(chan struct{})
	return len(text), nil
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// says waits until it has said something so often, and returns the rest of the line.
func (p *process) says(words string, times int) (rest string) {
	p.t.Helper()
	late := time.After(patience)
	for {
		p.mu.Lock()
		parts, news := strings.Split(p.text.String(), words), p.news
		p.mu.Unlock()
		if len(parts) > times {
			if rest, _, whole := strings.Cut(strings.Join(parts[times:], words), "\n"); whole {
				return rest
			}
		}
		select {
		case <-news:
		case <-p.ended:
			if parts := strings.Split(p.said(), words); len(parts) <= times {
				p.t.Fatalf("%s has ended and never said %q, %d times", p.name, words, times)
			}
		case <-late:
			p.t.Fatalf("%s does not say %q, %d times", p.name, words, times)
		}
	}
}

// ends waits for its end and returns the exit status.
func (p *process) ends() (status int) {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("%s does not end", p.name)
	}
	return p.cmd.ProcessState.ExitCode()
}
