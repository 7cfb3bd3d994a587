package phase

import (
	"fmt"
	"sync"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
)

// A Phase is one that runs. Its methods are safe for concurrent use.
type Phase struct {
	cfg      Config
	earliest time.Time     // at which the window may end
	over     func()        // called when the window is closed and all measured requests have ended
	idle     chan struct{} // closed then
	closed   chan struct{} // closed with the window

	mu        sync.Mutex
	times     Times
	ending    Ending // empty while the window is open
	up        int
	attempts  int
	succeeded int
	failed    int
	open      int // measured requests
	hopeful   int // open requests of workers that have not failed often enough to give up
	total     int // pieces of work completed
	workers   []tally
	absent    int // workers that have begun no request in the window
	stuck     int // workers held up when it closed
}

// tally is what one worker has done.
type tally struct {
	failed, completed int
	present           bool      // has begun a request in the window
	open              int       // requests
	idle              time.Time // since when none is
}

func newPhase(cfg Config, start time.Time, over func()) *Phase {
	p := &Phase{cfg: cfg, over: over, idle: make(chan struct{}), closed: make(chan struct{}), workers: make([]tally, cfg.Workers), absent: cfg.Workers}
	for i := range p.workers {
		p.workers[i].idle = start
	}
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

// A Worker is one worker of a phase. Its methods are safe for concurrent use: it
// may have several requests open.
type Worker struct {
	// Index counts workers from 0.
	Index int
	// Due is when the worker should have started.
	Due time.Time

	phase *Phase
}

// A Request is one that a worker has begun.
type Request struct {
	// Began is when it did.
	Began time.Time

	worker   *Worker
	measured bool // it belongs to the window
	hopeful  bool // the worker has not failed often
}

// Window returns when the window begins and when at the earliest it ends, which
// is when a fixed one does.
func (w *Worker) Window() (from, until time.Time) { return w.phase.times.Settled, w.phase.earliest }

// Begin says that a request begins. Its End must follow.
func (w *Worker) Begin() Request {
	p := w.phase
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now() // with the lock held, so that the window cannot end in between
	t := &p.workers[w.Index]
	p.attempts++
	t.open++
	r := Request{Began: now, worker: w, measured: p.measured(now), hopeful: t.failed < p.cfg.GiveUp}
	if r.hopeful {
		p.hopeful++
	}
	if !r.measured {
		return r
	}
	p.open++
	if !t.present {
		t.present = true
		p.absent--
		if !now.Before(p.earliest) && p.complete(now) {
			p.closeLocked(now.Add(1), Complete) // this request is the window's last
		}
	}
	return r
}

// End says that the request has ended, and how.
func (r Request) End(succeeded bool) {
	p := r.worker.phase
	p.mu.Lock()
	defer p.mu.Unlock()
	t := &p.workers[r.worker.Index]
	t.open--
	t.idle = time.Now()
	if r.hopeful {
		p.hopeful--
	}
	if succeeded {
		p.succeeded++
	} else {
		p.failed++
		t.failed++
	}
	if r.measured {
		p.open--
	}
	if p.cfg.GiveUp > 0 && p.succeeded == 0 && p.hopeful == 0 && p.failed >= p.cfg.GiveUp*p.cfg.Workers {
		p.closeLocked(time.Now(), Dead)
	}
	p.settleIdle()
}

// Completed says that the worker has completed a piece of work.
func (w *Worker) Completed() {
	p := w.phase
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.ending != "" || now.Before(p.times.Settled) {
		return
	}
	p.workers[w.Index].completed++
	p.total++
	if !now.Before(p.earliest) && p.complete(now) {
		p.closeLocked(now, Complete)
	}
}

// Stop ends the window now: what follows would say nothing.
func (w *Worker) Stop() { w.phase.closeNow(Stopped) }

// measured reports whether a request that begins at t is in the window as far
// as is known yet.
func (p *Phase) measured(t time.Time) bool {
	switch {
	case t.Before(p.times.Settled):
		return false
	case p.ending != "":
		return t.Before(p.times.WindowEnd)
	}
	// What is complete ends at earliest, though that may not have come yet.
	return t.Before(p.earliest) || !p.complete(t)
}

// complete reports whether at t the minima are met and no worker is held up by
// a request from before the window: one that waits all through it is not served,
// and what the others get says nothing of it.
func (p *Phase) complete(t time.Time) bool {
	return p.cfg.Fixed || p.total >= p.cfg.MinTotal && p.least() >= p.cfg.MinPerWorker && p.heldUp(t) == 0
}

// pause is how long a worker has no request open before it is taken to be
// pausing, and not about to send.
const pause = time.Second

// heldUp returns the number of workers that have begun no request in the window
// and are not pausing.
func (p *Phase) heldUp(now time.Time) (n int) {
	if p.absent == 0 {
		return 0
	}
	for i := range p.workers {
		if t := &p.workers[i]; !t.present && (t.open > 0 || now.Sub(t.idle) < pause) {
			n++
		}
	}
	return n
}

// held returns heldUp while the window is open.
func (p *Phase) held(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heldUp(now)
}

// least returns how much the worker has completed who completed least.
func (p *Phase) least() int {
	least := p.workers[0].completed
	for _, t := range p.workers {
		least = min(least, t.completed)
	}
	return least
}

func (p *Phase) closeIfComplete(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.complete(t) {
		p.closeLocked(t, Complete)
	}
}

// closeNow takes the time with the lock held, so that no request begins in between and
// is waited for that the window does not have.
func (p *Phase) closeNow(why Ending) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closeLocked(time.Now(), why)
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
	close(p.closed)
	p.times.WindowEnd = t
	p.stuck = p.heldUp(t)
	p.settleIdle()
}

// settleIdle closes idle when its time has come.
func (p *Phase) settleIdle() {
	waits := !p.cfg.Fixed && (p.ending == Complete || p.ending == TimedOut)
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
	r := Result{Times: p.times, Ending: p.ending, Completed: p.total, Least: p.least(), Up: p.up, HeldUp: p.stuck}
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
	if from := instant.Later(now, p.times.Settled); from.Before(p.earliest) {
		s.Pending = append(s.Pending, fmt.Sprintf("%v to measure", left(from, p.earliest)))
	}
	if n := p.heldUp(now); s.Stage == "measuring" && n > 0 && !p.cfg.Fixed {
		s.Pending = append(s.Pending, fmt.Sprintf("%d wait for requests from before", n))
	}
	if p.total < p.cfg.MinTotal {
		s.Pending = append(s.Pending, fmt.Sprintf("%d of %d completed", p.total, p.cfg.MinTotal))
	}
	if least := p.least(); least < p.cfg.MinPerWorker {
		s.Pending = append(s.Pending, fmt.Sprintf("%d of %d by the slowest", least, p.cfg.MinPerWorker))
	}
	return s
}

func left(from, to time.Time) time.Duration { return to.Sub(from).Round(100 * time.Millisecond) }
