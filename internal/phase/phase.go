// Package phase runs one phase of a load test: workers are started one after
// the other, the system settles, a window is measured, and the load is kept up
// until the last measured request has ended. The benchmarks agentperf and slt
// share it.
//
//	start      all up       settled             window ends     last measured end   end
//	  |--spawn--|---settle----|-----measure--------|--load goes on----|---drain------|
//
// A request is measured if and only if it begins in the window: at its first
// instant or later and before its last. A benchmark that looks at what happens in
// the window instead, whenever requests began, asks for a Fixed one: the load
// ends with it.
package phase

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
	"golang.org/x/sync/errgroup"
)

// Config is the shape of a phase. Workers must be positive.
type Config struct {
	// Workers is how many there are.
	Workers int
	// SpawnRate is how many of them start per second; 0 starts all at once.
	SpawnRate float64
	// Settle is the time from the start of the last worker to the window.
	Settle time.Duration
	// Measure is the least length of the window.
	Measure time.Duration
	// MinTotal and MinPerWorker are how many pieces of work must be completed
	// in the window, in all and by each worker, before it may end.
	MinTotal, MinPerWorker int
	// Fixed makes the window Measure long, whoever is held up by a request from
	// before it, and ends the load with it; minima do not count. Requests that
	// are open then have the time of Drain.
	Fixed bool
	// Timeout ends the window this long after the start of the phase, whatever
	// is met; 0 is never.
	Timeout time.Duration
	// Patience bounds the wait for measured requests when the window has
	// ended; those still open are then drained and cut. 0 is no bound.
	Patience time.Duration
	// Drain is how long requests that are not measured may go on after the
	// last measured one has ended, before they are cut.
	Drain time.Duration
	// GiveUp ends a phase in which nothing has succeeded when this many
	// requests have failed for each worker, and none is open that is not a
	// worker's next try after so many; 0 is never.
	GiveUp int
	// Watch, when set, is asked every Look, from the beginning of the window on,
	// whether the phase may end at once, the window with it, and its open
	// requests be drained. WindowEnd is now, and heldUp as in Result.
	Watch func(t Times, heldUp int) bool
	Look  time.Duration
	// Closed, when set, is called once, as soon as the window has closed.
	Closed func()
	// Progress, when set, is told about the phase every Interval, from one
	// goroutine.
	Progress func(Snapshot)
	Interval time.Duration
}

// Ramp returns the time from the start of the first worker to that of the last.
func (c Config) Ramp() time.Duration {
	if c.SpawnRate <= 0 {
		return 0
	}
	return time.Duration(float64(c.Workers-1) / c.SpawnRate * float64(time.Second))
}

// An Ending says why a window ended.
type Ending string

// The endings of a window.
const (
	// Complete: it was long enough and all minima were met.
	Complete Ending = "complete"
	// TimedOut: the timeout passed with minima unmet.
	TimedOut Ending = "timeout"
	// Dead: nothing succeeded in as many attempts as are given.
	Dead Ending = "nothing succeeded"
	// Decided: Watch ended it.
	Decided Ending = "decided"
	// Stopped: Worker.Stop was called.
	Stopped Ending = "stopped"
	// Canceled: the context was done.
	Canceled Ending = "canceled"
)

// Times are the instants of a phase.
type Times struct {
	Start, AllUp, Settled, WindowEnd, End time.Time
}

// Measured reports whether a request that began at t belongs to the window.
func (t Times) Measured(begin time.Time) bool {
	return !begin.Before(t.Settled) && begin.Before(t.WindowEnd)
}

// A Result is how a phase went.
type Result struct {
	Times
	Ending Ending
	// Completed is the work completed in the window, Least that of the worker
	// who completed least.
	Completed, Least int
	// Up is the number of workers that were started.
	Up int
	// HeldUp is the number of workers that began no request in the window,
	// because one from before it was open all through.
	HeldUp int
}

// Work is what a worker does until soft is done: it begins no request after
// that. It lets go of an open request when hard is done. An error ends the
// phase and is returned by Run.
type Work func(soft, hard context.Context, w *Worker) error

var (
	errOver  = errors.New("the phase is over")
	errDrain = errors.New("the phase is over and its drain time has passed")
)

// Run runs a phase and returns when every worker has. The error is a worker's,
// or the cause for which ctx is done; the result is good as far as it goes.
func Run(ctx context.Context, cfg Config, work Work) (Result, error) {
	hard, cut := context.WithCancelCause(ctx)
	defer cut(errOver)
	group, hard := errgroup.WithContext(hard)
	soft, stop := context.WithCancelCause(hard)
	defer stop(errOver)

	start := time.Now()
	p := newPhase(cfg, start, func() { stop(errOver) })
	group.Go(func() error {
		for i := range cfg.Workers {
			at := start
			if cfg.SpawnRate > 0 {
				at = start.Add(time.Duration(float64(i) / cfg.SpawnRate * float64(time.Second)))
			}
			if !instant.SleepUntil(soft, at) {
				return nil
			}
			p.spawned()
			group.Go(func() error { return work(soft, hard, &Worker{Index: i, Due: at, phase: p}) })
		}
		return nil
	})
	done := make(chan error, 1)
	go func() { done <- group.Wait() }()

	p.control(hard)
	err := await(done, p.patience(), func() { cut(errDrain) })
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return p.result(time.Now()), err
}

// await waits for the workers, and cuts their requests when patience ends.
func await(done <-chan error, patience time.Duration, cut func()) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		cut()
		return <-done
	}
}

// control ends the window when it is time and waits for the measured requests.
func (p *Phase) control(ctx context.Context) {
	earliest := time.NewTimer(time.Until(p.earliest))
	defer earliest.Stop()
	recheck := time.NewTimer(math.MaxInt64) // when earliest has passed
	defer recheck.Stop()
	closed := p.closed
	var timeout, impatient, tick <-chan time.Time
	look := time.NewTimer(math.MaxInt64)
	defer look.Stop()
	if p.cfg.Watch != nil && p.cfg.Look > 0 {
		look.Reset(time.Until(p.times.Settled.Add(p.cfg.Look)))
	}
	if p.cfg.Timeout > 0 {
		t := time.NewTimer(time.Until(p.times.Start.Add(p.cfg.Timeout)))
		defer t.Stop()
		timeout = t.C
	}
	if p.cfg.Progress != nil && p.cfg.Interval > 0 {
		t := time.NewTicker(p.cfg.Interval)
		defer t.Stop()
		tick = t.C
	}
	over := func() { // of the window
		if closed != nil && p.cfg.Closed != nil {
			p.cfg.Closed()
		}
		closed = nil
	}
	for {
		select {
		case <-earliest.C:
			p.closeIfComplete(p.earliest)
			recheck.Reset(pause)
		case <-recheck.C: // a worker may have begun to pause
			p.closeIfComplete(time.Now())
			recheck.Reset(pause)
		case <-timeout:
			// At the very instant at which the window may end, it does.
			if !time.Now().Before(p.earliest) {
				p.closeIfComplete(p.earliest)
			}
			p.closeNow(TimedOut)
		case <-closed:
			over()
			if p.cfg.Patience > 0 {
				t := time.NewTimer(p.cfg.Patience)
				defer t.Stop()
				impatient = t.C
			}
		case <-impatient:
			p.over()
			return
		case <-look.C:
			now := time.Now()
			times := Times{Start: p.times.Start, AllUp: p.times.AllUp, Settled: p.times.Settled, WindowEnd: now}
			if closed != nil && p.cfg.Watch(times, p.held(now)) {
				p.close(now, Decided)
			} else if closed != nil {
				look.Reset(p.cfg.Look - time.Since(p.times.Settled)%p.cfg.Look)
			}
		case <-tick:
			p.cfg.Progress(p.Snapshot())
		case <-p.idle: // closed, and no measured request is waited for
			over()
			return
		case <-ctx.Done():
			p.closeNow(Canceled)
			over()
			return
		}
	}
}

// patience returns how long open requests may go on when the phase is over.
func (p *Phase) patience() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending == Complete || p.ending == TimedOut || p.ending == Decided {
		return p.cfg.Drain
	}
	return 0
}
