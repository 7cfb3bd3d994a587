package fleet

import (
	"context"
	"errors"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// guardEvery is how long after its end a lease may be seen to have expired.
const guardEvery = 50 * time.Millisecond

// guard leaves controllers whose leases have expired. It waits for nothing else, such as a
// transport that does not read.
func (w *worker) guard(over <-chan struct{}) {
	tick := time.NewTicker(guardEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.watch()
		case <-over:
			return
		}
	}
}

// watch leaves the controller whose lease has expired.
func (w *worker) watch() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.controller != "" && w.expired() {
		w.freeLocked()
	}
}

// expired reports whether the lease has expired.
func (w *worker) expired() bool { return w.clock() > time.Duration(w.deadline.Load()) }

// freeLocked leaves the controller, which is silent. The caller holds the lock.
func (w *worker) freeLocked() {
	w.leaveLocked(errLease.Error())
	w.controller = ""
	w.log.Warn("the controller is silent: requests are cut")
}

var errLease = errors.New("nothing was heard of the controller for the time of the lease")

// leave cuts what is under way in a session, for the given reason, unless that was left before.
func (w *worker) leave(s *session, why string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.session == s {
		w.leaveLocked(why)
	}
}

func (w *worker) leaveLocked(why string) {
	s := w.session
	if s == nil {
		return
	}
	w.session, w.last = nil, s
	w.failed, w.stage = why, wire.Left
	s.abandon(errors.New(why))
	w.log.Info("the worker has left the phase", "why", why)
}

// fenced is a Sender that sends nothing once the lease of its worker has expired, be it that
// the process was held up and has not noticed yet.
type fenced struct {
	trajectory.Sender
	w *worker
}

func (f fenced) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	if f.w.expired() {
		return leaseError{}
	}
	return f.Sender.Send(ctx, r, clock)
}

func (f fenced) Close() error {
	if c, ok := f.Sender.(interface{ Close() error }); ok {
		return c.Close()
	}
	return nil
}

// leaseError is a trajectory.LocalError.
type leaseError struct{}

func (leaseError) Error() string { return errLease.Error() }

func (leaseError) Local() bool { return true }
