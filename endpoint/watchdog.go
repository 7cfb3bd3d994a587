package endpoint

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// A timeoutError is the cause with which a watchdog cancels a request.
type timeoutError struct {
	what  string
	limit time.Duration
}

func (e *timeoutError) Error() string { return fmt.Sprintf("%s of %v passed", e.what, e.limit) }

// Timeout marks the error for errors.As to interface{ Timeout() bool }.
func (e *timeoutError) Timeout() bool { return true }

// errEnough is the cause with which a watchdog cancels a request whose answer was
// complete when hurry was called.
var errEnough = errors.New("endpoint: the answer was taken to be complete")

// A watchdog cancels a request that takes too long as a whole or has gone silent. Its
// timer is reset only when it fires, so that a sign of life, one per network read,
// costs one atomic store. A nil watchdog sets no limit, for answers that others ask for.
type watchdog struct {
	began       time.Time
	total, idle time.Duration
	limit       atomic.Int64 // nanoseconds from began to the time limit
	alive       atomic.Int64 // nanoseconds from began to the latest sign of life
	cancel      context.CancelCauseFunc
	timer       *time.Timer
}

func watch(ctx context.Context, total, idle time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{began: time.Now(), total: total, idle: idle, cancel: cancel}
	w.limit.Store(int64(total))
	w.timer = time.AfterFunc(min(total, idle), w.check)
	return ctx, w
}

func (w *watchdog) check() {
	now := time.Since(w.began)
	limit := time.Duration(w.limit.Load())
	silent := now - time.Duration(w.alive.Load())
	switch {
	case now >= limit && limit < w.total:
		w.cancel(errEnough)
	case now >= limit:
		w.cancel(&timeoutError{"request timeout", w.total})
	case silent >= w.idle:
		w.cancel(&timeoutError{"idle timeout", w.idle})
	default:
		w.timer.Reset(min(limit-now, w.idle-silent))
		if sooner := time.Duration(w.limit.Load()); sooner < limit {
			w.timer.Reset(sooner - now) // hurry was called meanwhile
		}
	}
}

// saw records a sign of life.
func (w *watchdog) saw(t time.Time) {
	if w != nil {
		w.alive.Store(int64(t.Sub(w.began)))
	}
}

// hurry shortens the limit to a while after t, whatever signs of life there are: the
// answer is complete.
func (w *watchdog) hurry(t time.Time, wait time.Duration) {
	if w == nil {
		return
	}
	limit := min(t.Sub(w.began)+wait, w.total)
	w.limit.Store(int64(limit))
	w.timer.Reset(limit - time.Since(w.began))
}

// calm undoes hurry: the answer was not complete.
func (w *watchdog) calm() {
	if w != nil {
		w.limit.Store(int64(w.total))
	}
}

// expired reports whether the time limit has passed.
func (w *watchdog) expired() bool { return time.Since(w.began) >= time.Duration(w.limit.Load()) }

func (w *watchdog) stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}
