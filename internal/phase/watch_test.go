package phase_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/internal/phase"
)

// Watch is asked from the beginning of the window on, and ends the phase at once: the
// load stops, and open requests have the time of Drain.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Duration
		closed := 0
		l := &load{length: func(worker, _ int) time.Duration {
			if worker == 1 {
				return 100 * sec // open from before the window, and cut
			}
			return 3 * sec
		}}
		r, err := phase.Run(t.Context(), phase.Config{
			Workers: 2, Settle: 4 * sec, Measure: 1000 * sec, Drain: 5 * sec, Look: 10 * sec,
			Closed: func() { closed++ },
			Watch: func(at phase.Times, heldUp int) bool {
				asked = append(asked, at.WindowEnd.Sub(at.Settled))
				if heldUp != 1 || !at.End.IsZero() {
					t.Errorf("%d held up, %+v", heldUp, at)
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
		if closed != 1 || r.Ending != phase.Decided || r.WindowEnd.Sub(r.Settled) != 30*sec || r.End.Sub(r.WindowEnd) != 5*sec || l.cut != 1 {
			t.Errorf("%+v, %d cut", r, l.cut)
		}
		for _, at := range l.requests {
			if at.After(r.WindowEnd) {
				t.Errorf("a request began %v after the end", at.Sub(r.WindowEnd))
			}
		}
	})
}
