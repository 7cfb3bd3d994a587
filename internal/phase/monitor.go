package phase

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// A Phase is one that runs. Its methods are safe for concurrent use.
type Phase struct {
	cfg      Config
	earliest time.Time     // at which the window may end
	over     func()        // called when the window is closed and all measured requests have ended
	idle     chan struct{} // closed then

	mu        sync.Mutex
	times     Times
	ending    Ending // empty while the window is open
	up        int
	attempts  int
	succeeded int
	open      int // measured requests
	completed []int
	total     int
}

func newPhase(cfg Config, start time.Time, over func()) *Phase {
	p := &Phase{cfg: cfg, over: over, idle: make(chan struct{}), completed: make([]int, cfg.Workers)}
	p.times.Start = start
	p.times.AllUp = start.Add(cfg.Ramp())
	p.times.Settled = p.times.AllUp.Add(cfg.Settle)
	p.earliest = p.times.Settled.Add(cfg.Measure)
	return p
}

func (p *Phase) spawned() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up++
}

// Begin says that a request begins at t. What it returns goes to End.
func (p *Phase) Begin(t time.Time) (measured bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts++
	measured = p.measured(t)
	if measured {
		p.open++
	}
	return measured
}

// End says that a request has ended, and how.
func (p *Phase) End(measured, succeeded bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if succeeded {
		p.succeeded++
	}
	if measured {
		p.open--
	}
	if p.cfg.GiveUp > 0 && p.succeeded == 0 && p.attempts >= p.cfg.GiveUp*p.cfg.Workers {
		p.closeLocked(time.Now(), Dead)
	}
	p.settleIdle()
}

// Completed says that a worker has completed a piece of work now.
func (p *Phase) Completed(worker int) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending != "" || now.Before(p.times.Settled) {
		return
	}
	p.completed[worker]++
	p.total++
	if !now.Before(p.earliest) && p.complete() {
		p.closeLocked(now, Complete)
	}
}

// Stop ends the window now.
func (p *Phase) Stop() { p.close(time.Now(), Stopped) }

// measured reports whether a request that begins at t is in the window as far
// as is known yet.
func (p *Phase) measured(t time.Time) bool {
	switch {
	case t.Before(p.times.Settled):
		return false
	case p.ending != "":
		return t.Before(p.times.WindowEnd)
	case p.cfg.MinTotal == 0 && p.cfg.MinPerWorker == 0:
		return t.Before(p.earliest) // the end is known, though not yet come
	}
	return true
}

// complete reports whether the minima are met.
func (p *Phase) complete() bool {
	return p.total >= p.cfg.MinTotal && slices.Min(p.completed) >= p.cfg.MinPerWorker
}

func (p *Phase) closeIfComplete(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.complete() {
		p.closeLocked(t, Complete)
	}
}

func (p *Phase) close(t time.Time, why Ending) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closeLocked(t, why)
}

func (p *Phase) closeLocked(t time.Time, why Ending) {
	if p.ending != "" {
		return
	}
	p.ending = why
	p.times.WindowEnd = t
	p.settleIdle()
}

// settleIdle closes idle when its time has come.
func (p *Phase) settleIdle() {
	waits := p.ending == Complete || p.ending == TimedOut
	if p.ending == "" || waits && p.open > 0 {
		return
	}
	select {
	case <-p.idle:
	default:
		// Here and not in control, so that the worker whose request was the
		// last to be waited for begins no other.
		p.over()
		close(p.idle)
	}
}

func (p *Phase) result(end time.Time) Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := Result{Times: p.times, Ending: p.ending, Completed: p.total, Least: slices.Min(p.completed)}
	r.End = end
	return r
}

// A Snapshot is how far a phase has come.
type Snapshot struct {
	// Stage is "spawning", "settling", "measuring" or "finishing".
	Stage string
	// Elapsed is the time since the start.
	Elapsed time.Duration
	// Up is the number of workers started; Attempts and Succeeded count their
	// requests, Completed the work completed in the window.
	Up, Attempts, Succeeded, Completed int
	// Pending is what is still missing before the window may end, in words.
	Pending []string
}

// Snapshot returns how far the phase has come.
func (p *Phase) Snapshot() Snapshot {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Snapshot{Elapsed: now.Sub(p.times.Start), Up: p.up, Attempts: p.attempts, Succeeded: p.succeeded, Completed: p.total}
	switch {
	case p.ending != "":
		s.Stage = "finishing"
		if p.open > 0 {
			s.Pending = append(s.Pending, fmt.Sprintf("%d measured requests are open", p.open))
		}
		return s
	case now.Before(p.times.AllUp):
		s.Stage = "spawning"
		s.Pending = append(s.Pending, fmt.Sprintf("%d to start", p.cfg.Workers-p.up))
	case now.Before(p.times.Settled):
		s.Stage = "settling"
		s.Pending = append(s.Pending, fmt.Sprintf("%v to settle", left(now, p.times.Settled)))
	default:
		s.Stage = "measuring"
	}
	if from := maxTime(now, p.times.Settled); from.Before(p.earliest) {
		s.Pending = append(s.Pending, fmt.Sprintf("%v to measure", left(from, p.earliest)))
	}
	if p.total < p.cfg.MinTotal {
		s.Pending = append(s.Pending, fmt.Sprintf("%d of %d completed", p.total, p.cfg.MinTotal))
	}
	if least := slices.Min(p.completed); least < p.cfg.MinPerWorker {
		s.Pending = append(s.Pending, fmt.Sprintf("%d of %d by the slowest", least, p.cfg.MinPerWorker))
	}
	return s
}

func left(from, to time.Time) time.Duration { return to.Sub(from).Round(100 * time.Millisecond) }

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
