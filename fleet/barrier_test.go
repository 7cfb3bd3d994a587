package fleet

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// starts returns when each worker sent its first request of the phase that begins after this, and
// forgets those before.
func (w *world) starts() func() map[string]time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := make(map[string]time.Time)
	w.first = first
	return func() map[string]time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return first
	}
}

// The agents of all workers start at the same instant, though no two have the same clock, and
// messages take the same time there as back.
func TestBarrier(t *testing.T) {
	for _, delay := range []time.Duration{0, 10 * time.Millisecond, 200 * time.Millisecond} {
		try(t, 4, func(*trial, bus.Message) []time.Duration { return []time.Duration{delay} }, func(x *trial) {
			first := x.starts()
			// A clock that is known to 200 ms is not known well enough, and right all the same.
			if delay < mostClockError {
				x.valid()
			} else {
				x.invalid("the clock of worker w0 is known to 200ms")
			}
			if got := first(); len(got) != 4 || !got["w0"].Equal(got["w1"]) || !got["w0"].Equal(got["w2"]) || !got["w0"].Equal(got["w3"]) {
				t.Errorf("%v: %v", delay, got)
			}
		})
	}
}

// A way that is longer there than back makes a worker start early, and the error of its clock says
// by how much at most.
func TestLopsidedWay(t *testing.T) {
	const back = 4 * time.Millisecond
	var there atomic.Int64
	there.Store(int64(30 * time.Millisecond))
	try(t, 2, func(_ *trial, m bus.Message) []time.Duration {
		switch {
		case m.To == "w1":
			return []time.Duration{time.Duration(there.Load())}
		case m.From == "w1":
			return []time.Duration{back}
		}
		return []time.Duration{0}
	}, func(x *trial) {
		first := x.starts()
		p := x.phase(record.Watch{})
		got := first()
		// By hand: half of the round trip is taken for the way there, 17 ms of 30 ms. Its clock
		// seems 13 ms ahead, so that it starts 13 ms late.
		if late := got["w1"].Sub(got["w0"]); p.Fault != "" || late != 13*time.Millisecond {
			t.Errorf("it starts %v late, %q", late, p.Fault)
		}
		if e := p.Clients[1].ClockError; e < 13*time.Millisecond || e > 40*time.Millisecond {
			t.Errorf("the error of its clock is %v", e)
		}
		if e := p.Clients[0].ClockError; e != 0 {
			t.Errorf("the error of the other is %v", e)
		}
		there.Store(int64(120 * time.Millisecond))
		x.invalid("the clock of worker w1")
	})
}

// A worker that is told too late to start does not, the phase is invalid, and the next is valid.
func TestToldTooLate(t *testing.T) {
	var late atomic.Bool
	late.Store(true)
	try(t, 2, func(_ *trial, m bus.Message) []time.Duration {
		if message, _ := wire.Decode(m.Data); message != nil && m.To == "w1" && late.Load() {
			if o, ok := message.(*wire.Order); ok && o.Stage == wire.Run {
				return []time.Duration{5 * time.Second} // and all that is behind it
			}
		}
		return []time.Duration{0}
	}, func(x *trial) {
		x.invalid("worker w1")
		late.Store(false)
		if n := x.sentBy("w1"); n > 0 {
			t.Errorf("it has sent %d requests", n)
		}
		x.valid()
	})
}
