package generate

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/agentperf/agentperf-go/internal/keyed"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A distribution is what a length or a delay is drawn from: a mixture of log-normal
// distributions, or one given by quantiles, with values outside [low, high] moved
// to the nearest end. The zero distribution is always 0.
type distribution struct {
	parts     []component
	low, high float64
	// quantiles, when set, count instead of parts: the values at
	// quantileLevels, joined by straight lines between their logarithms.
	quantiles []float64
}

// quantileLevels are those that a trajectory.Distribution has, and the minimum.
var quantileLevels = [...]float64{0, 0.25, 0.5, 0.75, 0.95, 1}

// A component of a mixture is exp(N(ln median, sigma²)), drawn with probability
// share. The shares of a mixture sum to 1.
type component struct {
	share, median, sigma float64
}

// logNormal returns a single log-normal distribution.
func logNormal(median, sigma, low, high float64) distribution {
	return distribution{parts: []component{{1, median, sigma}}, low: low, high: high}
}

// fitted returns the distribution that d summarizes, with no value below low. d
// has no minimum: it is taken to be as far below P25 as P25 is below the median,
// on a logarithmic scale.
func fitted(d trajectory.Distribution, low float64) distribution {
	if d.N == 0 {
		return distribution{}
	}
	f := distribution{low: low, high: max(low, d.Max), quantiles: make([]float64, len(quantileLevels))}
	f.quantiles[0] = d.P25
	if d.P50 > 0 {
		f.quantiles[0] = d.P25 * d.P25 / d.P50
	}
	copy(f.quantiles[1:], []float64{d.P25, d.P50, d.P75, d.P95, d.Max})
	for i := range f.quantiles {
		f.quantiles[i] = max(f.quantiles[i], low, 1e-6) // there is no logarithm of 0
		if i > 0 {
			f.quantiles[i] = max(f.quantiles[i], f.quantiles[i-1])
		}
	}
	return f
}

// zero reports whether d is the zero distribution.
func (d distribution) zero() bool { return d.parts == nil && d.quantiles == nil }

// draw returns a random value. It uses the same number of random numbers whichever
// component it draws from.
func (d distribution) draw(rng *rand.Rand) float64 {
	u, z := rng.Float64(), rng.NormFloat64()
	if d.quantiles != nil {
		return d.quantile(u)
	}
	for i, p := range d.parts {
		if u -= p.share; u < 0 || i == len(d.parts)-1 {
			return d.clamp(p.median * math.Exp(p.sigma*z))
		}
	}
	return 0
}

// quantile returns the value below which a share u of all values lies, 0 < u < 1.
// d must have quantiles or a single component.
func (d distribution) quantile(u float64) float64 {
	if d.quantiles != nil {
		i := 1
		for i < len(quantileLevels)-1 && u > quantileLevels[i] {
			i++
		}
		part := (u - quantileLevels[i-1]) / (quantileLevels[i] - quantileLevels[i-1])
		return d.clamp(math.Exp(math.Log(d.quantiles[i-1])*(1-part) + math.Log(d.quantiles[i])*part))
	}
	p := d.parts[0]
	return d.clamp(p.median * math.Exp(p.sigma*math.Sqrt2*math.Erfinv(2*u-1)))
}

// count draws a whole number.
func (d distribution) count(rng *rand.Rand) int { return int(math.Round(d.draw(rng))) }

// seconds draws a time of whole microseconds.
func (d distribution) seconds(rng *rand.Rand) time.Duration {
	return time.Duration(math.Round(d.draw(rng)*1e6)) * time.Microsecond
}

func (d distribution) clamp(v float64) float64 { return max(d.low, min(v, d.high)) }

// spread returns point i of a sequence that fills (0, 1) evenly from its first
// points on: the multiples of step plus offset, modulo 1. Session lengths taken at
// these points include a due share of long ones in a set of any size, and session i
// does not depend on the size.
func spread(i int, step, offset float64) float64 {
	_, u := math.Modf(float64(i)*step + offset)
	return max(u, 1e-9)
}

// The steps of two sequences that together fill the square evenly: 1/g and 1/g²
// for g³ = g + 1 (M. Roberts, The Unreasonable Effectiveness of Quasirandom
// Sequences, 2018).
const (
	spreadA = 0.7548776662466927
	spreadB = 0.5698402909980532
)

// newRand returns the random numbers for one purpose of one session.
func newRand(seed uint64, session, purpose int) *rand.Rand {
	return keyed.Key{seed, uint64(session), uint64(purpose)}.Rand()
}
