package load_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

// Three agents start a second apart and settle for 3 s, so that the window may begin at 5 s.
// It waits 10 s more at most for the first token of each that has begun a request.
var cold = record.Shape{Agents: 3, SpawnRate: 1, Settle: 3 * sec, FirstTokens: 10 * sec, Measure: 20 * sec, Fixed: true}

// firstTokens are cases of it: when each agent has its first token, since it started; 0 for
// one that begins no request, and what follows of it.
var firstTokens = []struct {
	name    string
	firsts  [3]time.Duration
	fails   bool // instead
	settled time.Duration
}{
	{"all before", [3]time.Duration{sec, sec, sec}, false, 5 * sec},
	{"the last at once", [3]time.Duration{sec, sec, 3 * sec}, false, 5 * sec},
	{"the last one later", [3]time.Duration{sec, sec, 6700 * time.Millisecond}, false, 8700 * time.Millisecond},
	{"the first one last", [3]time.Duration{12 * sec, sec, 3 * sec}, false, 12 * sec},
	{"at the latest", [3]time.Duration{15 * sec, sec, sec}, false, 15 * sec},
	{"not at all in time", [3]time.Duration{90 * sec, sec, 100 * sec}, false, 15 * sec},
	{"one that begins nothing is not waited for", [3]time.Duration{0, sec, 4 * sec}, false, 6 * sec},
	{"an end counts as well", [3]time.Duration{sec, sec, 7 * sec}, true, 9 * sec},
}

// By hand: the window is told what happens, and of the time as often as it wants, in either
// order of one instant.
func TestFirstTokensByHand(t *testing.T) {
	const step = 100 * time.Millisecond
	for _, tt := range firstTokens {
		for _, tickFirst := range []bool{false, true} {
			w := load.NewWindow(cold)
			var tickets [3]load.Ticket
			next, ended := time.Duration(0), time.Duration(0)
			for now := time.Duration(0); now <= 40*sec; now += step {
				tick := func() {
					if now >= next && ended == 0 {
						var ok bool
						if next, ok = w.Tick(now); !ok {
							ended = now
						}
					}
				}
				if tickFirst {
					tick()
				}
				for i := range tickets {
					start := time.Duration(i) * sec
					if now == start {
						w.Spawned()
						if tt.firsts[i] > 0 {
							tickets[i] = w.Begin(i, now)
						}
					}
					if now == start+tt.firsts[i] && tt.firsts[i] > 0 {
						if tt.fails {
							w.End(tickets[i], now, false)
							tickets[i] = w.Begin(i, now) // which is not waited for
						} else {
							w.First(i, now)
						}
					}
				}
				tick()
				if got := w.Settled(now); got != (now >= tt.settled) {
					t.Fatalf("%s: at %v begun %v, want it to begin at %v", tt.name, now, got, tt.settled)
				}
				if stage := w.Progress(now).Stage; (stage == "spawning" || stage == "settling") != (now < tt.settled) {
					t.Fatalf("%s: %s at %v", tt.name, stage, now)
				}
			}
			var h record.Header
			w.Fill(&h, 40*sec)
			if h.Settled != tt.settled || h.WindowEnd != tt.settled+20*sec || h.Ending != record.Complete || ended != h.WindowEnd {
				t.Errorf("%s: window from %v to %v, %q, told at %v", tt.name, h.Settled, h.WindowEnd, h.Ending, ended)
			}
		}
	}
}

// The same in a phase, in virtual time, with looks from the window's beginning on. What an
// agent sends at the instant at which the window begins is in it.
func TestFirstTokens(t *testing.T) {
	for _, tt := range firstTokens {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var looks []time.Duration
				p, err := load.Run(t.Context(), load.Config{
					Shape: cold, LookEvery: 4 * sec,
					Look: func(p *record.Phase) bool {
						looks = append(looks, p.End)
						return false
					},
				}, func(soft, hard context.Context, a *load.Agent) error {
					for n := 0; soft.Err() == nil; n++ {
						wait := sec
						if n == 0 {
							wait = tt.firsts[a.Index]
						}
						if wait == 0 {
							<-soft.Done()
							return nil
						}
						q := a.Begin(record.New())
						select {
						case <-time.After(wait):
						case <-hard.Done():
						}
						if n == 0 && !tt.fails && hard.Err() == nil {
							q.First(time.Now())
						}
						q.End(metrics.Timing{}, context.Cause(hard))
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if p.Settled != tt.settled || p.WindowEnd != tt.settled+20*sec || p.Ending != record.Complete {
					t.Errorf("window from %v to %v, %q; want it from %v", p.Settled, p.WindowEnd, p.Ending, tt.settled)
				}
				if len(looks) == 0 || looks[0] != tt.settled+4*sec {
					t.Errorf("looks at %v, want the first 4s after %v", looks, tt.settled)
				}
			})
		})
	}
}

// A phase whose time is out while its window waits for first tokens ends with an empty one.
func TestFirstTokensTimeout(t *testing.T) {
	s := cold
	s.Timeout = 9 * sec
	w := load.NewWindow(s)
	w.Spawned()
	w.Begin(0, 0)
	w.Tick(5 * sec)
	if next, ok := w.Tick(8 * sec); !ok || next != 9*sec {
		t.Errorf("tick at %v, %v", next, ok)
	}
	w.Tick(9 * sec)
	var h record.Header
	w.Fill(&h, 9*sec)
	if h.Ending != record.TimedOut || h.Settled != 9*sec || h.WindowEnd != 9*sec || h.Window() != 0 {
		t.Errorf("%q, from %v to %v", h.Ending, h.Settled, h.WindowEnd)
	}
}
