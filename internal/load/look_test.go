package load_test

import (
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
