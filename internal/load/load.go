package load

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/instant"
	"github.com/agentperf/agentperf-go/internal/selfcheck"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Config says how to run a phase.
type Config struct {
	record.Shape
	// Header holds what is known before the phase; Run fills in the rest.
	Header record.Header
	// Look, if set, is called from the start of the window on, with the phase as it is
	// known at that instant, which it must neither keep nor change. If it returns true, the
	// window ends at once and open requests are drained. Looks are LookEvery apart and grow
	// sparser: by a twentieth of the window at least, so that they cost the client little.
	Look      func(*record.Phase) bool
	LookEvery time.Duration
	// Progress, if set, is called every Interval, by the goroutine that called Run. If it
	// is slow, it is called less often; it holds up nothing else.
	Progress func(record.Progress)
	Interval time.Duration
	// Ended, if set, is called as each request ends, one at a time, with its row and a
	// phase that has what the row refers to. It must return at once and not keep the row.
	Ended func(*record.Phase, *record.Row)
}

const (
	// GiveUp is the Shape.GiveUp of both benchmarks: one failure may be chance, and each
	// may take minutes.
	GiveUp = 3
	// ProgressInterval is how often they tell Progress of a phase: often enough for a
	// person to see it move.
	ProgressInterval = 500 * time.Millisecond
)

// Work is what an agent does. It begins no request once soft is done, and lets go of an
// open one when hard is done. An error ends the phase; Run returns it.
type Work func(soft, hard context.Context, a *Agent) error

var (
	errOver  = errors.New("the phase is over")
	errDrain = errors.New("the phase is over and its drain time has passed")

	// ErrStuck is returned by [Run] when an agent holds on to a request that was cut.
	ErrStuck = errors.New("a Sender did not return within 30s of its context being done")
)

// letGo is how long agents have to let go of requests that were cut, before Run returns
// without them. A connection is closed in milliseconds; a busy client takes seconds.
const letGo = 30 * time.Second

// Run runs a phase and returns when every agent has ended. The error is an agent's, the
// cause for which ctx is done, or [ErrStuck]. The phase is never nil; with an error it
// holds what was seen until then. A process that can open no more files ends the phase,
// whose Fault says so.
func Run(ctx context.Context, cfg Config, work Work) (*record.Phase, error) {
	hard, cut := context.WithCancelCause(ctx)
	defer cut(errOver)
	group, hard := errgroup.WithContext(hard)
	soft, stop := context.WithCancelCause(hard)
	defer stop(errOver)

	r := newRun(cfg, hard, func() { stop(errOver) })
	r.check = selfcheck.Start()
	group.Go(func() error {
		for i := range cfg.Agents {
			due := r.start.Add(cfg.Due(i))
			if !instant.SleepUntil(soft, due) {
				return nil
			}
			r.spawned()
			group.Go(func() error { return work(soft, hard, &Agent{Index: i, Due: due, host: r}) })
		}
		return nil
	})
	done := make(chan error, 1)
	go func() { done <- group.Wait() }()

	ended := make(chan error, 1)
	go func() {
		r.control(hard)
		ended <- await(done, r.drain(), func() { cut(errDrain) })
	}()
	err := r.report(ended)
	r.check.Stop()
	if ctx.Err() != nil && !errors.Is(err, ErrStuck) {
		err = context.Cause(ctx)
	}
	return r.ended(time.Now()), err
}

// await waits for the agents, and cuts their requests when their time is over.
func await(done <-chan error, patience time.Duration, cut func()) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
	}
	cut()
	timer.Reset(letGo)
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return ErrStuck
	}
}

// report tells Progress how far the phase has come, until it has ended.
func (r *run) report(ended <-chan error) error {
	var tick <-chan time.Time
	if r.cfg.Progress != nil && r.cfg.Interval > 0 {
		t := time.NewTicker(r.cfg.Interval)
		defer t.Stop()
		tick = t.C
	}
	var shown display
	for {
		select {
		case err := <-ended:
			return err
		case <-tick:
			select { // a slow Progress may be behind
			case err := <-ended:
				return err
			default:
			}
			r.mu.Lock()
			p := r.progress(r.since(time.Now()))
			r.mu.Unlock()
			if shown.due(&p) {
				p.Sofar = r.snapshot(time.Now())
			}
			r.cfg.Progress(p)
		}
	}
}

// run is a phase under way.
type run struct {
	cfg   Config
	start time.Time
	hard  context.Context
	stop  func() // ends the load, once no measured request is waited for
	check *selfcheck.Watch
	gaps  []metrics.Gaps // agents share them in groups

	// These are closed when the window begins, when it ends, and when no measured request is
	// waited for.
	opened, closed, idle chan struct{}

	mu sync.Mutex
	book
	client *record.Client // the check of the client in the window, once that has ended
}

// gapShards bounds the number of gap histograms of a phase: enough to keep contention for
// their locks low.
const gapShards = 16

func newRun(cfg Config, hard context.Context, stop func()) *run {
	start := time.Now()
	cfg.Header.Anchor = start.Round(0)
	return &run{
		cfg: cfg, start: start, hard: hard, stop: stop, book: newBook(cfg.Shape, cfg.Header),
		gaps:   make([]metrics.Gaps, min(cfg.Agents, gapShards)),
		opened: make(chan struct{}), closed: make(chan struct{}), idle: make(chan struct{}),
	}
}

// since returns the time since the start. Where the window must not end between the two,
// the caller holds the lock.
func (r *run) since(t time.Time) time.Duration { return t.Sub(r.start) }

func (r *run) spawned() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.window.Spawned()
}

// told acts on the state of the window after an event. The caller holds the lock, so that
// the agent that ended the last request waited for begins no other.
func (r *run) told() {
	if !isClosed(r.opened) && r.window.Settled(r.since(time.Now())) {
		r.check.Mark()
		close(r.opened)
	}
	if r.window.Ending() != "" && !isClosed(r.closed) {
		close(r.closed)
	}
	if r.window.Over() && !isClosed(r.idle) {
		r.stop()
		close(r.idle)
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// close ends the window at an instant; [record.None] means now.
func (r *run) close(at time.Duration, why record.Ending) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at == record.None {
		at = r.since(time.Now())
	}
	r.window.Close(at, why)
	r.told()
}

// tick tells the window the time and returns how long until it has to be told again.
func (r *run) tick() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ticks(r.since(time.Now()))
}

// ticks is tick for a caller who holds the lock.
func (r *run) ticks(now time.Duration) time.Duration {
	next, ok := r.window.Tick(now)
	r.told()
	if !ok {
		return math.MaxInt64
	}
	return next - now
}

// control drives the window until no measured request is waited for.
func (r *run) control(ctx context.Context) {
	timer := time.NewTimer(r.tick())
	defer timer.Stop()
	look := time.NewTimer(math.MaxInt64)
	defer look.Stop()
	var settled time.Time
	full := time.NewTicker(fullEvery)
	defer full.Stop()
	opened, closed := r.opened, r.closed
	for {
		select {
		case <-opened:
			opened = nil
			settled = r.start.Add(r.settled())
			if r.cfg.Look != nil && r.cfg.LookEvery > 0 {
				look.Reset(time.Until(settled.Add(r.cfg.LookEvery)))
			}
			timer.Reset(r.tick())
		case <-timer.C:
			timer.Reset(r.tick())
		case <-closed:
			closed = nil
			r.measured()
			timer.Reset(r.tick())
		case <-r.idle:
			r.measured()
			return
		case <-look.C:
			p, next := r.look()
			if timer.Reset(next); p == nil {
				continue
			}
			if r.cfg.Look(p) {
				r.close(p.End, record.Decided)
				continue
			}
			look.Reset(time.Until(settled.Add(nextLook(r.cfg.LookEvery, p.End-p.Settled))))
		case <-full.C:
			r.checkFiles()
		case <-ctx.Done():
			r.close(record.None, record.Interrupted)
			r.measured()
			return
		}
	}
}

// fullEvery is how often it is checked whether the process can still open files: often
// enough for agents not to wait long for a server in this process that cannot.
const fullEvery = 500 * time.Millisecond

// checkFiles ends a phase in a process that can open no more files: a server in it would
// leave connections waiting.
func (r *run) checkFiles() {
	if !sockets.Full() {
		return
	}
	r.mu.Lock()
	r.header.Fault = sockets.ErrFull.Error()
	r.mu.Unlock()
	r.close(record.None, record.Stopped)
}

// measured reads the client's check of itself, once, as soon as the window has ended: the
// drain does not count.
func (r *run) measured() {
	if r.client == nil {
		r.client = clientOf(r.check.Read())
	}
}

// settled returns when the window began.
func (r *run) settled() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	from, _ := r.window.Bounds()
	return from
}

func (r *run) drain() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.window.Drain()
}

// look is snapshot for Look, and is remembered; nil once the window has ended, which a look is too
// late for that is due when the window may end. It ticks, too.
func (r *run) look() (p *record.Phase, next time.Duration) {
	r.mu.Lock()
	now := time.Now()
	next = r.ticks(r.since(now))
	open := r.window.Ending() == ""
	if open {
		r.header.Looks = append(r.header.Looks, r.since(now))
	}
	r.mu.Unlock()
	if open {
		p = r.snapshot(now)
	}
	return p, next
}

// snapshot returns the phase under way as it is known at an instant.
func (r *run) snapshot(now time.Time) *record.Phase {
	client := clientOf(r.check.Read())
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.phase(r.since(now), *client)
}

// ended returns the phase once it has ended.
func (r *run) ended(end time.Time) *record.Phase {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.phase(r.since(end), *r.client)
	for i := range r.gaps {
		p.Gaps.Merge(&r.gaps[i])
	}
	return p
}

func clientOf(f selfcheck.Figures) *record.Client {
	c := &record.Client{
		Lag: f.Lag(), Wakes: f.Wakes, WakeP99: f.WakeP99, WakeMax: f.WakeMax, SchedP99: f.SchedP99,
		GCPauseMax: f.GCPauseMax, GCPauseTotal: f.GCPauseTotal, CPUShare: record.None, Processors: f.Procs,
		Explanation: f.Explain(),
	}
	if f.CPUKnown {
		c.CPUShare = f.CPUShare
	}
	return c
}
