package decide

import "math"

// A memory is what is known of the system's own changes over time, beside those of the load:
// from the mean logarithm of speed in each phase, which shows a slow factor long before
// shares do.
type memory struct {
	// inflation is by how much the phases understate the variance of their mean; 1 where
	// phases are independent.
	inflation float64
	// wander is the standard deviation of the speed from phase to phase that neither the
	// load nor the agents explain, relative; period is about how long it stays, in seconds.
	// Both are 0 where there is no such thing.
	wander, period float64
	// drift is the relative change of the speed over span seconds, if it is more than
	// chance; 0 otherwise.
	drift, span float64
}

// A pulse is what one phase says of the speed of the system.
type pulse struct {
	agents, at     float64 // at is in seconds of the system's time
	load           float64
	mean, variance float64
	past           exposure
}

const (
	// moodPhases is the least number of phases in which moods are looked for: fewer have
	// no correlation to speak of.
	moodPhases = 5
	// floorSpread is what speeds are taken to vary by at least, relative: less is no mood.
	floorSpread = 0.02
	// mostLag bounds the autocorrelation that is allowed for; beyond it no number of
	// phases in an hour would be enough.
	mostLag = 0.95
	// leastEffective is the least number of effective replications for a verdict while
	// the system has moods.
	leastEffective = 6
	// driftPhases is the least number of phases in which drift is looked for.
	driftPhases = 12
	// driftPart is the part of the run in which it is: what wore off before is over.
	driftPart = 0.6
	// driftClear is the t from which drift is taken to be there whatever its size, and
	// driftMost the change that is tolerated where it is merely likely, at a t of
	// driftLikely or more.
	driftClear, driftLikely, driftMost = 3.5, 2, 0.1
)

// remember looks for moods and drift in the phases of a run, in the order of time.
func remember(pulses []pulse) (m memory) {
	m.inflation = 1
	rest, within := residuals(pulses)
	if n := float64(len(rest)); len(rest) >= moodPhases {
		squares, lagged := 0.0, 0.0
		for i, r := range rest {
			squares += r * r
			if i > 0 {
				lagged += r * rest[i-1]
			}
		}
		variance := squares / max(1, n-2)
		expected := within + floorSpread*floorSpread
		if variance > expected*(1+3*math.Sqrt(2/(n-2))) {
			rho := max(0, lagged/squares)
			rho = min(mostLag, rho+(1+3*rho)/n+2/math.Sqrt(n))
			m.inflation = (1 + rho) / (1 - rho)
			m.wander = math.Sqrt(variance - within)
			if between := (pulses[len(pulses)-1].at - pulses[0].at) / max(1, n-1); rho > 0 {
				m.period = -between / math.Log(rho)
			}
		}
	}
	m.lookForDrift(pulses)
	return m
}

// A group is the pulses of one number of agents: how many, their means, and the sums of squares
// and products about those.
type group struct{ n, load, mean, at, ll, lm float64 }

// groupsOf returns the groups of pulses by number of agents. Each number has a mean and a slope
// of its own, since speed falls neither evenly with agents nor with what they hold: a system
// may feel the load only beyond some number.
func groupsOf(pulses []pulse) map[float64]*group {
	groups := make(map[float64]*group)
	for _, p := range pulses {
		g := groups[p.agents]
		if g == nil {
			g = &group{}
			groups[p.agents] = g
		}
		g.n++
		g.load += p.load
		g.mean += p.mean
		g.at += p.at
	}
	for _, g := range groups {
		g.load, g.mean, g.at = g.load/g.n, g.mean/g.n, g.at/g.n
	}
	for _, p := range pulses {
		g := groups[p.agents]
		g.ll += (p.load - g.load) * (p.load - g.load)
		g.lm += (p.load - g.load) * (p.mean - g.mean)
	}
	return groups
}

// slopeRidge is the sum of squares of loads from which a number's own slope counts as much as
// the prior one of 0: that of two phases or three.
const slopeRidge = 0.01

// slope is that of the logarithm of speed on the load.
func (g *group) slope() float64 { return g.lm / (g.ll + slopeRidge) }

// residuals returns what numbers of agents and loads leave unexplained of the pulses, in
// their order, and the mean variance within phases. Numbers seen fewer than four times leave
// nothing.
func residuals(pulses []pulse) (rest []float64, within float64) {
	groups := groupsOf(pulses)
	for _, p := range pulses {
		g := groups[p.agents]
		if g.n < 4 {
			continue
		}
		r := p.mean - g.mean - g.slope()*(p.load-g.load)
		rest = append(rest, r*math.Sqrt(g.n/(g.n-2)))
		within += p.variance
	}
	return rest, within / max(1, float64(len(rest)))
}

// lookForDrift regresses the logarithm of speed on the number of agents, the load and the
// time, over the last part of the run.
func (m *memory) lookForDrift(pulses []pulse) {
	if len(pulses) == 0 {
		return
	}
	first, last := pulses[0].at, pulses[len(pulses)-1].at
	var late []pulse
	for _, p := range pulses {
		if p.at >= last-driftPart*(last-first) {
			late = append(late, p)
		}
	}
	if len(late) < driftPhases {
		return
	}
	span := late[len(late)-1].at - late[0].at
	slope, err := trend(late)
	if err <= 0 || span <= 0 {
		return
	}
	t := math.Abs(slope) / err
	change, uncertain := slope*span, err*span
	if t > driftClear && math.Abs(change) > floorSpread || t > driftLikely && math.Abs(change)+2*uncertain > driftMost {
		m.drift, m.span = change, span
	}
}

// trend returns the slope of the logarithm of speed on time and its standard error, beside
// numbers of agents and the load.
func trend(pulses []pulse) (slope, err float64) {
	groups := groupsOf(pulses)
	// Of time too only what the load leaves unexplained.
	lt := make(map[float64]float64)
	for _, p := range pulses {
		g := groups[p.agents]
		lt[p.agents] += (p.load - g.load) * (p.at - g.at)
	}
	rest := func(p *pulse) (y, t float64) {
		g := groups[p.agents]
		x := p.load - g.load
		return p.mean - g.mean - g.slope()*x, p.at - g.at - lt[p.agents]/(g.ll+slopeRidge)*x
	}
	var tt, ty, squares float64
	free := -1.0
	for i := range pulses {
		y, t := rest(&pulses[i])
		tt += t * t
		ty += t * y
		free++
	}
	for _, g := range groups {
		free -= min(2, g.n)
	}
	if tt <= 0 || free < 2 {
		return 0, 0
	}
	slope = ty / tt
	for i := range pulses {
		y, t := rest(&pulses[i])
		squares += (y - slope*t) * (y - slope*t)
	}
	return slope, math.Sqrt((squares/free + floorSpread*floorSpread/4) / tt)
}
