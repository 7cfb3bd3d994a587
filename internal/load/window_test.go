package load_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

// hand is an agent of a phase that is driven by hand.
type hand struct {
	at      time.Duration // of what it does next
	up      bool
	open    bool
	pausing bool
	over    bool
	ticket  load.Ticket
	n       int // requests and pauses so far
	begun   []time.Duration
}

// A byHand drives a window as the clients of a fleet would: no clock, no goroutine, only
// what happens and when.
type byHand struct {
	window *load.Window
	of     scenario
	hands  []hand
	now    time.Duration
	tick   time.Duration // of the next tick
	ended  bool          // as it was told of then
	// tickFirst decides what the window is told first of one instant.
	tickFirst bool
	cut       time.Duration // at which what is open is cut
}

const never = time.Duration(1<<63 - 1)

func drive(of scenario, tickFirst bool) (h record.Header, measured int) {
	b := &byHand{window: load.NewWindow(of.cfg.Shape), of: of, hands: make([]hand, of.cfg.Agents), cut: never, tickFirst: tickFirst}
	for i := range b.hands {
		if of.cfg.SpawnRate > 0 {
			b.hands[i].at = time.Duration(float64(i) / of.cfg.SpawnRate * float64(sec))
		}
	}
	for b.step() {
	}
	b.window.Fill(&h, b.now)
	h.End = b.now
	for i := range b.hands {
		for _, at := range b.hands[i].begun {
			if h.Within(at) {
				measured++
			}
		}
	}
	return h, measured
}

// step does what is next, of one instant the tick first or last. It returns false when
// nothing is.
func (b *byHand) step() bool {
	next := never
	for i := range b.hands {
		if !b.hands[i].over {
			next = min(next, b.hands[i].at)
		}
	}
	if next == never {
		return false
	}
	if b.window.Over() {
		b.cut = min(b.cut, b.now+b.window.Drain())
		next = min(next, b.cut)
	} else {
		next = min(next, b.tick)
	}
	b.now = next
	if b.tickFirst {
		b.ticks()
	}
	for i := range b.hands {
		if a := &b.hands[i]; !a.over && (a.at <= b.now || b.cut <= b.now || b.window.Over() && !a.open) {
			b.act(i, a)
		}
	}
	b.ticks()
	return true
}

// ticks tells the window the time, where it wants to be told. When it has ended it may
// want to be told at another time.
func (b *byHand) ticks() {
	if ended := b.window.Ending() != ""; b.window.Over() || b.tick > b.now && ended == b.ended {
		return
	}
	var ok bool
	if b.tick, ok = b.window.Tick(b.now); !ok {
		b.tick = never
	}
	b.ended = b.window.Ending() != ""
}

// act does what an agent does now, as driver.work does it.
func (b *byHand) act(i int, a *hand) {
	switch {
	case a.open && a.at > b.now: // cut
		b.window.End(a.ticket, b.now, false)
		a.over = true
		return
	case a.open:
		b.window.End(a.ticket, b.now, !b.of.fails)
		if a.n%3 == 2 {
			b.window.Completed(i, b.now)
		}
		a.n++
	case a.pausing:
		a.n++
	}
	a.open, a.pausing = false, false
	if b.window.Over() {
		a.over = true
		return
	}
	if !a.up {
		a.up = true
		b.window.Spawned()
	}
	length := b.of.length(i, a.n)
	if length < 0 {
		a.pausing, a.at = true, b.now-length
		return
	}
	a.open, a.at = true, b.now+length
	a.begun, a.ticket = append(a.begun, b.now), b.window.Begin(i, b.now)
}

// A window that is told by hand what happens comes to what Run does of the same.
func TestWindowByHand(t *testing.T) {
	for _, tt := range scenarios {
		t.Run(tt.name, func(t *testing.T) {
			var ran *record.Phase
			synctest.Test(t, func(t *testing.T) {
				var err error
				l := &driver{length: tt.length, fails: tt.fails}
				if ran, err = load.Run(t.Context(), tt.cfg, l.work); err != nil {
					t.Fatal(err)
				}
			})
			want := record.Header{
				AllUp: ran.AllUp, Settled: ran.Settled, WindowEnd: ran.WindowEnd, End: ran.End, Ending: ran.Ending,
				Up: ran.Up, Completed: ran.Completed, Least: ran.Least, Straddling: ran.Straddling,
			}
			for _, tickFirst := range []bool{false, true} {
				got, n := drive(tt, tickFirst)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("Run and by hand (tick first: %v) differ: %s", tickFirst, diff)
				}
				if n != measured(ran) {
					t.Errorf("%d measured by hand (tick first: %v), %d by Run", n, tickFirst, measured(ran))
				}
			}
		})
	}
}

// A phase grows by its rows: what Run keeps beside them is of the agents, not of the
// requests.
func TestGrowth(t *testing.T) {
	const requests, mostRow = 100_000, 192
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	synctest.Test(t, func(t *testing.T) {
		before := heap()
		p, err := load.Run(t.Context(), load.Config{Shape: record.Shape{Agents: 1, Measure: requests * time.Millisecond}}, func(soft, hard context.Context, a *load.Agent) error {
			for soft.Err() == nil {
				request := a.Begin(record.New())
				time.Sleep(time.Millisecond)
				request.End(metrics.Timing{}, nil)
			}
			return nil
		})
		grown := heap() - before
		if err != nil || len(p.Rows) < requests {
			t.Fatalf("%d rows, %v", len(p.Rows), err)
		}
		t.Logf("%d bytes per request", grown/requests)
		// Appending grows a slice of this length by a quarter.
		if most := int64(requests * mostRow * 5 / 4); grown > most {
			t.Errorf("%d requests take %d bytes, want at most %d", requests, grown, most)
		}
		runtime.KeepAlive(p)
	})
}
