package decide

import (
	"math/rand/v2"
	"testing"

	"github.com/agentperf/agentperf-go/search"
)

// Of bounds with a ratio of 1.25 x 1.25 the one in the middle is a quarter from both, such as 20
// from 16 and 25.
func TestFar(t *testing.T) {
	for _, tt := range []struct {
		pass, fail int
		want       bool
	}{
		{16, 25, false}, {16, 26, true}, {8, 12, false}, {8, 13, true}, {9, 14, false}, {1, 2, true},
		{0, 5, false}, {5, 0, false}, {0, 0, false}, // a side is not decided
	} {
		if s := (standing{Pass: tt.pass, Fail: tt.fail}); s.far() != tt.want {
			t.Errorf("%d..%d is far: %v", tt.pass, tt.fail, !tt.want)
		}
	}
}

// sharpLimit is the limit of the system of decidedFar.
const sharpLimit = 20

// decidedFar returns a rule that has decided on numbers far below and above a limit.
func decidedFar(t *testing.T) *controlled {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 1))
	s, _ := classes[0].draw(rng, 0)
	s.drift = [2]float64{}
	for k := range s.curves {
		s.curves[k].limit = sharpLimit
	}
	c := newControlled(usual, twoCriteria, Bounds{Max: 4096})
	for _, n := range []int{10, 36, 10} { // a phase at 36 may unsettle 10
		want := search.Pass
		if n > sharpLimit {
			want = search.Fail
		}
		for i := 0; i < 60 && (i == 0 || !c.belief(0, n).Sure); i++ {
			plan := Plan{Agents: n, Draw: c.draws, Pace: c.pace(n), Tiers: []int{0}}
			if i == 0 {
				plan.Alpha = []Assignment{{Tier: 0, Agents: n, Verdict: want, Rank: 1}}
			}
			c.schedule(&plan)
			if err := c.Observe(plan, s.measure(rng, c, plan)); err != nil {
				t.Fatal(err)
			}
		}
		if b := c.belief(0, n); !b.Sure || b.Lean != want {
			t.Fatalf("%d agents are not decided: %+v", n, b)
		}
	}
	return c
}

// Once both sides are decided, nearer numbers are for the first part of a search, unless bounds
// are far apart: then they are for all of the budget, and of those on the two sides the one that
// is decided sooner is next. When none is in time, it is the one with the shortest projection.
func TestSharpenWhileFar(t *testing.T) {
	const limit = sharpLimit
	c := decidedFar(t)
	open := func(int) bool { return true }
	left := func() float64 { return c.Budget.Seconds() - c.elapsed }
	for _, far := range []bool{false, true} {
		c.elapsed = sharpenSeconds + 60
		a := aimed{at: limit + 0.5, open: open, far: far}
		low, high := a.sharper(c, limit, -1, 11, search.Pass), a.sharper(c, limit+1, 1, 35, search.Fail)
		if (low > 0) != far || (high > 0) != far {
			t.Errorf("far is %v, and %d and %d are next", far, low, high)
		}
		if !far {
			continue
		}
		x, y := c.remaining(0, low, search.Pass), c.remaining(0, high, search.Fail)
		if x > left() || y > left() {
			t.Errorf("of %.0f s %d would take %.0f and %d would take %.0f", left(), low, x, high, y)
		}
		soon := low
		if y < x {
			soon = high
		}
		if ws := c.soonest([]want{{0, low, true, search.Pass}, {0, high, true, search.Fail}}); len(ws) != 1 || ws[0].n != soon {
			t.Errorf("%d would take %.0f s and %d %.0f, and %v is next", low, x, high, y, ws)
		}
		c.elapsed = c.Budget.Seconds() - 1
		low, high = a.sharper(c, limit, -1, 11, search.Pass), a.sharper(c, limit+1, 1, 35, search.Fail)
		if low == 0 || high == 0 {
			t.Fatalf("%d and %d are next when no projection is in time", low, high)
		}
		x, y = c.remaining(0, low, search.Pass), c.remaining(0, high, search.Fail)
		for n := 11; n <= 35; n++ {
			if n <= limit && c.remaining(0, n, search.Pass) < x || n > limit && c.remaining(0, n, search.Fail) < y {
				t.Errorf("%d is decided sooner than %d and %d", n, low, high)
			}
		}
		c.elapsed = c.Budget.Seconds()
		if n := a.sharper(c, limit, -1, 11, search.Pass); n != 0 {
			t.Errorf("%d is next when the budget is over", n)
		}
	}
}
