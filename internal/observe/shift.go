package observe

import (
	"context"
	"time"

	"github.com/agentperf/agentperf-go/telemetry"
)

// A shift is one observer in one phase. Its goroutine is the only one that touches it until
// done is closed.
type shift struct {
	*caller
	target telemetry.Target
	offset time.Duration // of its ticks

	ready, done     chan struct{}
	store           *store
	began           bool // Start succeeded
	scrapes, failed int
	failure         error // the first
	took            time.Duration
}

func newShift(c *caller) *shift {
	s := &shift{caller: c, target: c.observer.Target(), ready: make(chan struct{}), done: make(chan struct{})}
	s.store = newStore(time.Now(), max(s.target.Interval(), leastEvery))
	return s
}

// run observes a phase.
func (s *shift) run(ctx context.Context, w *Watch) {
	defer close(s.done)
	s.tick(ctx)
	close(s.ready)
	for s.wait(ctx, w.over, s.next()) {
		s.tick(ctx)
	}
	<-w.over
	if s.wait(ctx, nil, min(s.next(), lingers)) {
		s.tick(ctx)
	}
	if !s.began {
		return
	}
	limit := stopFor
	if ctx.Err() != nil { // there may be a process to end all the same
		limit = callFor
	}
	samples, err := s.stop(context.WithoutCancel(ctx), limit, w.at)
	s.note(err)
	s.store.add(samples)
}

// tick takes a sample. It starts the observer first, if that has not succeeded yet; both have
// callFor together.
func (s *shift) tick(ctx context.Context) {
	from := time.Now()
	defer func() { s.took += time.Since(from) }()
	s.scrapes++
	if !s.began {
		if err := s.start(ctx, callFor); err != nil {
			s.noteUnless(ctx, err)
			return
		}
		s.began = true
	}
	samples, err := s.sample(ctx, callFor-time.Since(from))
	s.noteUnless(ctx, err)
	s.store.add(samples)
}

// noteUnless notes an error, unless the phase was interrupted.
func (s *shift) noteUnless(ctx context.Context, err error) {
	if ctx.Err() == nil {
		s.note(err)
	}
}

func (s *shift) note(err error) {
	if err == nil {
		return
	}
	s.failed++
	if s.failure == nil {
		s.failure = err
	}
}

// next returns how long it is until the next tick.
func (s *shift) next() time.Duration {
	every := s.store.every // longer once memory was short
	return every - (time.Since(s.store.start)-s.offset+every)%every
}

// wait waits, and reports false if over or ctx comes before.
func (s *shift) wait(ctx context.Context, over <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-over:
	case <-ctx.Done():
	}
	return false
}

// observed returns what was seen, once done is closed.
func (s *shift) observed() telemetry.Observed {
	o := telemetry.Observed{Target: s.target, Series: s.store.all(), Scrapes: s.scrapes, Failed: s.failed, Took: s.took, Cut: s.store.cut}
	if s.failure != nil {
		o.Failure = s.failure.Error()
	}
	return o
}
