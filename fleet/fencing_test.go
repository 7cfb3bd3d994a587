package fleet

import (
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// latest returns when a worker began its last request.
func (w *world) latestOf(worker string) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.latest[worker]
}

// cutting is what cutting requests takes: until a worker sees the end of its lease, and until the
// controller, which it tells, has told the others.
const cutting = guardEvery + 2*advanceEvery + 10*time.Millisecond

// A worker that is cut off stops by the end of its lease, the phase is invalid and names it, and
// once it is back the phase is repeated with the same agents on the same workers.
func TestCutOff(t *testing.T) {
	for _, who := range []string{"w1", bus.Controller} {
		try(t, 2, nil, func(x *trial) {
			x.valid()
			var cut time.Time
			x.after(5*time.Second, func() {
				cut = time.Now()
				x.hub.Cut(who)
				time.Sleep(DefaultLease + cutting)
				if n := x.engine.Stats().Active; n > 0 {
					t.Errorf("%d requests are open %v after the %s was cut off", n, time.Since(cut), who)
				}
				x.hub.Heal(who)
			})
			words := []string{"nothing was heard of worker w"}
			if who == "w1" {
				words[0] += "1"
			}
			p := x.invalid(words...)
			x.afters.Wait()
			time.Sleep(time.Minute)
			for _, name := range []string{"w0", "w1"} {
				if late := x.latestOf(name).Sub(cut); late > DefaultLease {
					t.Errorf("%s sent a request %v after it was cut off", name, late)
				}
			}
			if again := x.valid(); again.Owners[1] != p.Owners[1] || again.Owners[0] != p.Owners[0] {
				t.Error("the agents have moved")
			}
		})
	}
}

// Less than a lease changes nothing.
func TestCutOffBriefly(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		for _, who := range []string{"w1", bus.Controller} {
			x.after(5*time.Second, func() {
				x.hub.Cut(who)
				time.Sleep(DefaultLease - 2*sayEvery)
				x.hub.Heal(who)
			})
			x.valid()
		}
	})
}

// A worker that hears nothing, while it is heard, stops too.
func TestDeafWorker(t *testing.T) {
	var deaf atomic.Bool
	try(t, 2, func(_ *trial, m bus.Message) []time.Duration {
		if deaf.Load() && m.To == "w1" {
			return nil
		}
		return []time.Duration{0}
	}, func(x *trial) {
		x.after(5*time.Second, func() {
			deaf.Store(true)
			time.Sleep(DefaultLease + cutting)
			if n := x.engine.Stats().Active; n > 0 {
				t.Errorf("%d requests are open", n)
			}
			deaf.Store(false)
		})
		x.invalid("worker w1 has left the phase", "nothing was heard of the controller")
		x.valid()
	})
}

// A worker that is never back ends the wait with an error.
func TestWorkerGone(t *testing.T) {
	try(t, 2, nil, func(x *trial) {
		x.after(5*time.Second, func() { x.workers["w1"].stop(); delete(x.workers, "w1") })
		x.invalid("worker w1")
		begun := time.Now()
		_, err := x.c.Phase(x.t.Context(), &x.plan, record.Watch{})
		if !errors.Is(err, ErrWorkers) || time.Since(begun) != defaultWait {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		x.names(err.Error(), "w1")
	})
}

// Whatever lease a controller gives, a worker has it for a minute at most.
func TestLongestLease(t *testing.T) {
	for lease, want := range map[time.Duration]time.Duration{math.MaxInt64: time.Minute, time.Hour: time.Minute, 20 * time.Second: 20 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, new(endpointtest.Engine))
			conn := w.hub.Conn(bus.Controller)
			ordered := false
			var since, until time.Time
			conn.Subscribe(bus.From(DefaultFleet, "w0"), func(_ string, data []byte) {
				m, _ := wire.Decode(data)
				r, ok := m.(*wire.Report)
				switch {
				case !ok:
				case !ordered:
					ordered, since = true, time.Now()
					data, _ := wire.Encode(&wire.Order{N: 1, Controller: "c", Instance: r.Instance, Lease: lease, Stage: wire.Idle})
					conn.Publish(bus.To(DefaultFleet, "w0"), data)
				case r.Controller == "c":
					until = time.Now()
				}
			})
			p := w.start("w0", WorkerConfig{Workload: workload(t, 5, 20, 7, 33)})
			time.Sleep(2 * time.Minute)
			p.stop()
			if obeyed := until.Sub(since); obeyed <= want-2*sayEvery || obeyed > want {
				t.Errorf("a lease of %v: it obeys for %v, want %v", lease, obeyed, want)
			}
		})
	}
}
