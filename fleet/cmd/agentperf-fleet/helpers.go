package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/maxusers"
)

// helpers are the workers of local, processes that end with it.
type helpers struct {
	verbose bool
	source  *maxusers.Source
	line    func(format string, args ...any)
	failed  func(error) // told of a worker that has ended too early

	mu     sync.Mutex
	ending bool
	all    []*helper
}

// A helper is a worker of local.
type helper struct {
	name  string
	cmd   *exec.Cmd
	leash io.Closer     // its standard input, whose end ends it
	ended chan struct{} // closed once it has
	err   error         // why it failed, while it was to work
	said  said
}

// start starts the workers of the controller at a URL.
func (c *helpers) start(url string, workers int) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("starting workers: %w", err)
	}
	for i := range workers {
		w := &helper{name: fmt.Sprintf("worker-%d", i), ended: make(chan struct{})}
		w.said = said{name: w.name}
		if c.verbose {
			w.said.line = c.line
		}
		args := []string{"worker", "-leash", "-controller", url, "-name", w.name}
		w.cmd = exec.Command(program, append(args, c.source.Args()...)...)
		w.cmd.Stdout, w.cmd.Stderr = &w.said, &w.said
		leash, err := w.cmd.StdinPipe()
		if err == nil {
			err = w.cmd.Start()
		}
		if err != nil {
			return fmt.Errorf("starting worker %s: %w", w.name, err)
		}
		w.leash = leash
		c.mu.Lock()
		c.all = append(c.all, w)
		c.mu.Unlock()
		go c.watch(w)
	}
	return nil
}

// watch waits for the end of a worker.
func (c *helpers) watch(w *helper) {
	err := w.cmd.Wait()
	c.mu.Lock()
	if !c.ending {
		if err == nil {
			err = errors.New("as if the run were over")
		}
		w.err = err
	}
	ending := c.ending
	c.mu.Unlock()
	close(w.ended)
	if !ending {
		c.failed(fmt.Errorf("worker %s has ended: %w", w.name, err))
	}
}

// dismissed is called before the workers are told that the run is over.
func (c *helpers) dismissed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending = true
}

// goes is how long workers have to end, whose requests are cut, which waits for no answer.
const goes = 5 * time.Second

// end ends the workers.
func (c *helpers) end() {
	c.dismissed()
	c.mu.Lock()
	all := c.all
	c.mu.Unlock()
	gone := func() bool {
		timer := time.NewTimer(goes)
		defer timer.Stop()
		for _, w := range all {
			select {
			case <-w.ended:
			case <-timer.C:
				return false
			}
		}
		return true
	}
	for _, w := range all {
		w.leash.Close()
	}
	if !gone() {
		for _, w := range all {
			w.cmd.Process.Kill()
		}
		gone()
	}
}

// failures returns what workers said that have ended too early.
func (c *helpers) failures() (texts []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.all {
		if w.err != nil {
			texts = append(texts, fmt.Sprintf("%s: worker %s has ended (%v), and said last:\n%s", name, w.name, w.err, w.said.last()))
		}
	}
	return texts
}

// said keeps the end of what a worker says, and shows its lines if there is a place for them.
type said struct {
	name string
	line func(format string, args ...any) // nil without

	mu   sync.Mutex
	text []byte
	part []byte // of a line
}

// mostSaid is how much is kept: some screens.
const mostSaid = 16 << 10

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	s.text = s.text[max(0, len(s.text)-mostSaid):]
	if s.line != nil {
		lines := strings.Split(string(s.part)+string(p), "\n")
		for _, text := range lines[:len(lines)-1] {
			s.line("%s: %s", s.name, strings.TrimPrefix(text, name+": "))
		}
		s.part = []byte(lines[len(lines)-1])
		s.part = s.part[max(0, len(s.part)-mostSaid):]
	}
	return len(p), nil
}

func (s *said) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for text := range strings.Lines(string(s.text)) {
		b.WriteString("  " + strings.TrimSuffix(text, "\n") + "\n")
	}
	return b.String()
}
