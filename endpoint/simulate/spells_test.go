package simulate_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/simulate"
)

// Spells of 2 s every 10 s, at 10 ms a step: what a request gets that is sent so
// long after the first one.
func TestSpells(t *testing.T) {
	const second = time.Second
	spells := simulate.Spells{Every: 10 * second, Length: 2 * second, Delay: 3500 * ms, Slowdown: 1}
	early := spells
	early.First = 4 * second
	for _, tt := range []struct {
		name   string
		spells simulate.Spells
		sent   time.Duration
		ttft   time.Duration
		after  time.Duration // for 10 tokens after the first
	}{
		{"none", simulate.Spells{}, 10 * second, 10 * ms, 100 * ms},
		{"before the first", spells, 9 * second, 10 * ms, 100 * ms},
		// Held up until 13.5 s, when the spell is over.
		{"at its beginning", spells, 10 * second, 3510 * ms, 100 * ms},
		{"in the third", spells, 31 * second, 3510 * ms, 100 * ms},
		{"just before its end", spells, 12*second - 1, 3510 * ms, 100 * ms},
		{"at its end", spells, 12 * second, 10 * ms, 100 * ms},
		{"between", spells, 29 * second, 10 * ms, 100 * ms},
		{"early, before", early, 4*second - 110*ms, 10 * ms, 100 * ms},
		{"early", early, 5 * second, 3510 * ms, 100 * ms},
		{"early, after", early, 6 * second, 10 * ms, 100 * ms},
		{"early, again", early, 15 * second, 3510 * ms, 100 * ms},
		// The step that begins 1 ns before a spell is no slower, those that
		// begin in it are: 1 + 9 of 20 ms.
		{"runs into one", spells, 10*second - 10*ms - 1, 10 * ms, 10*ms + 9*20*ms},
		// Of 11 steps, 5 begin before 12 s.
		{"runs out of one", simulate.Spells{Every: 10 * second, Length: 2 * second, Slowdown: 1}, 12*second - 100*ms, 20 * ms, 4*20*ms + 6*10*ms},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := client(t, system(t, simulate.Config{Spells: tt.spells}))
				time.Sleep(time.Minute) // the first request begins the time
				sent := time.Now().Add(tt.sent)
				must(t, c, body(1, message("a", 20)))
				time.Sleep(time.Until(sent))
				r := must(t, c, body(11, message("a", 20)))
				if r.ttft() != tt.ttft || r.Last-r.First != tt.after {
					t.Errorf("TTFT %v, then %v; want %v, then %v", r.ttft(), r.Last-r.First, tt.ttft, tt.after)
				}
			})
		})
	}
}

// 3.5 s late for 60 s in 1,000: of requests sent at a constant rate, 6 % are.
func TestSpellsInTheLongRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(t, system(t, simulate.Config{Spells: simulate.Spells{Every: 1000 * time.Second, Length: time.Minute, Delay: 3500 * ms}}))
		began := time.Now()
		late := 0
		const n = 1000
		for i := range n {
			time.Sleep(time.Until(began.Add(time.Duration(i) * 10 * time.Second)))
			if r := must(t, c, body(1, message("a", 20))); r.ttft() == 3510*ms {
				late++
			} else if r.ttft() != 10*ms {
				t.Errorf("TTFT %v", r.ttft())
			}
		}
		// Ten thousand seconds, of which the first thousand have no spell.
		if late != 9*6 {
			t.Errorf("%d of %d late, want 54", late, n)
		}
	})
}
