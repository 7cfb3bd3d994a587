package trajectory

import (
	"slices"
	"sort"
)

// levels are the numbers of tokens that agents hold, and for how long.
type levels []level

type level struct {
	tokens int
	until  float64 // seconds at this level; once sorted, at this level or below
}

// add adds what an agent holds in one trajectory.
func (l *levels) add(changes []change) {
	held := 0
	for i, c := range changes {
		held += c.tokens
		if i+1 < len(changes) && changes[i+1].at > c.at {
			*l = append(*l, level{held, changes[i+1].at - c.at})
		}
	}
}

func (l levels) sort() {
	slices.SortFunc(l, func(a, b level) int { return a.tokens - b.tokens })
	sum := 0.0
	for i := range l {
		sum += l[i].until
		l[i].until = sum
	}
}

// quantiles returns n quantiles of sorted levels, nil if there are none.
func (l levels) quantiles(n int) []float64 {
	if n <= 0 || len(l) == 0 {
		return nil
	}
	q := make([]float64, n)
	for i := range q {
		at := (float64(i) + 0.5) / float64(n) * l[len(l)-1].until
		k := sort.Search(len(l)-1, func(k int) bool { return l[k].until >= at })
		q[i] = float64(l[k].tokens)
	}
	return q
}
