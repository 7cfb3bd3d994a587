package endpointtest

import (
	"context"
	"math"
	"sync"
	"time"
)

// share is the progress of a request that has been in the system all along. Since all
// requests get the same rate at any time, this one number gives the progress of each.
// The zero value is an empty system.
type share struct {
	mu       sync.Mutex
	n        int
	rate     float64       // tokens per second, now
	progress float64       // tokens, at since
	since    time.Time     // of the latest change of n
	changed  chan struct{} // closed at the next change of n; nil while nobody waits
}

func (s *share) enter(now time.Time, rate func(int) float64) (others int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	others = s.n
	s.change(now, s.n+1, rate)
	return others
}

func (s *share) leave(now time.Time, rate func(int) float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.change(now, s.n-1, rate)
}

func (s *share) change(now time.Time, n int, rate func(int) float64) {
	s.progress = s.at(now)
	if s.n == 0 {
		s.progress = 0 // nobody refers to it: a small number stays exact
	}
	s.since, s.n = now, n
	if n > 0 {
		s.rate = rate(n)
	}
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// at returns the progress at t, at the present rate.
func (s *share) at(t time.Time) float64 {
	return s.progress + t.Sub(s.since).Seconds()*s.rate
}

// mark returns the progress at t, which is now or shortly after.
func (s *share) mark(t time.Time) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at(t)
}

// until waits for the progress to reach target. up rounds the nanosecond at which it
// does so up instead of down.
func (s *share) until(ctx context.Context, target float64, up bool) error {
	for {
		s.mu.Lock()
		// A floating-point result that differs from a whole number only in its
		// last digits is that number.
		const noise = 0.05
		ns := (target - s.progress) / s.rate * 1e9
		if up {
			ns = math.Ceil(ns - noise)
		} else {
			ns = math.Floor(ns + noise)
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		due, changed := s.since.Add(time.Duration(ns)), s.changed
		s.mu.Unlock()
		again, err := waitUntil(ctx, due, changed)
		if !again {
			return err
		}
	}
}

// waitUntil waits for due; again is set when changed came first.
func waitUntil(ctx context.Context, due time.Time, changed <-chan struct{}) (again bool, err error) {
	d := time.Until(due)
	if d <= 0 {
		return false, ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false, nil
	case <-changed:
		return true, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}
