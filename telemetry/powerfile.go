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
	// mostLogged bounds the samples of a phase: those of 8 accelerators, ten times a second
	// with three fields, over an hour.
	mostLogged = 1_000_000
	// mostLine bounds a line. rocm-smi writes about 100 bytes for each accelerator.
	mostLine = 1 << 20
	// lateLog is for how long Stop waits for rows that a writer has still in its buffer, or
	// a file system elsewhere.
	lateLog = 5 * time.Second
	// skew is by how much clocks of two machines may differ. Zones differ by more.
	skew = time.Minute
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

// phaseOfLog is what a file says of one phase.
type phaseOfLog struct {
	at          Instants
	samples     []Sample
	rows        int       // with samples
	first, last time.Time // of all rows that were read
	left        int       // samples beyond the bound
	bad         int       // lines
	err         error     // of the first
}

func (p *phaseOfLog) add(samples []Sample, err error) {
	if err != nil {
		if p.bad++; p.err == nil {
			p.err = err
		}
	}
	for _, s := range samples {
		if p.rows == 0 || s.Time.Before(p.first) {
			p.first = s.Time
		}
		if p.rows == 0 || s.Time.After(p.last) {
			p.last = s.Time
		}
		p.rows++
		switch {
		// One before the phase and one after it, however seldom there is one.
		case s.Time.Before(p.at.Begin.Add(-skew)) || s.Time.After(p.at.End.Add(skew)):
		case len(p.samples) >= mostLogged:
			p.left++
		default:
			p.samples = append(p.samples, s)
		}
	}
}

// wrong returns what is wrong with the rows. Times without a zone that are taken in the wrong
// one lie hours away from the phase, or in the future.
func (p *phaseOfLog) wrong() error {
	const form = "2006-01-02 15:04:05 -0700"
	zone := p.at.Begin.Location()
	switch now := time.Now(); {
	case p.rows == 0 && p.err != nil:
		return p.err
	case p.rows == 0:
		return errors.New("no row is new since the phase before, expected a file that grows")
	case p.last.After(now.Add(skew)):
		shift := p.last.Sub(now).Round(15 * time.Minute)
		p.samples = nil
		return fmt.Errorf("its last row is of %s, which is in the future; if it was recorded in another time zone, state that: it seems to be %v ahead", p.last.In(zone).Format(form), shift)
	case p.last.Before(p.at.Settled) || p.first.After(p.at.WindowEnd):
		text := fmt.Sprintf("its rows are from %s to %s, and the window was from %s to %s",
			p.first.In(zone).Format(form), p.last.In(zone).Format(form), p.at.Settled.Format(form), p.at.WindowEnd.Format(form))
		if shift := p.last.Sub(now).Round(15 * time.Minute); shift != 0 && shift.Abs() <= 26*time.Hour {
			text += fmt.Sprintf("; if it was recorded in another time zone, state that: it seems to be %v behind", -shift)
		}
		return errors.New(text)
	case p.left > 0:
		return fmt.Errorf("%d samples are left out, expected at most %d in a phase", p.left, mostLogged)
	case p.bad > 0:
		return fmt.Errorf("%d lines cannot be read, the first: %w", p.bad, p.err)
	}
	return nil
}
