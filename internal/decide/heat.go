package decide

import "math"

// A heat says that the speed of a system follows the number of agents late, as that of one
// which heats up does: n agents after others are served as felt agents would be for good,
//
//	felt = n + part (past - n)
//
// where past is the mean of the agents until then, weighted by exp(-age/lag). In the steady
// state both are n, so that phases of a system that is not steady yet say what it is like when
// it is: speed and shares are functions of felt instead of n (see [controlled.felt]).
type heat struct {
	lag  int // of lagSeconds
	part float64
	fit  [4]float64 // of the logarithm of speed, on feltTerms
}

// lags is the number of time constants that are tried. Shorter ones are over when agents
// have settled, longer ones have hardly begun in an hour.
const lags = 12

// lagSeconds returns a time constant: 2 min to 23 min, each a quarter longer than the last.
func lagSeconds(k int) float64 { return 120 * math.Pow(1.25, float64(k)) }

// parts are the parts of the effect of agents that come late.
var parts = [...]float64{0.25, 0.5, 0.75, 1}

// An exposure is the mean of the agents in the past, for each time constant. Before the run
// there were none.
type exposure [lags]float64

// after returns the exposure after some seconds with so many agents.
func (e exposure) after(agents, took float64) exposure {
	for k := range e {
		e[k] = agents + (e[k]-agents)*math.Exp(-took/lagSeconds(k))
	}
	return e
}

const (
	// heatPhases is the least number of phases in which heat is looked for: the model has
	// six parameters.
	heatPhases = 10
	// heatMisfit is the most by which phases may differ from what heat makes of them, in
	// variances by chance, and heatGain how many times less that must be than without it,
	// with a trend in time instead. In simulated systems with heat phases differ by 1 to 3.5
	// and the gain is soon 10 or more; it was less than 2 in those without. Moods and
	// drift are looked for in what is left.
	heatMisfit, heatGain = 4.0, 4.0
	// noHeat is what phases differ by, in such variances, up to which nothing is looked for:
	// numbers and time explain about all.
	noHeat = 2.0
	// heatNoise is the least standard deviation of the logarithm of a phase's speed: the
	// model need not be true.
	heatNoise = 0.03
	// heatNear is how far, as the logarithm of a ratio, the agents felt may be from those
	// there are for a phase to count for a verdict. The curve makes up for the rest.
	heatNear = 0.12
	// leastFelt is the least number of agents felt.
	leastFelt = 0.5
)

// findHeat returns the heat that explains the speeds of phases best; nil if it does not explain
// nearly all, or if the agents at once and a trend in time do about as well.
func findHeat(ps []pulse) (best *heat) {
	if len(ps) < heatPhases {
		return nil
	}
	n := float64(len(ps))
	_, without := new(heat).misfit(ps)
	if without /= n - 5; without < noHeat {
		return nil
	}
	least := min(heatMisfit, without/heatGain) * (n - 6)
	for lag := range lags {
		for _, part := range parts {
			h := heat{lag: lag, part: part}
			if with, _ := h.misfit(ps); with <= least && h.slows() {
				best, least = &h, with
			}
		}
	}
	return best
}

// felt returns the agents felt.
func (h *heat) felt(agents float64, past *exposure) float64 {
	return max(leastFelt, agents+h.part*(past[h.lag]-agents))
}

// feltTerms are what the logarithm of speed is a linear function of.
func feltTerms(felt, load float64) [4]float64 {
	l := math.Log1p(felt)
	return [4]float64{1, l, l * l, load}
}

// settled returns the pulse as it would be had the agents been there for long.
func (h *heat) settled(p pulse) pulse {
	was, is := feltTerms(h.felt(p.agents, &p.past), 0), feltTerms(p.agents, 0)
	for k := range h.fit {
		p.mean += h.fit[k] * (is[k] - was[k])
	}
	return p
}

// slows reports whether more agents make the system slower, from one to a hundred.
func (h *heat) slows() bool {
	one, hundred := feltTerms(1, 0), feltTerms(100, 0)
	return h.fit[1]*(hundred[1]-one[1])+h.fit[2]*(hundred[2]-one[2]) < 0
}

// misfit fits the logarithm of speed to phases and returns the sum of the squares that are
// left, in variances by chance; and what a trend in time would leave of that.
func (h *heat) misfit(ps []pulse) (squares, trended float64) {
	terms := make([][4]float64, len(ps))
	of := func(value func(*pulse) float64) (b [4]float64, rest func(i int) float64) {
		var m [4][4]float64
		for i := range ps {
			w, x := ps[i].certainty(), &terms[i]
			for j := range x {
				b[j] += w * x[j] * value(&ps[i])
				for k := range x {
					m[j][k] += w * x[j] * x[k]
				}
			}
		}
		for j := range m {
			m[j][j] += 1e-6 * (1 + m[j][j]) // one number of agents has no slope
		}
		b = solve(m, b)
		return b, func(i int) float64 {
			r := value(&ps[i])
			for j, x := range terms[i] {
				r -= b[j] * x
			}
			return r
		}
	}
	for i := range ps {
		terms[i] = feltTerms(h.felt(ps[i].agents, &ps[i].past), ps[i].load)
	}
	fit, speed := of(func(p *pulse) float64 { return p.mean })
	_, time := of(func(p *pulse) float64 { return p.at / 3600 })
	h.fit = fit
	var tt, ty float64
	for i := range ps {
		w, y, t := ps[i].certainty(), speed(i), time(i)
		squares += w * y * y
		ty += w * y * t
		tt += w * t * t
	}
	return squares, squares - ty*ty/max(tt, 1e-12)
}

// certainty is the inverse of the variance by chance.
func (p *pulse) certainty() float64 { return 1 / (p.variance + heatNoise*heatNoise) }
