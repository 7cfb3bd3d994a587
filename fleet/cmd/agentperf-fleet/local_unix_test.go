//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// local starts a run on this machine, on a site.
func (s *site) local(args ...string) *process {
	args = append(append([]string{"local", "-workers", "2", "-endpoint", s.url, "-header", "X-Worker=any", "-workload", s.workload}, rules...), args...)
	return start(s.t, "local", args...)
}

// All on one machine finds what is so, shows what the workers say, and leaves no process.
func TestLocal(t *testing.T) {
	real(t, false)
	s := newSite(t)
	file := filepath.Join(t.TempDir(), "report.json")
	p := s.local("-json", file, "-v")
	s.serves(2, "any")
	workers := children(t, p.cmd.Process.Pid)
	if status := p.ends(); status != cli.OK {
		t.Errorf("exit status %d", status)
	}
	right(t, report(t, file))
	for i := range 2 {
		if said := p.said(); !strings.Contains(said, fmt.Sprintf("worker-%d: the run is over", i)) {
			t.Errorf("nothing is shown of worker-%d", i)
		}
	}
	gone(t, workers)
}

// Workers end with what started them, though it could say nothing to them.
func TestLocalKilled(t *testing.T) {
	real(t, false)
	s := newSite(t)
	p := s.local("-agents", "2", "-measure", "1h")
	s.serves(2, "any")
	workers := children(t, p.cmd.Process.Pid)
	p.cmd.Process.Kill()
	p.ends()
	gone(t, workers)
	s.quiet("")
}

// A worker that ends too early ends the run, and what it said last is shown.
func TestLocalWorkerKilled(t *testing.T) {
	real(t, true)
	s := newSite(t)
	p := s.local("-agents", "2", "-measure", "1h")
	s.serves(2, "any")
	workers := children(t, p.cmd.Process.Pid)
	if len(workers) == 0 {
		t.Skip("no processes are seen on " + runtime.GOOS)
	}
	if err := syscall.Kill(workers[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if status := p.ends(); status != cli.Failed {
		t.Errorf("exit status %d", status)
	}
	if said := p.said(); !strings.Contains(said, "has ended (signal: killed), and said last:\n  agentperf-fleet: worker ") {
		t.Error("it is not said which worker has ended")
	}
	gone(t, workers)
}

// children returns the processes that a process has started; none where the system does not
// say.
func children(t *testing.T, parent int) (pids []int) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// The name of a program is in parentheses, and may hold any character.
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	if runtime.GOOS == "linux" && len(pids) != 2 {
		t.Fatalf("%d workers, want 2", len(pids))
	}
	return pids
}

// gone waits until processes have ended.
func gone(t *testing.T, pids []int) {
	t.Helper()
	late := time.After(patience)
	for {
		pids = slices.DeleteFunc(pids, func(pid int) bool { return ended(pid) })
		if len(pids) == 0 {
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-late:
			t.Fatalf("processes %v do not end", pids)
		}
	}
}

// ended reports whether a process has ended, though nobody may have asked for its status.
func ended(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	state := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	return len(state) == 0 || state[0] == "Z" || state[0] == "X"
}
