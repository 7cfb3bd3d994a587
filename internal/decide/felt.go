package decide

import "math"

// felt returns the number of agents that the system felt in a phase, which is that of the
// phase unless it has heat.
func (c *controlled) felt(o *replicate) float64 {
	if h := c.derived.heat; h != nil {
		return h.felt(float64(o.Agents), &o.past)
	}
	return float64(o.Agents)
}

// warmth returns the logarithm of the ratio of the agents felt to those of the phase.
func (c *controlled) warmth(o *replicate) float64 {
	return math.Log(c.felt(o) / float64(o.Agents))
}

// warm returns the phases in which the system felt about as many agents as there were.
func (c *controlled) warm(phases []*replicate) (near []*replicate) {
	for _, o := range phases {
		if math.Abs(c.warmth(o)) <= heatNear {
			near = append(near, o)
		}
	}
	return near
}

// chill returns how far a number of agents is from those that the system feels now; 0 unless
// it has heat.
func (c *controlled) chill(agents int) float64 {
	h := c.derived.heat
	if h == nil {
		return 0
	}
	return math.Abs(math.Log(max(leastFelt, c.past[h.lag]) / float64(agents)))
}

// following returns how many seconds a number takes before its phases count, mostly: two
// time constants. 0 unless the system has heat.
func (c *controlled) following() float64 {
	if h := c.derived.heat; h != nil {
		return 2 * lagSeconds(h.lag)
	}
	return 0
}
