package endpoint

import (
	"context"
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

// A watchdog cancels a request that takes too long as a whole or has gone
// silent. Its timer is set once and again only when it fires: a sign of life
// costs one atomic store, since there is one per network read.
type watchdog struct {
	began       time.Time
	total, idle time.Duration
	alive       atomic.Int64 // nanoseconds from began to the latest sign of life
	quiet       atomic.Int64 // the limit of silence in force
	cancel      context.CancelCauseFunc
	timer       *time.Timer
}

func watch(ctx context.Context, total, idle time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{began: time.Now(), total: total, idle: idle, cancel: cancel}
	w.quiet.Store(int64(idle))
	w.timer = time.AfterFunc(min(total, idle), w.check)
	return ctx, w
}

func (w *watchdog) check() {
	now := time.Since(w.began)
	quiet := time.Duration(w.quiet.Load())
	silent := now - time.Duration(w.alive.Load())
	switch {
	case now >= w.total:
		w.cancel(&timeoutError{"request timeout", w.total})
	case silent >= quiet:
		w.cancel(&timeoutError{"idle timeout", quiet})
	default:
		w.timer.Reset(min(w.total-now, quiet-silent))
	}
}

// saw records a sign of life.
func (w *watchdog) saw(t time.Time) { w.alive.Store(int64(t.Sub(w.began))) }

// hurry lowers the limit of silence from t on.
func (w *watchdog) hurry(t time.Time, quiet time.Duration) {
	w.saw(t)
	w.quiet.Store(int64(min(quiet, w.idle)))
	w.timer.Reset(min(quiet, w.idle))
}

func (w *watchdog) stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}
