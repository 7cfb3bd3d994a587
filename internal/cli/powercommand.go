package cli

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/telemetry"
)

// A powerCommand observes what a command prints of power. It runs from the start of a phase
// to its end; one that ends by itself is run again at each sample.
type powerCommand struct {
	words []string

	run *powerRun // nil between phases

	mu      sync.Mutex // guards what follows against the goroutine that writes
	rest    []byte     // of a line
	log     telemetry.PowerLog
	samples []telemetry.Sample
	delay   time.Duration // the least of any line's, from its own time to when it came
	err     error         // of the first line that could not be read
}

// mostPrinted bounds the samples of a phase, and mostOfLine the bytes of a line, as for files.
const (
	mostPrinted = 1_000_000
	mostOfLine  = 1 << 20
)

// A powerRun is a process.
type powerRun struct {
	kill context.CancelFunc
	done chan struct{} // closed once it has ended and all was read
	err  error         // why it ended, once done
}

// Target is part of [telemetry.Observer]. Arguments may hold credentials and are not shown.
func (p *powerCommand) Target() telemetry.Target {
	return telemetry.Target{Name: "command " + filepath.Base(p.words[0]), Role: telemetry.PowerMeter}
}

// Start starts the command.
func (p *powerCommand) Start(ctx context.Context) error {
	// Whatever the zone of times without one, all are moved to this machine's clock.
	p.log, p.rest, p.samples, p.delay, p.err = telemetry.PowerLog{Zone: time.UTC}, nil, nil, 0, nil
	return p.start(ctx)
}

func (p *powerCommand) start(ctx context.Context) error {
	p.run = nil
	ctx, kill := context.WithCancel(context.WithoutCancel(ctx)) // until Stop
	cmd := exec.CommandContext(ctx, p.words[0], p.words[1:]...)
	var said head
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = p, &said, time.Second
	if err := cmd.Start(); err != nil {
		kill()
		return err
	}
	run := &powerRun{kill: kill, done: make(chan struct{})}
	p.run = run
	go func() {
		defer close(run.done)
		defer kill()
		if run.err = cmd.Wait(); run.err != nil && len(said) > 0 {
			run.err = fmt.Errorf("%w: %s", run.err, bytes.TrimSpace(said))
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if run.err == nil && len(p.rest) > 0 { // a last line without an end
			p.line(string(p.rest), time.Now())
		}
		p.rest = nil
	}()
	return nil
}

// Write takes in what the command prints, when it comes.
func (p *powerCommand) Write(text []byte) (int, error) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rest = append(p.rest, text...)
	for {
		line, rest, whole := bytes.Cut(p.rest, []byte("\n"))
		if !whole {
			break
		}
		p.line(string(line), now)
		p.rest = rest
	}
	if len(p.rest) > mostOfLine {
		return 0, fmt.Errorf("a line has more than %d bytes", mostOfLine)
	}
	return len(text), nil
}

func (p *powerCommand) line(text string, now time.Time) {
	samples, err := p.log.Line(text, now)
	if p.err == nil {
		p.err = err
	}
	for _, s := range samples {
		if late := now.Sub(s.Time); len(p.samples) == 0 || late < p.delay {
			p.delay = late
		}
		if len(p.samples) < mostPrinted {
			p.samples = append(p.samples, s)
		}
	}
}

// try runs the command until it has printed power, and returns why it did not.
func (p *powerCommand) try(ctx context.Context) error {
	if err := p.Start(ctx); err != nil {
		return err
	}
	run := p.run
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for over := false; !over; {
		select {
		case <-ctx.Done():
			over = true
		case <-run.done:
			over = true
		case <-look.C:
			p.mu.Lock()
			over = len(p.samples) > 0 || p.err != nil
			p.mu.Unlock()
		}
	}
	_, err := p.Stop(ctx, telemetry.Instants{}) // after which the process has ended
	if err != nil && run.err != nil && p.err == nil && ctx.Err() == nil {
		err = fmt.Errorf("%s: %w", p.words[0], run.err)
	}
	return err
}

// Sample runs the command again if it has ended, and says why it ended if it failed.
func (p *powerCommand) Sample(ctx context.Context) ([]telemetry.Sample, error) {
	if p.run != nil {
		select {
		case <-p.run.done:
		default:
			return nil, nil
		}
		if err := p.run.err; err != nil {
			p.run = nil // again at the next sample
			return nil, fmt.Errorf("%s: %w", p.words[0], err)
		}
	}
	return nil, p.start(ctx)
}

// Stop ends the command and returns all samples. Their times are those that the command
// states, moved by as much as the line that came soonest after its time was late: neither the
// zone and clock of another machine matter, nor a pipe that brings many lines at once.
func (p *powerCommand) Stop(context.Context, telemetry.Instants) ([]telemetry.Sample, error) {
	if p.run != nil {
		p.run.kill()
		<-p.run.done
		p.run = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	samples := p.samples
	p.samples = nil
	for i := range samples {
		samples[i].Time = samples[i].Time.Add(p.delay)
	}
	switch {
	case p.err != nil:
		return samples, fmt.Errorf("%s: %w", p.words[0], p.err)
	case len(samples) == 0:
		return nil, fmt.Errorf("%s printed no power, expected what nvidia-smi or rocm-smi print as CSV or JSON", p.words[0])
	case len(samples) == mostPrinted:
		return samples, fmt.Errorf("%s printed more than %d samples in a phase", p.words[0], mostPrinted)
	}
	return samples, nil
}

// A head keeps the first bytes that are written to it, on one line.
type head []byte

func (h *head) Write(p []byte) (int, error) {
	const most = 300
	*h = append(*h, strings.ReplaceAll(string(p[:min(len(p), most-len(*h))]), "\n", " ")...)
	return len(p), nil
}
