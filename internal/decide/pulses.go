package decide

import (
	"math"
)

// steadyFrom returns the index of the first phase that counts, that after which the speed no
// longer changes with time, and what is known of the system's memory from there on. What
// wore off, such as the cold of a system that heats up, says nothing of its steady state.
// That it is steady now has to show in a good part of the whole run, though. At least
// steadyPhases count.
func (c *controlled) steadyFrom() (index int, m memory) {
	ps := c.pulses()
	from := 0
	for c.derived.heat == nil && len(ps)-from > steadyPhases {
		slope, err := trend(ps[from:])
		if err == 0 || math.Abs(slope) <= unsteady*err {
			break
		}
		from += max(1, (len(ps)-from)/10)
	}
	m = remember(ps[from:])
	if m.inflation > 2 && c.derived.heat == nil {
		for len(ps)-from > steadyPhases && ps[len(ps)-1].at-ps[from].at > freshSeconds {
			from++
		}
		m = remember(ps[from:])
	}
	m.drift, m.span = 0, 0
	m.lookForDrift(ps)
	if from == 0 && c.derived.heat == nil {
		return 0, m // with what other runs measured, which may have been hot or cold
	}
	for i := range c.seen {
		if o := &c.seen[i]; !o.earlier && o.at >= ps[from].at {
			return i, m
		}
	}
	return 0, m
}

// pulses returns those of this run's phases.
func (c *controlled) pulses() (ps []pulse) {
	for i := range c.seen {
		o := &c.seen[i]
		if s := &o.Speed; s.N >= 2 && !o.earlier {
			ps = append(ps, c.pulse(o))
		}
	}
	return ps
}

func (c *controlled) pulse(o *replicate) pulse {
	p := pulse{float64(o.Agents), o.at, c.logLoad(o, o.Load.HeldMean), o.Speed.Mean, o.Speed.Variance, o.past}
	if h := c.derived.heat; h != nil {
		p = h.settled(p)
	}
	return p
}

// settledPhases leaves out the oldest phases of a number while the speed there changes with
// time, and reports in which direction it still does when five are left.
func (c *controlled) settledPhases(phases []*replicate) (kept []*replicate, falling, rising bool) {
	for kept = phases; len(kept) > minPhases; kept = kept[1:] {
		slope, err := c.trendOf(kept)
		if err == 0 || math.Abs(slope) <= unsteady*err {
			return kept, false, false
		}
		if len(kept) == minPhases+1 {
			return kept, slope < 0, slope > 0
		}
	}
	return kept, false, false
}

func (c *controlled) trendOf(phases []*replicate) (slope, err float64) {
	var ps []pulse
	for _, o := range phases {
		if o.Speed.N >= 2 && !o.earlier {
			ps = append(ps, c.pulse(o))
		}
	}
	return trend(ps)
}

// steadyPhases is the least number of phases from which a trend is told.
const steadyPhases = 20

// freshSeconds is for how long a phase counts in a system that is not steady: what it was
// like before misleads the search more than fewer phases do.
const freshSeconds = 40 * 60

// unsteady is the t of a trend at one number from which its oldest phases are left out: chance
// reaches it in one search of a hundred.
const unsteady = 3
