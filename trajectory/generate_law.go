package trajectory

import (
	"math"
	"math/rand/v2"
	"time"
)

// A law is a mixture of log-normal distributions, kept within [low, high]: what
// lies outside counts as the nearest end. The zero law is always 0.
type law struct {
	parts     []logNormal
	low, high float64
	// points are quantiles, at the places of lawPoints, with straight lines
	// between their logarithms; they count instead of parts.
	points []float64
}

// lawPoints are the shares below the points of a law.
var lawPoints = [...]float64{0, 0.25, 0.5, 0.75, 0.95, 1}

// logNormal is exp(N(ln median, sigma²)), with its share of a mixture. The
// shares of a law sum to 1.
type logNormal struct {
	share, median, sigma float64
}

// one returns the law of a single log-normal.
func one(median, sigma, low, high float64) law {
	return law{parts: []logNormal{{1, median, sigma}}, low: low, high: high}
}

// like returns the law of the distribution, with no value below low. Below its
// P25 it goes as far down as up to its median.
func like(d Distribution, low float64) law {
	if d.N == 0 {
		return law{}
	}
	l := law{low: low, high: max(low, d.Max), points: make([]float64, len(lawPoints))}
	l.points[0] = d.P25
	if d.P50 > 0 {
		l.points[0] = d.P25 * d.P25 / d.P50
	}
	copy(l.points[1:], []float64{d.P25, d.P50, d.P75, d.P95, d.Max})
	for i := range l.points {
		l.points[i] = max(l.points[i], low, 1e-6) // there is no logarithm of 0
		if i > 0 {
			l.points[i] = max(l.points[i], l.points[i-1])
		}
	}
	return l
}

// draw returns a random value. It takes the same number of random numbers for
// every part of the mixture.
func (l law) draw(rng *rand.Rand) float64 {
	u, z := rng.Float64(), rng.NormFloat64()
	if l.points != nil {
		return l.quantile(u)
	}
	for i, p := range l.parts {
		if u -= p.share; u < 0 || i == len(l.parts)-1 {
			return l.clamp(p.median * math.Exp(p.sigma*z))
		}
	}
	return 0
}

// quantile returns the value that a share u of all values, 0 < u < 1, lies
// below, for a law of one part.
func (l law) quantile(u float64) float64 {
	if l.points != nil {
		i := 1
		for i < len(lawPoints)-1 && u > lawPoints[i] {
			i++
		}
		part := (u - lawPoints[i-1]) / (lawPoints[i] - lawPoints[i-1])
		return l.clamp(math.Exp(math.Log(l.points[i-1])*(1-part) + math.Log(l.points[i])*part))
	}
	p := l.parts[0]
	return l.clamp(p.median * math.Exp(p.sigma*math.Sqrt2*math.Erfinv(2*u-1)))
}

// count draws a whole number.
func (l law) count(rng *rand.Rand) int { return int(math.Round(l.draw(rng))) }

// seconds draws a time of whole microseconds.
func (l law) seconds(rng *rand.Rand) time.Duration {
	return time.Duration(math.Round(l.draw(rng)*1e6)) * time.Microsecond
}

func (l law) clamp(v float64) float64 { return max(l.low, min(v, l.high)) }

// spread returns the i-th point of a sequence that fills (0, 1) evenly from its
// first points on, moved by offset: the multiples of step, modulo 1. So the
// longest sessions are neither missing nor crowded in a set of any size, and
// session i does not depend on the size.
func spread(i int, step, offset float64) float64 {
	_, u := math.Modf(float64(i)*step + offset)
	return max(u, 1e-9)
}

// The steps of two sequences that fill the square evenly together: 1/g and 1/g²
// for g³ = g + 1 (M. Roberts, The Unreasonable Effectiveness of Quasirandom
// Sequences, 2018).
const (
	spreadA = 0.7548776662466927
	spreadB = 0.5698402909980532
)

// newRand returns the random numbers of one purpose of one session.
func newRand(seed uint64, session, purpose int) *rand.Rand {
	var key [32]byte
	for i, v := range [...]uint64{seed, uint64(session), uint64(purpose)} {
		for j := range 8 {
			key[8*i+j] = byte(v >> (8 * j))
		}
	}
	return rand.New(rand.NewChaCha8(key))
}
