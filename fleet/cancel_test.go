package fleet

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// Phase ends soon after its context, whatever it was at, with the cause.
func TestCanceled(t *testing.T) {
	stop := errors.New("enough")
	for _, tt := range []struct {
		name    string
		workers int
		at      time.Duration // after the phase was begun; it begins to send 0.6 s later
		lose    func(m bus.Message) bool
		rows    bool
	}{
		{"gathering", 1, 3 * time.Second, nil, false},
		{"preparing", 2, 3 * time.Second, func(m bus.Message) bool { return kindOf(m) == 'P' }, false},
		{"asking for clocks", 2, time.Second, func(m bus.Message) bool { return kindOf(m) == 'C' }, false},
		{"before the start", 2, 300 * time.Millisecond, nil, false},
		{"settling", 2, 2 * time.Second, nil, true},
		{"in the window", 2, 12 * time.Second, nil, true},
		{"after the window", 2, 22200 * time.Millisecond, nil, true},
		{"draining", 2, 23 * time.Second, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			try(t, tt.workers, func(_ *trial, m bus.Message) []time.Duration {
				if tt.lose != nil && tt.lose(m) {
					return nil
				}
				return []time.Duration{0}
			}, func(x *trial) {
				if tt.workers < 2 {
					x.c.Close()
					x.c = x.controller(2)
				}
				x.plan.MaxStart = 0
				took, p, err := x.canceled(func(cancel context.CancelCauseFunc) {
					time.AfterFunc(tt.at, func() { cancel(stop) })
				})
				if !errors.Is(err, stop) || took > time.Second {
					t.Errorf("%v after %v", err, took)
				}
				time.Sleep(time.Second)
				if n := x.engine.Stats().Active; n > 0 {
					t.Errorf("%d requests are open", n)
				}
				if tt.rows != (p != nil && len(p.Rows) > 0) || tt.rows && len(p.Rows) != x.engine.Stats().Requests {
					t.Errorf("%d requests, and %v", x.engine.Stats().Requests, p)
				}
			})
		})
	}
}

// A second call of Phase during one is an error at once, whatever the first is at, which goes on.
func TestOnePhaseAtATime(t *testing.T) {
	for _, at := range []time.Duration{1, 300 * time.Millisecond, 5 * time.Second, 23 * time.Second} { // preparing, in the window, draining
		try(t, 2, nil, func(x *trial) {
			var second sync.WaitGroup
			second.Go(func() {
				time.Sleep(at)
				begun, plan := time.Now(), x.plan
				if p, err := x.c.Phase(x.t.Context(), &plan, record.Watch{}); p != nil || err != errUnderWay || !time.Now().Equal(begun) {
					t.Errorf("at %v: %v after %v, and a phase: %t", at, err, time.Since(begun), p != nil)
				}
				if err := x.c.Gather(x.t.Context()); err != nil || x.c.Capacity() != 16 {
					t.Errorf("at %v: %v, a capacity of %d", at, err, x.c.Capacity())
				}
			})
			x.valid()
			second.Wait()
			x.valid()
		})
	}
}

// A controller that is closed during a phase ends it, and says so of itself rather than of a worker.
func TestClosedInAPhase(t *testing.T) {
	for _, at := range []time.Duration{300 * time.Millisecond, 5 * time.Second, 23 * time.Second} {
		try(t, 2, nil, func(x *trial) {
			var closing time.Time
			time.AfterFunc(at, func() {
				closing = time.Now()
				x.c.Close()
			})
			p, err := x.c.Phase(x.t.Context(), &x.plan, record.Watch{})
			if took := time.Since(closing); err != errClosed || p != nil && p.Fault != "" || took > time.Second {
				t.Errorf("at %v: %v after %v", at, err, took)
			}
			time.Sleep(time.Second)
			if n := x.engine.Stats().Active; n > 0 {
				t.Errorf("at %v: %d requests are open", at, n)
			}
			for name, w := range x.workers {
				if err := <-w.done; err != nil {
					t.Errorf("at %v: worker %s: %v", at, name, err)
				}
				delete(x.workers, name)
			}
			if _, err := x.c.Phase(x.t.Context(), &x.plan, record.Watch{}); err != errClosed {
				t.Errorf("at %v: %v after the end", at, err)
			}
		})
	}
}

// kindOf returns the kind of a message.
func kindOf(m bus.Message) byte {
	if _, err := wire.Decode(m.Data); err != nil {
		return 0
	}
	return m.Data[0]
}

// A watch that takes its time keeps nobody from being heard, and no lease from being renewed.
func TestSlowWatch(t *testing.T) {
	for _, takes := range []time.Duration{2 * time.Second, 12 * time.Second} {
		try(t, 2, nil, func(x *trial) {
			x.plan.Fixed, x.plan.Measure, x.plan.LookEvery = true, 40*time.Second, time.Second
			looks, before := 0, x.engine.Stats().Requests
			p := x.phase(record.Watch{
				Look:     func(*record.Phase) bool { looks++; time.Sleep(takes); return false },
				Progress: func(record.Progress) { time.Sleep(takes) },
			})
			if p.Fault != "" || looks < 3 || p.WindowEnd-p.Settled != x.plan.Measure {
				t.Errorf("%q after %d looks, window %v", p.Fault, looks, p.WindowEnd-p.Settled)
			}
			if n := x.engine.Stats().Requests - before; len(p.Rows) != n {
				t.Errorf("%d rows of %d requests", len(p.Rows), n)
			}
		})
	}
}
