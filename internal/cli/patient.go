package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// MainPatient is [Main] for a program that others wait for, and that may be asked to end while
// nobody reads what it writes, be it a terminal that is held or a pipe that is full: from then on
// each of its files is waited for a second at most.
func MainPatient(program func(ctx context.Context, stdout, stderr io.Writer) (status int)) {
	run := func(ctx context.Context, stdout, stderr *os.File) int {
		return program(ctx, patientFile{newPatient(ctx, stdout), stdout}, patientFile{newPatient(ctx, stderr), stderr})
	}
	Main(func(ctx context.Context) int { return run(ctx, os.Stdout, os.Stderr) })
}

// A patientFile is known to be a terminal by its descriptor.
type patientFile struct {
	*patient
	file *os.File
}

func (p patientFile) Fd() uintptr { return p.file.Fd() }

// patience is how long a write may take once the program is to end: long for a reader that reads,
// short for whoever waits for the end.
const patience = time.Second

var errHeld = errors.New("nobody reads what is written")

// A patient writer waits until a context ends and for patience then. What it gives up it gives up
// for good.
type patient struct {
	ctx context.Context
	to  io.Writer

	mu     sync.Mutex
	gaveUp bool
}

func newPatient(ctx context.Context, to io.Writer) *patient { return &patient{ctx: ctx, to: to} }

// Write implements [io.Writer].
func (p *patient) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gaveUp {
		return 0, errHeld
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	text = bytes.Clone(text) // of which a write that is given up is not done yet
	go func() {
		n, err := p.to.Write(text)
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return r.n, r.err
	case <-p.ctx.Done():
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.n, r.err
	case <-timer.C:
		p.gaveUp = true
		return 0, errHeld
	}
}
