package decide

import (
	"math"
)

// load returns the logarithm of what the agents of a phase held, relative to the mean of the
// steady state.
func (c *controlled) load(o *replicate) float64 {
	return c.logLoad(o, o.Load.Held)
}

// logLoad returns the logarithm of what n agents hold, relative to the mean.
func (c *controlled) logLoad(o *replicate, held float64) float64 {
	if c.derived.mean == 0 {
		c.derived.mean = mean(c.population().Held)
	}
	if c.derived.mean > 0 && held > 0 {
		return logRatio(held, float64(o.Agents)*c.derived.mean)
	}
	return 0
}

// counts returns the requests of a criterion in a phase and the bad ones among them, as many
// as there would be in the steady state.
func (c *controlled) counts(o *replicate, tier, criterion, side int) (n, k float64) {
	n, k = o.counts(tier, criterion, side)
	return n, k + n*c.longer(tier, criterion, o.Agents).more
}

// counts returns the requests of a criterion in a phase and the bad ones among them.
func (o *replicate) counts(tier, criterion, side int) (n, k float64) {
	t := &o.Tiers[tier]
	if criterion >= len(t.Criteria) {
		return 0, 0
	}
	x := &t.Criteria[criterion]
	for _, b := range x.Inputs {
		n, k = n+b.N, k+b.Bad[side]
	}
	if n > 0 {
		return n, k
	}
	if side == 1 {
		return x.Against.Counts()
	}
	return x.For.Counts()
}

// points returns what a phase says of the curve of a criterion.
func (c *controlled) points(o *replicate, tier, criterion, side int) (ps []curvePoint) {
	n, k := c.counts(o, tier, criterion, side)
	if n == 0 || o.Measured <= 0 {
		return nil
	}
	base := curvePoint{agents: c.felt(o), load: c.load(o), weight: min(1, phaseWeight/n)}
	if c.derived.meanInput == 0 {
		c.derived.meanInput = max(1, mean(c.population().Inputs))
	}
	more := c.longer(tier, criterion, o.Agents).more
	inputs := o.Tiers[tier].Criteria[criterion].Inputs
	if len(inputs) == 0 || c.Steady == nil {
		base.n, base.k = n, k
		return []curvePoint{base}
	}
	for _, b := range inputs {
		p := base
		p.input = logRatio(binInput(b.Bin), c.derived.meanInput)
		p.n, p.k = b.N, b.Bad[side]+more*b.N
		ps = append(ps, p)
	}
	return ps
}

// fit fits the curve of a criterion to all phases.
func (c *controlled) fit(tier, criterion, side int) (f fitted) {
	var points []curvePoint
	var xx, xy float64
	type group struct{ w, x, y float64 }
	groups := make(map[int]group)
	rate := func(o *replicate, n float64) float64 { return math.Log(n / o.Measured.Seconds()) }
	for i := range c.counted() {
		o := &c.counted()[i]
		n, _ := o.counts(tier, criterion, side)
		if n == 0 || o.Measured <= 0 {
			continue
		}
		points = append(points, c.points(o, tier, criterion, side)...)
		g := groups[o.Agents]
		groups[o.Agents] = group{g.w + n, g.x + n*c.load(o), g.y + n*rate(o, n)}
	}
	f.loadCurve = fitCurve(points)
	for i := range c.counted() {
		o := &c.counted()[i]
		n, _ := o.counts(tier, criterion, side)
		if n == 0 || o.Measured <= 0 {
			continue
		}
		g := groups[o.Agents]
		x := c.load(o) - g.x/g.w
		xx += n * x * x
		xy += n * x * (rate(o, n) - g.y/g.w)
	}
	f.gamma = max(-1.5, min(0, xy/(xx+gammaRidge)))
	return f
}

// gammaRidge holds the slope of the number of requests on the load near 0 until some hundred
// requests at different loads say otherwise.
const gammaRidge = 4
