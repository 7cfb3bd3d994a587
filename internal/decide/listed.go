package decide

import (
	"cmp"

	"github.com/agentperf/agentperf-go/search"
)

// A want is what one tier would measure next.
type want struct {
	tier, n int
	sure    bool
	verdict search.Verdict
}

// listed returns what a tier wants of the numbers of a list: a verdict on each that has none
// and may still get one.
func (c *controlled) listed(i int) (ws []want) {
	known := make(map[int]belief)
	for _, b := range c.beliefs(i) {
		known[b.N] = b
	}
	for _, n := range c.bounds.List {
		ws = append(ws, c.decideOne(i, n, known)...)
	}
	return ws
}

// inTurn orders wants of a list by how long their numbers have waited, so that each is
// measured once before any is again, and all see the same moods of the system.
func (c *controlled) inTurn(a, b want) int {
	return cmp.Or(c.latest(a.n)-c.latest(b.n), a.n-b.n, a.tier-b.tier)
}

// decideOne returns the wants to decide a number whatever the verdict.
func (c *controlled) decideOne(i, n int, known map[int]belief) []want {
	if b, asked := known[n]; asked && (b.Sure || b.Spent) {
		return nil
	}
	return []want{{i, n, true, search.Pass}, {i, n, true, search.Fail}}
}
