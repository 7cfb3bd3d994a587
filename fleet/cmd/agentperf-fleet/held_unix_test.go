//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/agentperf/agentperf-go/internal/cli"
)

// A pipe is what a process writes to and nobody reads.
type pipe struct {
	t    *testing.T
	name string
	out  *os.File
}

func newPipe(t *testing.T) *pipe {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(name, os.O_RDWR, 0) // so that there is another end
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	return &pipe{t, name, out}
}

// fill fills it, so that whoever writes waits from now on.
func (p *pipe) fill() {
	p.t.Helper()
	fd, err := syscall.Open(p.name, syscall.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	defer syscall.Close(fd)
	for size := 4096; size > 0; {
		switch _, err := syscall.Write(fd, bytes.Repeat([]byte("x"), size)); {
		case errors.Is(err, syscall.EAGAIN):
			size /= 2
		case err != nil && !errors.Is(err, syscall.EINTR):
			p.t.Fatal(err)
		}
	}
}

// says reads up to some words, and returns the rest of their line.
func (p *pipe) says(words string) string {
	p.t.Helper()
	lines := bufio.NewScanner(p.out)
	for lines.Scan() {
		if _, rest, found := strings.Cut(lines.Text(), words); found {
			return strings.TrimSpace(rest)
		}
	}
	p.t.Fatal(lines.Err())
	return ""
}

// A worker whose standard error is held stops without its controller, and ends when it is asked to.
func TestWorkerHeld(t *testing.T) {
	real(t, false)
	s := newSite(t)
	c, url := s.controller("-agents", "2", "-measure", "1h")
	out := newPipe(t)
	a, b := s.worker("a", url), s.workerTo(out.out, "b", url)
	s.serves(2, "a", "b")
	out.fill()
	c.cmd.Process.Kill()
	a.says("the controller is silent", 1)
	s.quiet("")
	b.signal(syscall.SIGTERM)
	if status := b.ends(); status != cli.Failed {
		t.Errorf("exit status %d", status)
	}
}

// So does a controller, which has lost a worker meanwhile.
func TestControllerHeld(t *testing.T) {
	real(t, false)
	s := newSite(t)
	out := newPipe(t)
	c := s.controllerTo(out.out, "-agents", "2", "-measure", "1h")
	url := out.says("waiting for workers at")
	a, b := s.worker("a", url), s.worker("b", url)
	s.serves(2, "a", "b")
	out.fill()
	b.cmd.Process.Kill()
	a.says("the phase has ended", 1)
	s.quiet("")
	c.signal(syscall.SIGINT)
	if status := c.ends(); status != cli.Failed {
		t.Errorf("exit status %d", status)
	}
	a.ends()
}
