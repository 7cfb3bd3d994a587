package decide

import (
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/search"
)

// scan returns the number to try between those that were tried, once all tiers are settled.
// What seems to fail below a number that holds is decided.
func (c *controlled) scan(q question) (question, bool) {
	if !c.Scan || len(c.bounds.List) > 0 {
		return q, false
	}
	first, last, _ := c.limits()
	q.probe = true
	most := 0
	for i := range c.tiers {
		s := stand(c.beliefs(i))
		most = max(most, s.Pass, s.Fail)
		for _, n := range c.doubtful(i) {
			if k := c.levels[i].numbers[n]; k.phases < scanPhases && !c.belief(i, n).Spent {
				q.n, q.tiers, q.why = n, []int{i}, "fewer agents seem to be too many"
				return q, true
			}
		}
	}
	tried := []int{first - 1}
	for _, n := range c.numbers() {
		if n >= first && n <= min(last, most) {
			tried = append(tried, n)
		}
	}
	widest := scanGap
	for k := 1; k < len(tried); k++ {
		a, b := max(tried[k-1], 1), tried[k]
		if gap := float64(b) / float64(a); b-tried[k-1] > 1 && gap > widest {
			widest = gap
			q.n = clampInt(int(math.Round(math.Sqrt(float64(a)*float64(b)))), tried[k-1]+1, b-1)
		}
	}
	q.why = "whether a number in between holds too"
	return q, q.n > 0
}

// doubtful returns the numbers below the largest that holds at which a tier seems to fail, in
// increasing order.
func (c *controlled) doubtful(i int) (ns []int) {
	beliefs := c.beliefs(i)
	s := stand(beliefs)
	for _, b := range beliefs {
		if b.N < s.Pass && b.Lean == search.Fail && !b.Sure {
			ns = append(ns, b.N)
		}
	}
	slices.Sort(ns)
	return ns
}

// scanPhases is the number of phases after which a number that seems to fail below others
// that hold is left as it is: where it is really too many, that is clear by then.
const scanPhases = 12

// scanGap is the ratio of two neighboring numbers up to which a scan leaves out those between
// them.
const scanGap = 1.1

// doubtfulPhases is the least number of phases from which a number that seems to fail below
// others that hold is told of: one alone may be chance.
const doubtfulPhases = 3
