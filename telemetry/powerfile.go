package telemetry

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

// A PowerFile is an [Observer] of a file that grows while something else writes it, in a form
// that [PowerLog] reads. After each phase it reads what is new.
type PowerFile struct {
	name   string
	target Target
	log    PowerLog
	offset int64 // of what has not been read
}

// PowerFileConfig says which file holds power.
type PowerFileConfig struct {
	// Name is that of the file, which must be a regular one.
	Name string
	// Role is that of the devices; empty means PowerMeter.
	Role Role
	// Basis overrides [pricing.MeasuredWall] as the basis of a CSV file of a meter.
	Basis pricing.Basis
	// Zone is that of times without one, as those of nvidia-smi: the local ones of the
	// machine that it ran on. Nil means the zone of this machine. A zone that cannot be
	// right is an error of Stop.
	Zone *time.Location
}

const (
	// mostLine bounds a line. rocm-smi writes about 100 bytes for each accelerator.
	mostLine = 1 << 20
	// lateLog is for how long Stop waits for rows that a writer has still in its buffer, or
	// a file system elsewhere.
	lateLog = 5 * time.Second
)

// NewPowerFile returns an observer of a file. The error is about the file or its header,
// which it must have by now.
func NewPowerFile(cfg PowerFileConfig) (*PowerFile, error) {
	if cfg.Role == "" {
		cfg.Role = PowerMeter
	}
	f := &PowerFile{
		name:   cfg.Name,
		target: Target{Name: "file " + clip(filepath.Base(cfg.Name)), Role: cfg.Role, Basis: cfg.Basis},
		log:    PowerLog{Zone: cfg.Zone},
	}
	// The first lines show whether all others can be read.
	probe, seen := PowerLog{Zone: cfg.Zone}, false
	_, err := f.lines(0, func(line string) error {
		samples, err := probe.Line(line, time.Time{})
		if seen = seen || len(samples) > 0; seen {
			return io.EOF
		}
		return err
	})
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("telemetry: %w", err)
	case probe.row == nil && !seen && !probe.stamped:
		return nil, fmt.Errorf("telemetry: %s has no header yet, expected that of nvidia-smi, or time,watts", cfg.Name)
	}
	return f, nil
}

// Target is part of [Observer].
func (f *PowerFile) Target() Target { return f.target }

// Start is part of [Observer].
func (f *PowerFile) Start(context.Context) error { return nil }

// Sample is part of [Observer]. All samples are returned by Stop.
func (f *PowerFile) Sample(context.Context) ([]Sample, error) { return nil, nil }

// Stop returns the samples of a phase. Rows that cannot be read are left out, and an error
// beside the samples of the others.
func (f *PowerFile) Stop(ctx context.Context, at Instants) ([]Sample, error) {
	p := phaseOfLog{at: at}
	deadline := time.Now().Add(lateLog)
	for {
		before := f.offset
		offset, err := f.lines(f.offset, func(line string) error {
			p.add(f.log.Line(line, time.Time{}))
			return nil
		})
		if err != nil {
			return p.samples, fmt.Errorf("telemetry: %w", err)
		}
		f.offset = offset
		live := p.rows > 0 && p.last.After(at.Settled) || offset > before
		if p.last.After(at.WindowEnd) || !live || time.Now().After(deadline) {
			break
		}
		select {
		case <-ctx.Done():
			return p.samples, context.Cause(ctx)
		case <-time.After(lateLog / 20):
		}
	}
	if err := p.wrong(); err != nil {
		return p.samples, fmt.Errorf("telemetry: %s: %w", f.name, err)
	}
	return p.samples, nil
}

// lines calls read for each whole line from an offset on, until it returns an error, and
// returns the offset after the last. The error names the line.
func (f *PowerFile) lines(offset int64, read func(line string) error) (int64, error) {
	info, err := os.Stat(f.name) // a pipe would be waited for
	if err != nil {
		return offset, err
	}
	if !info.Mode().IsRegular() {
		return offset, fmt.Errorf("%s is not a regular file (%s), expected one", f.name, info.Mode().Type())
	}
	if info.Size() < offset {
		return offset, fmt.Errorf("%s is shorter than it was, expected a file that grows", f.name)
	}
	file, err := os.Open(f.name)
	if err != nil {
		return offset, err
	}
	defer file.Close()
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return offset, err
	}
	b := bufio.NewReaderSize(file, mostLine)
	for n := 1; ; n++ {
		line, err := b.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF): // what is there of the line will be read when it is whole
			return offset, nil
		case err != nil:
			return offset, fmt.Errorf("%s: line %d from byte %d on: %w, expected at most %d bytes", f.name, n, offset, err, mostLine)
		}
		if err := read(string(line)); err != nil {
			return offset, fmt.Errorf("%s: line %d: %w", f.name, n, err)
		}
		offset += int64(len(line))
	}
}
