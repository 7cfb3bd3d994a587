package fleet

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
)

// A heldLog is a handler that blocks for ever once it is held, as one that writes to a terminal
// that is. The test frees it at its end, since no goroutine may outlive a bubble.
type heldLog struct{ held, free chan struct{} }

func newHeldLog() heldLog { return heldLog{make(chan struct{}), make(chan struct{})} }

func (h heldLog) wait() {
	select {
	case <-h.held:
		<-h.free
	default:
	}
}

func (h heldLog) Enabled(context.Context, slog.Level) bool  { h.wait(); return true }
func (h heldLog) Handle(context.Context, slog.Record) error { h.wait(); return nil }
func (h heldLog) WithAttrs([]slog.Attr) slog.Handler        { h.wait(); return h }
func (h heldLog) WithGroup(string) slog.Handler             { h.wait(); return h }

// ending bounds the wait for a log at the end.
const ending = time.Second

// withHeldLog runs f with a fleet of w0 and w1, whose log is that.
func withHeldLog(t *testing.T, f func(x *trial, log heldLog)) {
	t.Helper()
	try(t, 1, nil, func(x *trial) {
		x.c.Close()
		x.workers["w0"].stop()
		log := newHeldLog()
		defer close(log.free)
		x.begin("w0", WorkerConfig{})
		x.begin("w1", WorkerConfig{Logger: slog.New(log)})
		x.c = x.controller(2)
		f(x, log)
	})
}

// A worker whose log is held works, and ends when it is to.
func TestWorkerLogHeld(t *testing.T) {
	withHeldLog(t, func(x *trial, log heldLog) {
		x.after(5*time.Second, func() { close(log.held) })
		x.valid()
		x.valid()
		begun := time.Now()
		if err := x.workers["w1"].stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("it ends with %v", err)
		}
		if took := time.Since(begun); took > ending {
			t.Errorf("it took %v", took)
		}
		delete(x.workers, "w1")
	})
}

// Nor does it go on with what it has open once its controller is gone.
func TestWorkerLogHeldWithoutController(t *testing.T) {
	withHeldLog(t, func(x *trial, log heldLog) {
		x.after(5*time.Second, func() {
			close(log.held)
			x.hub.Cut(bus.Controller)
			cut := time.Now()
			time.Sleep(DefaultLease + cutting)
			if n := x.engine.Stats().Active; n > 0 {
				t.Errorf("%d requests are open", n)
			}
			time.Sleep(time.Minute)
			if late := x.latestOf("w1").Sub(cut); late > DefaultLease {
				t.Errorf("a request was sent %v after the controller was gone", late)
			}
			x.hub.Heal(bus.Controller)
		})
		x.invalid("nothing was heard of worker")
		x.afters.Wait()
		x.valid()
	})
}

// A run that is over is over.
func TestWorkerLogHeldAtTheEnd(t *testing.T) {
	withHeldLog(t, func(x *trial, log heldLog) {
		x.valid()
		close(log.held)
		begun := time.Now()
		x.c.Close()
		if err := <-x.workers["w1"].done; err != nil {
			t.Error(err)
		}
		if took := time.Since(begun); took > dismissing+ending {
			t.Errorf("it took %v", took)
		}
		delete(x.workers, "w1")
	})
}

// A controller whose log is held keeps the leases, replaces workers, and ends.
func TestControllerLogHeld(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.c.Close()
		for _, p := range x.workers {
			p.stop()
		}
		x.begin("w0", WorkerConfig{})
		x.begin("w1", WorkerConfig{})
		log := newHeldLog()
		defer close(log.free)
		c, err := NewController(t.Context(), Config{Workers: 2, conn: x.hub.Conn(bus.Controller), Logger: slog.New(log)})
		if err != nil {
			t.Fatal(err)
		}
		x.c = c
		first := x.workers["w1"]
		x.after(5*time.Second, func() {
			close(log.held)
			first.cancel()
			x.begin("w1", WorkerConfig{})
			<-first.done
		})
		p := x.invalid("worker w1")
		for _, r := range p.Rows {
			if p.Owners[r.Agent] == 0 && r.Outcome == record.Local {
				t.Error("w0 has lost its lease")
			}
		}
		x.valid()
		took, _, err := x.canceled(func(cancel context.CancelCauseFunc) {
			x.after(5*time.Second, func() { cancel(errEnough) })
		})
		if !errors.Is(err, errEnough) || took > time.Second {
			t.Errorf("%v, %v after it was canceled", err, took)
		}
		begun := time.Now()
		c.Close()
		if took := time.Since(begun); took > dismissing+ending {
			t.Errorf("closing took %v", took)
		}
	})
}

var errEnough = errors.New("enough")
