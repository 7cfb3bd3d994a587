package load_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
)

// Look is asked from the beginning of the window on, and ends the phase at once: the
// load stops, and open requests have the time of Drain.
func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Duration
		l := &driver{length: func(worker, _ int) time.Duration {
			if worker == 1 {
				return 100 * sec // open from before the window, and cut
			}
			return 3 * sec
		}}
		r, err := load.Run(t.Context(), load.Config{Shape: record.Shape{
			Agents: 2, Settle: 4 * sec, Measure: 1000 * sec, Drain: 5 * sec,
		}, LookEvery: 10 * sec,
			Look: func(p *record.Phase) bool {
				asked = append(asked, p.Window())
				if p.Straddling != 1 || p.Ending != "" || len(p.Open) != 2 || len(p.Rows)+len(p.Open) < 3*len(asked) {
					t.Errorf("%+v", p)
				}
				return len(asked) == 3
			},
		}, l.work)
		if err != nil {
			t.Fatal(err)
		}
		if len(asked) != 3 || asked[0] != 10*sec || asked[2] != 30*sec {
			t.Errorf("asked at %v", asked)
		}
		if r.Ending != record.Decided || r.Window() != 30*sec || r.End-r.WindowEnd != 5*sec || l.cut != 1 {
			t.Errorf("%+v, %d cut", r, l.cut)
		}
		if len(r.Open) != 0 || len(r.Looks) != 3 {
			t.Errorf("%d open after the end, looks at %v", len(r.Open), r.Looks)
		}
		for _, row := range r.Rows {
			if row.Begun > r.WindowEnd {
				t.Errorf("a request began %v after the end", row.Begun-r.WindowEnd)
			}
		}
	})
}

// A look that is due at the very instant at which the window ends comes too late, in one process as
// in parts: at its full length, when an agent that straddled it has come to pause, and when its time
// is over.
func TestLookAtTheEnd(t *testing.T) {
	busy := func(int, int) time.Duration { return 3 * sec }
	for _, tt := range []struct {
		name   string
		shape  record.Shape
		every  time.Duration
		length func(agent, n int) time.Duration
		looks  int
		ending record.Ending
		window time.Duration
	}{
		{"fixed", record.Shape{Measure: 20 * sec, Fixed: true}, 4 * sec, busy, 4, record.Complete, 20 * sec},
		{"all are served", record.Shape{Measure: 20 * sec}, 5 * sec, busy, 3, record.Complete, 20 * sec},
		// Agent 1 is served 20.5 s into the window, and a second without a request is a pause.
		{"one pauses", record.Shape{Measure: 20 * sec}, 4300 * time.Millisecond, func(agent, n int) time.Duration {
			switch {
			case agent == 0:
				return 3 * sec
			case n == 0:
				return 24500 * time.Millisecond
			}
			return -1000 * sec
		}, 4, record.Complete, 21500 * time.Millisecond},
		{"it takes too long", record.Shape{Measure: 20 * sec, MinTotal: 1000, Timeout: 34 * sec}, 10 * sec, busy, 2, record.TimedOut, 30 * sec},
	} {
		tt.shape.Agents, tt.shape.Settle, tt.shape.Drain = 2, 4*sec, 5*sec
		for parts := range 3 { // 0 is one process
			t.Run(fmt.Sprint(tt.name, "/", parts), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					asked := 0
					watch := record.Watch{Look: func(p *record.Phase) bool {
						asked++
						return p.Window() >= tt.window
					}}
					var p *record.Phase
					if parts == 0 {
						var err error
						if p, err = load.Run(t.Context(), load.Config{Shape: tt.shape, Look: watch.Look, LookEvery: tt.every}, (&driver{length: tt.length}).work); err != nil {
							t.Fatal(err)
						}
					} else {
						c := &crowd{plan: record.Plan{Shape: tt.shape, LookEvery: tt.every}, watch: watch, parts: parts, length: tt.length}
						p, _ = c.run(t)
					}
					if p.Ending != tt.ending || p.Window() != tt.window || asked != tt.looks || len(p.Looks) != tt.looks {
						t.Errorf("%q after %v with looks at %v, want %q after %v with %d of them", p.Ending, p.Window(), p.Looks, tt.ending, tt.window, tt.looks)
					}
				})
			})
		}
	}
}
