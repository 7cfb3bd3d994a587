package fleet

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
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
