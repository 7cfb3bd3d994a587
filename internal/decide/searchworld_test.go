package decide

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A curve is a share of bad requests by number of agents: near 0 far below the limit
// and towards 1 far above, through the given shares at the limit and one above it.
type curve struct {
	limit       int
	at, above   float64
	cliff       bool    // all of the change is in that one step
	rise, decay float64 // of a cliff's shoulders
}

func (c curve) share(n int) float64 {
	d := float64(n - c.limit)
	switch {
	case n == c.limit:
		return c.at
	case n == c.limit+1:
		return c.above
	case c.cliff && d < 0:
		return c.at * math.Pow(float64(n)/float64(c.limit), c.rise)
	case c.cliff:
		return 1 - (1-c.above)*math.Exp(-(d-1)/(c.decay*float64(c.limit)))
	}
	logit := func(p float64) float64 { p = max(p, 1e-4); return math.Log(p / (1 - p)) }
	// Also where the two shares are the same it rises in the end.
	slope := max(logit(c.above)-logit(c.at), 4/float64(c.limit))
	from := logit(c.at)
	if d > 0 {
		from, d = logit(c.above), d-1
	}
	return 1 / (1 + math.Exp(-from-slope*d))
}

// A system is one whose answer is known, for both criteria: speed, then TTFT.
type system struct {
	curves [2]curve
	intra  float64 // correlation within a play, of what is not in bursts
	bursts float64 // part of the bad requests that is in bursts
	burst  float64 // seconds that one lasts on average
	moves  float64 // by how much the load moves shares, at most
	memory float64 // seconds that the load is like itself
	drift  [2]float64
	wears  float64 // time constant of the drift, which wears off once, seconds
	clock  float64 // seconds that the system has been in use
	lasts  float64 // median of a request, seconds
}

const (
	every   = 6.0   // seconds between an agent's requests, on average
	playing = 300.0 // seconds that a play lasts, on average
	ceiling = 3.0   // seconds, of TTFT
)

// limits are those of the criteria.
var limits = [2]float64{0.25, 0.05}

// steady holds the state of one criterion in a phase.
type steady struct {
	spells, outside float64 // part of the time in bursts, share outside of them
	in              bool
	turn            float64 // when the burst begins or ends
	plays           []float64
	drift           float64
}

func (s *system) steady(rng *rand.Rand, criterion, agents int) steady {
	share := s.curves[criterion].share(agents)
	st := steady{spells: share * s.bursts, plays: make([]float64, agents), drift: s.drift[criterion]}
	st.outside = (share - st.spells) / (1 - st.spells)
	st.in = rng.Float64() < st.spells
	st.turn = s.length(rng, &st)
	return st
}

// length draws how long the system stays in or out of a burst.
func (s *system) length(rng *rand.Rand, st *steady) float64 {
	switch {
	case st.spells == 0:
		return math.Inf(1)
	case st.in:
		return s.burst * (0.5 + rng.ExpFloat64()/2)
	}
	return s.burst * (1 - st.spells) / st.spells * rng.ExpFloat64()
}

// begin draws what a play is like.
func (s *system) begin(rng *rand.Rand, st *steady, agent int) {
	st.plays[agent] = st.outside
	if s.intra > 0 && st.outside > 0 && st.outside < 1 {
		k := 1/s.intra - 1
		x, y := gamma(rng, st.outside*k), gamma(rng, (1-st.outside)*k)
		st.plays[agent] = x / (x + y)
	}
}

// bad draws what a request is like. Load is between -1 and 1 and 0 in the mean. Over
// the plays there are the mean is exact at any time, so that the share of the steady
// state is that of the curve.
func (s *system) bad(rng *rand.Rand, st *steady, agent int, now, load float64) bool {
	for st.turn <= now {
		st.in = !st.in
		st.turn += s.length(rng, st)
	}
	if st.in {
		return true
	}
	o := st.outside
	if o <= 0 || o >= 1 {
		return o >= 1
	}
	mean := o + load*min(s.moves, 0.9*o, 0.9*(1-o))
	if st.drift != 0 {
		mean = min(1, max(0, mean+st.drift*math.Exp(-max(0, s.clock+now)/s.wears)))
	}
	p := st.plays[agent]
	if mean <= o {
		return rng.Float64() < p*mean/o
	}
	return rng.Float64() > (1-p)*(1-mean)/(1-o)
}

// gamma draws from a gamma distribution (Marsaglia and Tsang 2000).
func gamma(rng *rand.Rand, a float64) float64 {
	if a < 1 {
		return max(math.SmallestNonzeroFloat64, gamma(rng, a+1)*math.Pow(rng.Float64(), 1/a))
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

// run calls request for each request in order of time, from so many seconds before 0 on,
// until it reports false.
func (s *system) run(rng *rand.Rand, agents int, before float64, request func(now float64, play int, bad [2]bool) bool) {
	states := [2]steady{s.steady(rng, 0, agents), s.steady(rng, 1, agents)}
	plays, until := make([]int, agents), make([]float64, agents)
	for i := range until {
		until[i] = -before
	}
	for c := range states {
		states[c].turn -= before
	}
	begun := 0
	load, gap := rng.NormFloat64(), every/float64(agents)
	for now := -before; ; {
		step := gap * rng.ExpFloat64()
		now += step
		keep := math.Exp(-step / s.memory)
		load = keep*load + math.Sqrt(1-keep*keep)*rng.NormFloat64()
		i := rng.IntN(agents)
		if now >= until[i] {
			plays[i], until[i] = begun, now+playing*rng.ExpFloat64()
			begun++
			s.begin(rng, &states[0], i)
			s.begin(rng, &states[1], i)
		}
		var bad [2]bool
		for c := range states {
			bad[c] = s.bad(rng, &states[c], i, now, math.Tanh(load))
		}
		if !request(now, plays[i], bad) {
			return
		}
	}
}

// observed returns the shares in a phase of so many seconds.
func (s *system) observed(rng *rand.Rand, n int, seconds float64) (shares [2]float64) {
	all := 0.0
	s.run(rng, n, 0, func(now float64, _ int, bad [2]bool) bool {
		if now >= seconds {
			return false
		}
		all++
		for c, b := range bad {
			shares[c] += (one(b) - shares[c]) / all
		}
		return true
	})
	return shares
}

// TestSystems asks whether shares in the long run are those of the curves.
func TestSystems(t *testing.T) {
	const systems, seconds = 100, 3000
	var off [2]float64
	for i := range systems {
		rng := rand.New(rand.NewPCG(1<<40, uint64(i)))
		s, _ := classes[i%len(classes)].draw(rng, i)
		s.drift = [2]float64{}
		n := s.curves[0].limit + i%2
		shares := s.observed(rng, n, seconds)
		for c := range off {
			off[c] += (shares[c] - s.curves[c].share(n)) / systems
		}
	}
	if math.Abs(off[0]) > 0.004 || math.Abs(off[1]) > 0.003 {
		t.Errorf("shares are off by %v on average", off)
	}
}
