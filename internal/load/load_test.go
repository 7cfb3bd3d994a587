package load_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

const sec = time.Second

// worker sends requests of the given length, one after the other; a negative
// length is a pause. Every third
// completes a piece of work.
type driver struct {
	mu     sync.Mutex
	cut    int
	length func(worker, n int) time.Duration
	fails  bool
}

func (l *driver) work(soft, hard context.Context, w *load.Agent) error {
	for n := 0; soft.Err() == nil; n++ {
		length := l.length(w.Index, n)
		if length < 0 {
			select {
			case <-time.After(-length):
			case <-soft.Done():
			}
			continue
		}
		row := record.New()
		row.Play = record.None
		request := w.Begin(row)
		select {
		case <-time.After(length):
		case <-hard.Done():
			l.mu.Lock()
			l.cut++
			l.mu.Unlock()
			request.End(metrics.Timing{}, context.Cause(hard))
			return nil
		}
		if l.fails {
			request.End(metrics.Timing{}, errors.New("failed"))
		} else {
			request.End(metrics.Timing{}, nil)
		}
		if n%3 == 2 {
			w.Completed()
		}
	}
	return nil
}

func measured(p *record.Phase) (n int) {
	for i := range p.Rows {
		if p.Measured(&p.Rows[i]) {
			n++
		}
	}
	return n
}

func each(d time.Duration) func(int, int) time.Duration {
	return func(int, int) time.Duration { return d }
}

// A scenario is a phase and what must come of it.
type scenario struct {
	name     string
	cfg      load.Config
	length   func(worker, n int) time.Duration
	fails    bool
	ending   record.Ending
	settled  time.Duration
	window   time.Duration // end of the window, from the start
	end      time.Duration
	measured int
	cut      int

	completed int // in the window, if given
}

var scenarios = []scenario{
	{
		// Workers start at 0, 0.5, 1 and 1.5 s; the window is [3.5 s, 13.5 s).
		// Requests begin at each one's start plus whole seconds: worker 1 and
		// 3 begin one at 3.5 s, which counts, and at 13.5 s, which does not.
		name: "window", cfg: load.Config{Shape: record.Shape{Agents: 4, SpawnRate: 2, Settle: 2 * sec, Measure: 10 * sec, Drain: 30 * sec}},
		length: each(sec), ending: record.Complete, settled: 3500 * time.Millisecond, window: 13500 * time.Millisecond,
		// The last measured begin at 13 s. The first of them to end, at 14 s,
		// makes room for one more.
		end: 15 * sec, measured: 40,
	},
	{
		// A measured request of 60.5 s keeps the other worker busy until it ends.
		name: "load goes on", cfg: load.Config{Shape: record.Shape{Agents: 2, Measure: 10 * sec, Drain: 30 * sec}},
		length: func(w, n int) time.Duration {
			if w == 1 && n == 9 {
				return 60500 * time.Millisecond
			}
			return sec
		},
		ending: record.Complete, window: 10 * sec, end: 70 * sec, measured: 20,
	},
	{
		// What is not measured is cut when the drain time has passed.
		name: "drain", cfg: load.Config{Shape: record.Shape{Agents: 2, Measure: 9500 * time.Millisecond, Drain: 30 * sec}},
		length: func(w, n int) time.Duration {
			switch {
			case w == 1 && n == 9:
				return 900 * time.Millisecond // from 9 s, so that one more follows
			case w == 1 && n == 10:
				return 600 * sec
			}
			return sec
		},
		ending: record.Complete, window: 9500 * time.Millisecond, end: 40 * sec, measured: 20, cut: 1,
	},
	{
		// Three completions each: worker 1 needs 9 requests of 3 s.
		name: "minimum per worker", cfg: load.Config{Shape: record.Shape{Agents: 2, Measure: 10 * sec, MinPerAgent: 3}},
		length: func(w, n int) time.Duration { return time.Duration(800+2200*w) * time.Millisecond },
		// Worker 0 is at its 34th of 0.8 s then.
		ending: record.Complete, window: 27 * sec, end: 27200 * time.Millisecond, measured: 34 + 9, cut: -1,
	},
	{
		// Every third second completes; 3 s is before the window, 18 s after.
		name: "completed in the window", cfg: load.Config{Shape: record.Shape{Agents: 1, Settle: 5 * sec, Measure: 10500 * time.Millisecond, Drain: 3 * sec}},
		length: each(sec), ending: record.Complete, settled: 5 * sec, window: 15500 * time.Millisecond, end: 16 * sec, measured: 11, completed: 4,
	},
	{
		name: "minimum in all", cfg: load.Config{Shape: record.Shape{Agents: 1, Measure: 10 * sec, MinTotal: 7}},
		length: each(sec), ending: record.Complete, window: 21 * sec, end: 21 * sec, measured: 21, cut: -1,
	},
	{
		name: "timeout", cfg: load.Config{Shape: record.Shape{Agents: 1, Settle: 5 * sec, Measure: 10 * sec, MinTotal: 100, Timeout: 20500 * time.Millisecond, Drain: sec}},
		length: each(sec), ending: record.TimedOut, settled: 5 * sec, window: 20500 * time.Millisecond, end: 21 * sec, measured: 16,
	},
	{
		// Worker 1 is held up by a request from before the window, which
		// waits for it. The other's requests begin at whole seconds.
		name: "held up", cfg: load.Config{Shape: record.Shape{Agents: 2, Settle: 3 * sec, Measure: 10 * sec, Timeout: 60 * sec}},
		length: func(w, n int) time.Duration {
			if w == 1 && n == 0 {
				return 20500 * time.Millisecond
			}
			return sec
		},
		ending: record.Complete, settled: 3 * sec, window: 20500*time.Millisecond + 1, end: 21500 * time.Millisecond, measured: 18 + 1, cut: -1,
	},
	{
		// Nobody is waited for; the request that is open at the end has
		// the drain time and ends in it, the other is cut.
		name: "fixed", cfg: load.Config{Shape: record.Shape{Agents: 3, Settle: 3 * sec, Measure: 10500 * time.Millisecond, MinTotal: 1000, Fixed: true, Drain: 5 * sec}},
		length: func(w, n int) time.Duration {
			switch w {
			case 1:
				return 15 * sec
			case 2:
				return 100 * sec
			}
			return sec
		},
		ending: record.Complete, settled: 3 * sec, window: 13500 * time.Millisecond, end: 18500 * time.Millisecond, measured: 11, cut: 1,
	},
	{
		// Worker 1 pauses for longer than the window: nobody waits for it.
		name: "pausing", cfg: load.Config{Shape: record.Shape{Agents: 2, Settle: 3 * sec, Measure: 10500 * time.Millisecond}},
		length: func(w, n int) time.Duration {
			if w == 1 && n == 1 {
				return -600 * sec
			}
			return sec
		},
		ending: record.Complete, settled: 3 * sec, window: 13500 * time.Millisecond, end: 14 * sec, measured: 11,
	},
	{
		name: "never served", cfg: load.Config{Shape: record.Shape{Agents: 2, Settle: 3 * sec, Measure: 10 * sec, Timeout: 30500 * time.Millisecond, Drain: 5 * sec}},
		length: func(w, n int) time.Duration { return time.Duration(1+w*600) * sec },
		ending: record.TimedOut, settled: 3 * sec, window: 30500 * time.Millisecond, end: 36 * sec, measured: 28, cut: 1,
	},
	{
		// The time-out is the least that the phase takes.
		name: "just in time", cfg: load.Config{Shape: record.Shape{Agents: 1, Settle: 3 * sec, Measure: 10500 * time.Millisecond, Timeout: 13500 * time.Millisecond}},
		length: each(sec), ending: record.Complete, settled: 3 * sec, window: 13500 * time.Millisecond, end: 14 * sec, measured: 11,
	},
	{
		name: "patience", cfg: load.Config{Shape: record.Shape{Agents: 1, Measure: 10500 * time.Millisecond, Patience: 30 * sec, Drain: 10 * sec}},
		length: func(w, n int) time.Duration {
			if n == 5 {
				return 600 * sec
			}
			return sec
		},
		ending: record.Complete, window: 10500 * time.Millisecond, end: 50500 * time.Millisecond, measured: 6, cut: 1,
	},
	{
		// An answer that takes its time is not given up for others' fast
		// failures; when it fails too, all is given up.
		name: "slow but not dead", cfg: load.Config{Shape: record.Shape{Agents: 2, Measure: 60 * sec, GiveUp: 3, Drain: sec}},
		length: func(w, n int) time.Duration { return time.Duration(1+w*9) * sec },
		fails:  true, ending: record.Dead, window: 10 * sec, end: 10 * sec, measured: -1, cut: -1,
	},
	{
		name: "nothing succeeds", cfg: load.Config{Shape: record.Shape{Agents: 4, Settle: 100 * sec, Measure: 10 * sec, GiveUp: 3, Drain: sec}},
		length: each(sec), fails: true, ending: record.Dead, settled: 100 * sec, window: 3 * sec, end: 3 * sec, cut: -1,
	},
}

func TestPhases(t *testing.T) {
	for _, tt := range scenarios {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &driver{length: tt.length, fails: tt.fails}
				r, err := load.Run(t.Context(), tt.cfg, l.work)
				if err != nil {
					t.Fatal(err)
				}
				if r.Ending != tt.ending {
					t.Errorf("ending %q, want %q", r.Ending, tt.ending)
				}
				if got := r.Settled; got != tt.settled {
					t.Errorf("settled at %v, want %v", got, tt.settled)
				}
				if got := r.WindowEnd; got != tt.window {
					t.Errorf("window ends at %v, want %v", got, tt.window)
				}
				if tt.completed > 0 && r.Completed != tt.completed {
					t.Errorf("%d completed in the window, want %d", r.Completed, tt.completed)
				}
				if got := r.End; got != tt.end {
					t.Errorf("ends at %v, want %v", got, tt.end)
				}
				if got := measured(r); tt.measured >= 0 && got != tt.measured {
					t.Errorf("%d measured, want %d", got, tt.measured)
				}
				if tt.cut >= 0 && l.cut != tt.cut {
					t.Errorf("%d cut, want %d", l.cut, tt.cut)
				}
			})
		})
	}
}

func TestCancelEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5500*time.Millisecond, func() { cancel(why) })
		l := &driver{length: each(600 * sec)}
		r, err := load.Run(ctx, load.Config{Shape: record.Shape{Agents: 3, SpawnRate: 0.4, Measure: 100 * sec, Drain: 30 * sec}}, l.work)
		if !errors.Is(err, why) || r.Ending != record.Interrupted || r.End != 5500*time.Millisecond || l.cut != 3 {
			t.Errorf("%v, %+v, %d cut", err, r, l.cut)
		}
	})
}

func TestWorkErrorEndsThePhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("disk full")
		r, err := load.Run(t.Context(), load.Config{Shape: record.Shape{Agents: 5, Measure: 100 * sec}}, func(soft, hard context.Context, w *load.Agent) error {
			if w.Index == 3 {
				time.Sleep(2 * sec)
				return broken
			}
			<-soft.Done()
			return nil
		})
		if !errors.Is(err, broken) || r.End != 2*sec {
			t.Errorf("%v after %v", err, r.End)
		}
	})
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stages []string
		l := &driver{length: each(1300 * time.Millisecond)}
		_, err := load.Run(t.Context(), load.Config{Shape: record.Shape{
			Agents: 3, SpawnRate: 1, Settle: 2 * sec, Measure: 3 * sec, MinTotal: 3, MinPerAgent: 1,
		}, Interval: 1500 * time.Millisecond,
			Progress: func(s record.Progress) { stages = append(stages, s.Stage+": "+strings.Join(s.Pending, ", ")) },
		}, l.work)
		want := []string{
			"spawning: 1 to start, 3s to measure, 0 of 3 completed, 0 of 1 by the slowest",
			"settling: 1s to settle, 3s to measure, 0 of 3 completed, 0 of 1 by the slowest",
			"measuring: 2.5s to measure, 3 wait for requests from before, 0 of 3 completed, 0 of 1 by the slowest",
			"measuring: 1s to measure, 2 of 3 completed, 0 of 1 by the slowest",
			// Worker 0 completes its own at 3.9 s, too early, and 7.8 s.
			"measuring: 2 of 3 completed, 0 of 1 by the slowest",
		}
		if err != nil || len(stages) != len(want) {
			t.Fatalf("stages %q, %v", stages, err)
		}
		for i := range want {
			if stages[i] != want[i] {
				t.Errorf("stages %q, want %q", stages, want)
				break
			}
		}
	})
}
