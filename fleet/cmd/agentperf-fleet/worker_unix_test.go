//go:build unix

package main

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// A worker that is killed in a phase makes it invalid. Another one of its name takes its
// place, with its agents, and the answer is right.
func TestWorkerKilled(t *testing.T) {
	real(t, false)
	s := newSite(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "report.json")
	c, url := s.controller("-json", file, "-journal", filepath.Join(dir, "journal"))
	a, b := s.worker("a", url), s.worker("b", url)
	s.serves(2, "a", "b")
	b.cmd.Process.Kill()
	b.ends()
	before := s.requests("b")
	c.says("nothing was heard of worker b", 1)
	c.says("the fleet is complete: workers a b", 1)
	b = s.worker("b", url)
	if status := c.ends(); status != cli.OK {
		t.Errorf("exit status %d", status)
	}
	for _, w := range []*process{a, b} {
		if status := w.ends(); status != cli.OK {
			t.Errorf("%s: exit status %d", w.name, status)
		}
	}
	r := report(t, file)
	broken(t, r, "nothing was heard of worker b")
	right(t, r)
	if !kept(t, filepath.Join(dir, "journal"), "nothing was heard of worker b") {
		t.Error("the journal does not say why the phase was invalid")
	}
	if first, again := s.body("b", 0), s.body("b", before); first == "" || first != again {
		t.Errorf("worker b began with other work:\n%s\n%s", first, again)
	}
}

// A worker that was stopped for longer than its lease sends nothing when it goes on, though it
// finds orders of before. It takes part in the next phase. The controller is held up until
// that has been seen.
func TestWorkerStopped(t *testing.T) {
	real(t, false)
	s := newSite(t)
	file := filepath.Join(t.TempDir(), "report.json")
	c, url := s.controller("-json", file, "-agents", "2")
	_, b := s.worker("a", url), s.worker("b", url)
	s.serves(2, "a", "b")
	b.signal(syscall.SIGSTOP)
	c.says("nothing was heard of worker b", 1)
	c.signal(syscall.SIGSTOP)
	before := s.requests("b")
	b.signal(syscall.SIGCONT)
	b.says("the worker has left the phase", 1)
	s.quiet("b")
	if n := s.requests("b"); n != before {
		t.Errorf("worker b has sent %d requests after its lease", n-before)
	}
	c.signal(syscall.SIGCONT)
	if status := c.ends(); status != cli.OK {
		t.Errorf("exit status %d", status)
	}
	broken(t, report(t, file), "nothing was heard of worker b")
	if s.requests("b") == before {
		t.Error("worker b took no part any more")
	}
	if status := b.ends(); status != cli.OK {
		t.Errorf("worker b: exit status %d", status)
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}
