package decide

import "math"

// longer returns that of a criterion at a number of agents.
//
// Let z be the logarithm of an agent's stay, relative to the mean of its phase, with the
// variance V over agents as they were drawn. A slow agent makes fewer requests by exp(-z),
// so that requests are seen with z of the distribution N(-V, V). In the steady state each
// session is met with the weight of its stay, exp(z), and makes as many requests wherever
// it stands: N(0, V). That is all if agents do not slow each other. If they do so by
// sharing a place, as sessions pinned to a replica, a crowded place also keeps others for
// longer, and all of them more: the closed queueing network of places that are processor
// shared has a product form (Baskett, Chandy, Muntz and Palacios 1975), and where a stay
// rises as the power a of the number of agents at a place, the number there varies in it by
// 1/(1-a) times as much as at random: N(0, V/(1-a)). a is at most the power by which stays
// rise with the number of all agents, which phases at several numbers show.
//
// Which of the two it is cannot be seen. The estimate is the middle, a pass is held to the
// second and a fail to the first. In exact solutions for closed networks of four to eight places
// the truth is between them where shares are at their limit; of two or three places, each of
// many agents, it is up to 6 points above the second there, of 16 that are missing after a
// start.
func (c *controlled) longer(i, j, n int) (l longer) {
	if u := c.unevenness(); u.spread == 0 || j >= len(c.tiers[i].Criteria) || c.tiers[i].Criteria[j].Metric == TTFT {
		return l
	}
	key := [3]int{i, j, n}
	if l, ok := c.derived.longer[key]; ok {
		return l
	}
	curve := c.stayCurve(i, j)
	v, a := c.staysAt(n)
	start, own, shared := 0.0, 0.0, 0.0
	for k := range normals {
		x := math.Sqrt(v) * math.Sqrt2 * math.Erfinv((2*float64(k)+1)/normals-1)
		start += curve.at(float64(n), x-v, 0) / normals
		own += curve.at(float64(n), x, 0) / normals
		shared += curve.at(float64(n), x/math.Sqrt(1-a), 0) / normals
	}
	l = longer{(own+shared)/2 - start, math.Abs(shared-own) / 2}
	c.derived.longer[key] = l
	return l
}

// normals is the number of quantiles that stand for a normal distribution.
const normals = 32

// stayCurve returns the share of bad requests by the number of agents and the logarithm of
// the stay.
func (c *controlled) stayCurve(i, j int) loadCurve {
	key := [2]int{i, j}
	f, ok := c.derived.stayCurves[key]
	if !ok {
		// Phases at one number are one point for each bin.
		type place struct{ agents, bin int }
		at := make(map[place]int)
		var points []curvePoint
		for k := range c.counted() {
			o := &c.counted()[k]
			if j >= len(o.Tiers[i].Criteria) {
				continue
			}
			stays, all := o.Tiers[i].Criteria[j].Stays, 0.0
			for _, b := range stays {
				all += b.N
			}
			for _, b := range stays {
				here := place{o.Agents, b.Bin}
				x, ok := at[here]
				if !ok {
					x = len(points)
					at[here] = x
					points = append(points, curvePoint{agents: float64(o.Agents), load: binStay(b.Bin), weight: 1})
				}
				weight := min(1, phaseWeight/all)
				points[x].n += weight * b.N
				points[x].k += weight * b.Bad[1]
			}
		}
		f = fitCurve(points)
		c.derived.stayCurves[key] = f
	}
	return f
}

const (
	// likelyPower is the power by which stays rise with the number of agents, near a limit,
	// as long as one number alone is known, and powerRidge the sum of squares of logarithms
	// of numbers from which their phases count as much: those of five phases on either side
	// at a ratio of 1.4.
	likelyPower, powerRidge = 0.5, 0.25
	// mostPower bounds it: at 1, agents would gather in one place without end.
	mostPower = 0.8
)

// staysAt returns the variance of the logarithms of stays at a number of agents, and the power
// by which stays rise with their number there: of all phases, those of the nearest numbers
// most.
func (c *controlled) staysAt(n int) (variance, power float64) {
	nearest := math.Inf(1)
	for k := range c.counted() {
		if o := &c.counted()[k]; o.Stays.Agents > 0 {
			nearest = min(nearest, distance(n, o.Agents))
		}
	}
	var w, x, y, xx, xy, decoding, squares, free float64
	for k := range c.counted() {
		o := &c.counted()[k]
		if o.Stays.Agents == 0 || o.Speed.N < 2 {
			continue
		}
		d, least := distance(n, o.Agents)/paceNear, nearest/paceNear
		weight, lx, ly := math.Exp(least*least-d*d), math.Log(float64(o.Agents)), -o.Speed.Mean
		w, x, y = w+weight, x+weight*lx, y+weight*ly
		xx, xy = xx+weight*lx*lx, xy+weight*lx*ly
		decoding += weight * o.Stays.Decoding
		squares += weight * o.Stays.Spread
		free += weight * o.Stays.Agents
	}
	if w == 0 {
		return 0, 0
	}
	xx, xy = max(0, xx-x*x/w), xy-x*y/w
	power = (decoding/w*xy + powerRidge*likelyPower) / (xx + powerRidge)
	return c.unevenness().reliable * squares / free, clamp(power, 0, mostPower)
}

// unevenness returns what is known of differences between agents.
func (c *controlled) unevenness() uneven {
	if c.derived.uneven == nil {
		u := unevenness(func(yield func(*StaysObservation) bool) {
			for k := range c.counted() {
				if !yield(&c.counted()[k].Stays) {
					return
				}
			}
		})
		c.derived.uneven = &u
	}
	return *c.derived.uneven
}
