//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// Without their controller all workers stop, and wait for another. One with its journal goes
// on where it was.
func TestControllerKilled(t *testing.T) {
	real(t, false)
	s := newSite(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "report.json")
	args := []string{"-json", file, "-journal", filepath.Join(dir, "journal")}
	c, url := s.controller(args...)
	a, b := s.worker("a", url), s.worker("b", url)
	c.says("phase 0: agents 2", 1)
	s.serves(2, "a", "b")
	c.cmd.Process.Kill()
	c.ends()
	for _, w := range []*process{a, b} {
		w.says("the controller is silent", 1)
	}
	s.quiet("")
	c, _ = s.controller(append(args, "-listen", strings.TrimPrefix(url, "nats://"))...)
	for _, p := range []*process{c, a, b} {
		if status := p.ends(); status != cli.OK {
			t.Errorf("%s: exit status %d", p.name, status)
		}
	}
	r := report(t, file)
	if r.Resumed != 1 {
		t.Errorf("%d phases were taken up, want 1", r.Resumed)
	}
	right(t, r)
}

// Nor do they go on for a controller that is stopped, whose connections stand. When it goes
// on, so do they.
func TestControllerStopped(t *testing.T) {
	real(t, true)
	s := newSite(t)
	file := filepath.Join(t.TempDir(), "report.json")
	c, url := s.controller("-json", file, "-agents", "2")
	a, b := s.worker("a", url), s.worker("b", url)
	s.serves(2, "a", "b")
	c.signal(syscall.SIGSTOP)
	for _, w := range []*process{a, b} {
		w.says("the controller is silent", 1)
	}
	s.quiet("")
	c.signal(syscall.SIGCONT)
	if status := c.ends(); status != cli.OK {
		t.Errorf("exit status %d", status)
	}
	broken(t, report(t, file), "the controller was held up for ")
}
