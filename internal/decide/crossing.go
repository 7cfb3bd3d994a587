package decide

import (
	"math"
)

// crossing returns the number of agents, with a fraction, at which a tier passes its limit,
// and the interval within which the phases leave it; ok is false without a number that seems
// to hold and one that does not.
func (c *controlled) crossing(i int) (at, low, high float64, ok bool) {
	first, last, _ := c.limits()
	s := stand(c.beliefs(i))
	if s.Limit == 0 {
		return 0, 0, 0, false
	}
	from, to := max(first, s.Lean/2), min(last, 2*s.Limit+2)
	excess := func(n int) (x, err float64) {
		x = math.Inf(-1)
		for j := range c.tiers[i].Criteria {
			q := c.tiers[i].Criteria[j].Limit()
			if d := c.predicted(i, j, n) - q; d > x {
				x, err = d, math.Sqrt(c.variance(i, j, n)/c.weightNear(i, n))
			}
		}
		return x, err
	}
	low, high = float64(from-1), float64(to)
	before := math.Inf(-1)
	found, above := false, false
	step := max(1, (to-from)/200)
	for n := from; n <= to; n += step {
		x, err := excess(n)
		if x+2*err <= 0 && !found {
			low = float64(n)
		}
		if x > 0 && !found {
			found = true
			if n > from && !math.IsInf(before, -1) {
				at = float64(n-step) + float64(step)*clamp(-before/(x-before), 0, 0.99)
			} else {
				at = float64(n) - 0.5
			}
		}
		if found && !above && x-2*err > 0 {
			above, high = true, float64(n)
			break
		}
		before = x
	}
	if !found {
		return 0, 0, 0, false
	}
	return at, min(low, at), max(high, at), true
}

// weightNear is about how many phases say something of a number.
func (c *controlled) weightNear(i, n int) float64 {
	sum := 0.5
	for m, e := range c.weigh().tiers[i].numbers {
		d := distance(n, m) / (2 * near)
		sum += math.Exp(-d*d) * float64(e.phases)
	}
	return sum
}

// sides returns the limits that a pass and a fail are held to, for a limit that is thought to
// be at a number of agents.
func (c *controlled) sides(i int, at float64) (below, above float64) {
	below, above = at, at
	if c.unevenness().spread == 0 {
		return below, above
	}
	// excess returns by how much the worst share exceeds its limit, with its doubt.
	excess := func(n int, sign float64) (x float64) {
		x = math.Inf(-1)
		for j := range c.tiers[i].Criteria {
			x = max(x, c.predicted(i, j, n)+sign*c.longer(i, j, n).doubt-c.tiers[i].Criteria[j].Limit())
		}
		return x
	}
	last := math.Inf(1)
	for n := int(at); n >= 1; n-- {
		x := excess(n, 1)
		if x <= 0 {
			if !math.IsInf(last, 1) {
				below = float64(n) - x/(last-x)
			}
			break
		}
		last, below = x, float64(n)-0.5
	}
	last = math.Inf(-1)
	for n := int(at) + 1; n <= int(2*at)+1; n++ {
		x := excess(n, -1)
		if x > 0 {
			if !math.IsInf(last, -1) {
				above = float64(n) - x/(x-last)
			}
			break
		}
		last, above = x, float64(n)+0.5
	}
	return min(below, at), max(above, at)
}
