package decide

import "math"

// A loadCurve is the share of bad requests of one criterion as a function of the number of
// agents, of what they hold, and of the request itself:
//
//	logit share = a + b ln(N/N0) + c ln(S/(N mean held)) + d ln(input/mean input)
//
// where S is the sum of the input tokens that the agents hold. It is fitted to all phases at
// all numbers. It need not be true: estimates at a number use it as a control variate, and
// their mean is right whatever the curve.
type loadCurve struct {
	a, b, c, d float64
	n0         float64
}

// A curvePoint is what the requests of about one length in one phase say of the curve.
type curvePoint struct {
	agents float64
	load   float64 // ln(S/(N mean)); 0 where nothing is known of either
	input  float64 // ln(input/mean)
	n, k   float64 // requests, and bad ones
	weight float64 // of each request
}

// The prior of the curve, a ridge: shares rise about as the sixth power of the number of
// agents near a limit and the square of the load, by the systems that were simulated; the
// spreads let five or more phases say otherwise. The constant is free but for shares of 0
// and 1, which would send it to infinity.
const (
	priorSlope, slopeSpread = 6, 5
	priorLoad, loadSpread   = 2, 5
	priorInput, inputSpread = 0, 3
	constantSpread          = 6
	// phaseWeight is the most that one phase weighs, in requests: more of one phase differ
	// from the curve by more than chance.
	phaseWeight = 10
)

// fitCurve fits the curve, by Newton's method.
func fitCurve(points []curvePoint) loadCurve {
	f := loadCurve{b: priorSlope, c: priorLoad, n0: 1}
	logs, weights := 0.0, 0.0
	for _, p := range points {
		logs += p.weight * p.n * math.Log(p.agents)
		weights += p.weight * p.n
	}
	if weights == 0 {
		return f
	}
	f.n0 = math.Exp(logs / weights)
	prior := [4]float64{0, priorSlope, priorLoad, priorInput}
	spread := [4]float64{constantSpread, slopeSpread, loadSpread, inputSpread}
	for range 30 {
		// Gradient and curvature of the log posterior.
		var g [4]float64
		var h [4][4]float64
		for i, v := range [4]float64{f.a, f.b, f.c, f.d} {
			g[i] = -(v - prior[i]) / (spread[i] * spread[i])
			h[i][i] = 1 / (spread[i] * spread[i])
		}
		for i := range points {
			p := &points[i]
			x := [4]float64{1, math.Log(p.agents / f.n0), p.load, p.input}
			m := f.at(p.agents, p.load, p.input)
			r, w := p.weight*(p.k-p.n*m), p.weight*p.n*max(m*(1-m), 1e-3)
			for i := range x {
				g[i] += r * x[i]
				for j := range x {
					h[i][j] += w * x[i] * x[j]
				}
			}
		}
		step := solve(h, g)
		size := 0.0
		for i := range step {
			step[i] = max(-3, min(3, step[i])) // Newton's steps overshoot where shares are near 0 or 1
			size += math.Abs(step[i])
		}
		f.a, f.b, f.c, f.d = f.a+step[0], max(0, f.b+step[1]), max(0, f.c+step[2]), f.d+step[3]
		if size < 1e-9 {
			break
		}
	}
	return f
}

// at returns the share at a number of agents, a load and an input.
func (f *loadCurve) at(agents, load, input float64) float64 {
	return 1 / (1 + math.Exp(-f.a-f.b*math.Log(agents/f.n0)-f.c*load-f.d*input))
}

// solve solves a linear system of a symmetric positive definite matrix.
func solve(h [4][4]float64, g [4]float64) (x [4]float64) {
	for i := range 4 {
		for j := i + 1; j < 4; j++ {
			q := h[j][i] / h[i][i]
			for k := range 4 {
				h[j][k] -= q * h[i][k]
			}
			g[j] -= q * g[i]
		}
	}
	for i := 3; i >= 0; i-- {
		x[i] = g[i]
		for j := i + 1; j < 4; j++ {
			x[i] -= h[i][j] * x[j]
		}
		x[i] /= h[i][i]
	}
	return x
}
