package decide

import (
	"math"
	"math/rand/v2"
)

// A Population is the steady state of the load at one pace: what agents hold and ask for at
// a random moment. The zero Population is unknown.
type Population struct {
	// Held is a sample of the input tokens that one agent holds at a random moment, and
	// Inputs one of those of a request.
	Held, Inputs []float64
	// Input, Output and Turn are means over requests: of their input tokens, of their
	// output tokens, and of their place in the session, from 0. Seconds is the mean time
	// from one request of an agent to the next, Busy that of the request alone.
	Input, Output, Turn, Seconds, Busy float64
}

// mean returns the mean of a sample; 0 if it is empty.
func mean(sample []float64) float64 {
	sum := 0.0
	for _, h := range sample {
		sum += h
	}
	return sum / max(1, float64(len(sample)))
}

// draws is the number of draws that stand for the steady state. They are stratified, so that
// the mean of what agents hold is exact and a share of a quarter is off by half a point, a
// fraction of what phases leave.
const draws = 1000

// A moment is what is drawn of the steady state: the load at the time of a request, and the
// request's input.
type moment struct{ load, input float64 }

// moments draws from the distribution of requests at n agents: one of the workload, each as
// likely as any other, while the other agents hold what they hold at a random moment. It is
// the same at each call. The draws are a Latin hypercube sample (McKay, Beckman and Conover
// 1979): each agent goes through all quantiles, in an order of its own.
func (p *Population) moments(n int) []moment {
	held, input := mean(p.Held), mean(p.Inputs)
	if held <= 0 || input <= 0 {
		return []moment{{}}
	}
	rng := rand.New(rand.NewPCG(uint64(n), draws))
	out := make([]moment, draws)
	others := min(n-1, 300) // of many agents the sum hardly varies
	sums := make([]float64, draws)
	for range others {
		for i, k := range rng.Perm(draws) {
			sums[i] += p.Held[(2*k+1)*len(p.Held)/(2*draws)]
		}
	}
	for i := range out {
		own := p.Inputs[(2*i+1)*len(p.Inputs)/(2*draws)]
		out[i] = moment{logRatio(sums[i]+own, held*float64(others+1)), logRatio(own, input)}
	}
	return out
}

// logRatio is bounded: a phase in which agents hold next to nothing is no reason to
// extrapolate without end.
func logRatio(s, mean float64) float64 { return math.Log(max(s/mean, 0.01)) }

// A share is an estimate of the share of bad requests at one number of agents, from
// replications.
type share struct {
	p        float64 // the estimate
	held     float64 // that which is held against the limit, with what was not seen of the load
	v        float64 // the variance of one replication about it
	m, nu    float64 // replications and degrees of freedom, effective ones
	unseen   float64 // the part of the load that is above any measured, as far as nothing says what it is like
	unlit    float64 // the part of the load that is below any measured
	later    float64 // the estimate from the second half of the phases alone
	requests float64
	phases   int
}

// A sample is one phase at the number of agents that is estimated.
type sample struct {
	n, k, load float64
	warmth     float64 // see [controlled.warmth]
	inputs     []curvePoint
}

// expected returns the number of bad requests that the curve has for a phase.
func (x *sample) expected(f *loadCurve, agents int) (k float64) {
	for i := range x.inputs {
		k += x.inputs[i].n * f.at(float64(agents)*math.Exp(x.warmth), x.load, x.inputs[i].input)
	}
	return k
}

// assist estimates the share at a number of agents with the curve as a control variate
// (Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992): the mean of the
// curve over the requests of the steady state, plus the mean deviation of the phases from it.
// Requests and not moments are counted, and at high loads there are fewer of them: gamma is
// the slope of the logarithm of their number on the load. all is the number of phases that
// the curve was fitted to.
func assist(f *loadCurve, agents int, moments []moment, gamma float64, samples []sample, all int, q float64) (s share) {
	above, below := 0.0, 0.0
	top, bottom := math.Inf(-1), math.Inf(1)
	for _, x := range samples {
		s.requests += x.n
		top, bottom = max(top, x.load), min(bottom, x.load)
	}
	weights := 0.0
	for _, l := range moments {
		w := math.Exp(gamma * l.load)
		weights += w
		s.p += w * f.at(float64(agents), l.load, l.input)
		if l.load > top+loadSlack {
			above += w
		}
		if l.load < bottom-loadSlack {
			below += w
		}
	}
	s.p /= weights
	s.unseen, s.unlit = above/weights, below/weights
	s.phases = len(samples)
	s.m = float64(len(samples))
	if s.requests == 0 {
		s.v, s.m = math.Inf(1), 0
		return s
	}
	mean := s.requests / s.m
	s.later = s.p
	e, squares := make([]float64, len(samples)), 0.0
	for i, x := range samples {
		e[i] = (x.k - x.expected(f, agents)) / mean
		s.p += e[i] / s.m
		if half := len(samples) / 2; i >= half {
			s.later += e[i] / float64(len(samples)-half)
		}
	}
	center := 0.0
	for _, x := range e {
		center += x / s.m
	}
	// The mean is one of all requests, a ratio: phases with more of them weigh more, and are
	// not further from it for that (Cochran, Sampling Techniques, 1977, section 6.4).
	for i, x := range e {
		d := x - center*samples[i].n/mean
		squares += d * d
	}
	// The curve was fitted to these phases too: it takes up to three degrees of freedom,
	// fewer where other numbers share them.
	s.nu = max(2, s.m-1-3*min(1, 1.5*s.m/max(1, float64(all))))
	s.v = max((squares+priorVariance*q*(1-q))/s.nu, q*(1-q)/mean)
	s.p = max(0, min(1, s.p))
	return s
}

const (
	// priorVariance is what phases are assumed to vary by before any was seen, in units of
	// the variance of one request at the limit: that of some 16 independent requests.
	priorVariance = 0.06
	// loadSlack is how far a load may be beyond those that were measured and still be
	// taken to be like them: five percent.
	loadSlack = 0.05
)
