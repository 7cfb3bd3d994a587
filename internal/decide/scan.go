package decide

import (
	"math"
)

// scan returns the number to try between those that were tried, once all tiers are settled.
func (c *controlled) scan(q question) (question, bool) {
	if !c.Scan {
		return q, false
	}
	first, last, _ := c.limits()
	most := 0
	for i := range c.tiers {
		s := stand(c.beliefs(i))
		most = max(most, s.Pass, s.Fail)
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

// scanGap is the ratio of two neighboring numbers up to which a scan leaves out those between
// them.
const scanGap = 1.1
