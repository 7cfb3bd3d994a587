package decide

import (
	"math"
	"math/rand/v2"
)

// A class is of systems by how far shares are from their limits at the answer and one
// above it.
type class struct {
	name  string
	few   bool // agents
	at    func(rng *rand.Rand) [2]float64
	above func(rng *rand.Rand, criterion int) float64
	// demanding: nine of ten searches are decided, and half of them in a third of the
	// time of the fixed rule.
	demanding bool
}

var classes = []class{
	{"10 points and more", false, farAt, farAbove, true},
	{"3 to 10 points", false, nearAt, nearAbove, false},
	{"3 to 10 points within", false, nearAt, farAbove, false},
	{"3 to 10 points beyond", false, farAt, nearAbove, false},
	{"under 3 points", false, closeAt, closeAbove, false},
	{"10 points, few agents", true, farAt, farAbove, false},
}

func uniform(rng *rand.Rand, from, to float64) float64 { return from + (to-from)*rng.Float64() }

// farAt: no late share is 10 points below its limit of 5 %, so that a small one stands
// for that.
func farAt(rng *rand.Rand) [2]float64 {
	return [2]float64{uniform(rng, 0, 0.15), uniform(rng, 0, 0.005)}
}

func farAbove(rng *rand.Rand, criterion int) float64 {
	return limits[criterion] + uniform(rng, 0.1, 0.45)
}

// nearAt: the late share is 3 to 5 points below its limit.
func nearAt(rng *rand.Rand) [2]float64 {
	return [2]float64{uniform(rng, 0.15, 0.22), uniform(rng, 0, 0.02)}
}

func nearAbove(rng *rand.Rand, criterion int) float64 {
	return limits[criterion] + uniform(rng, 0.03, 0.1)
}

func closeAt(rng *rand.Rand) [2]float64 {
	return [2]float64{uniform(rng, 0.22, 0.25), uniform(rng, 0.02, 0.05)}
}

func closeAbove(rng *rand.Rand, criterion int) float64 {
	return limits[criterion] + uniform(rng, 0, 0.03)
}

var binding = [...]string{"speed", "TTFT", "both"}

// draw returns a system and what binds in it.
func (c *class) draw(rng *rand.Rand, i int) (s system, binds int) {
	n := int(math.Exp(uniform(rng, math.Log(4), math.Log(150))))
	if c.few {
		n = 1 + i%3
	}
	binds = i / 3 % len(binding)
	at, far := c.at(rng), farAt(rng)
	for k := range s.curves {
		v := curve{limit: n, cliff: rng.IntN(2) == 0, rise: uniform(rng, 1, 4), decay: uniform(rng, 0.1, 0.5)}
		if binds == k || binds == len(s.curves) {
			v.at, v.above = at[k], c.above(rng, k)
		} else { // far within at both
			v.at = far[k]
			v.above = uniform(rng, v.at, []float64{0.15, 0.005}[k])
		}
		s.curves[k] = v
	}
	s.intra, s.bursts, s.burst = uniform(rng, 0, 0.15), uniform(rng, 0, 0.4), uniform(rng, 5, 10)
	s.moves, s.memory = uniform(rng, 0, 0.08), uniform(rng, 2, 10)
	s.lasts = uniform(rng, 4, 8)
	if rng.IntN(3) == 0 {
		s.drift = [2]float64{uniform(rng, -0.1, 0.1), uniform(rng, -0.1, 0.1)}
		s.wears = uniform(rng, 20, 60)
	}
	return s, binds
}
