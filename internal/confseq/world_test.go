package confseq

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A world is a system whose share of bad requests is known, and whose requests are
// dependent in both ways.
type world struct {
	agents int
	share  float64
	spells float64 // of the share, the part that comes in spells which all agents feel
	spell  float64 // seconds that one lasts on average, and never less than half of it
	intra  float64 // correlation of the other bad requests within a play
	every  float64 // seconds between an agent's requests, on average
	play   float64 // seconds that a play lasts, on average
}

// parts returns the part of the time that is spent in spells and the share of bad
// requests outside of them.
func (w world) parts() (spells, outside float64) {
	spells = w.share * w.spells
	return spells, (w.share - spells) / (1 - spells)
}

// run calls request for each request of so many seconds, in order of time, until it
// reports false. Agents are Poisson processes, and so are they together.
func (w world) run(rng *rand.Rand, seconds float64, request func(at float64, agent, play int, bad bool) bool) {
	spells, outside := w.parts()
	type agent struct {
		until float64
		play  int
		bad   float64
	}
	plays := 0
	begin := func(now float64) agent {
		plays++
		a := agent{until: now + w.play*rng.ExpFloat64(), play: plays, bad: outside}
		if w.intra > 0 && outside > 0 {
			k := 1/w.intra - 1
			a.bad = beta(rng, outside*k, (1-outside)*k)
		}
		return a
	}
	agents := make([]agent, w.agents)
	for i := range agents {
		agents[i] = begin(0)
	}
	in := rng.Float64() < spells
	turn := w.length(rng, in, spells)
	if in { // what is left of it
		turn = w.spell * rng.Float64() / 2
		if rng.IntN(2) == 0 {
			turn = w.spell * (0.5 + rng.ExpFloat64()/2)
		}
	}
	for now := 0.0; ; {
		now += w.every / float64(w.agents) * rng.ExpFloat64()
		if now >= seconds {
			return
		}
		for turn <= now {
			in = !in
			turn += w.length(rng, in, spells)
		}
		i := rng.IntN(w.agents)
		if now >= agents[i].until {
			agents[i] = begin(now)
		}
		a := agents[i]
		if !request(now, i, a.play, in || rng.Float64() < a.bad) {
			return
		}
	}
}

// length draws how long the system stays in or out of a spell.
func (w world) length(rng *rand.Rand, in bool, spells float64) float64 {
	if spells == 0 {
		return math.Inf(1)
	}
	if in {
		return w.spell * (0.5 + rng.ExpFloat64()/2)
	}
	return w.spell * (1 - spells) / spells * rng.ExpFloat64()
}

// beta draws from a beta distribution.
func beta(rng *rand.Rand, a, b float64) float64 {
	x, y := gamma(rng, a), gamma(rng, b)
	if x+y == 0 {
		return 0
	}
	return x / (x + y)
}

// gamma draws from a gamma distribution (Marsaglia and Tsang 2000).
func gamma(rng *rand.Rand, a float64) float64 {
	if a < 1 {
		return gamma(rng, a+1) * math.Pow(rng.Float64(), 1/a)
	}
	d := a - 1.0/3
	for {
		x := rng.NormFloat64()
		v := 1 + x/math.Sqrt(9*d)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(rng.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// TestWorld measures what worlds are said to be.
func TestWorld(t *testing.T) {
	for _, d := range []dependence{independent, weakSpells, onlySpells, longSpells, plays, both} {
		for _, share := range []float64{0.25, 0.05} {
			var s Sample
			d.world(16, share).sample(&s, 1, 50_000, 0)
			e := s.Evidence()
			if got := e.Share(); math.Abs(got/share-1) > 0.2 {
				t.Errorf("%s: share %v, want %v", d.name, got, share)
			}
			if d.spells > 0 { // plays are alike in that they feel the same spells
				continue
			}
			n, k := e.Counts()
			p := k / n
			if got := (e.Plays.squaresAbout(p)/(p*(1-p)) - n) / (e.Plays.NN - n); math.Abs(got-d.intra) > 0.04 {
				t.Errorf("%s, share %v: correlation within plays %v", d.name, share, got)
			}
		}
	}
}
