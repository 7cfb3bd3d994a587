package decide

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/search"
)

// The share rises with the load and with the input of a request in ways that no curve follows,
// and the curve that assists is wrong altogether. Phases have a load each, at which fewer
// requests are sent where it is high, as load^-1, so that a share of requests is not one of
// moments: the moments are those of the workload, and weigh as many requests as they have. The
// mean of many estimates is the true share of requests. The truth is a sum over the moments
// there are.
func TestAssistIsFair(t *testing.T) {
	moments := (&Population{Held: []float64{1000, 2000, 3000, 10_000, 30_000}, Inputs: []float64{1000, 5000, 20_000}}).moments(5)
	of := func(l moment) float64 {
		p := 0.1 + 0.05*math.Sin(5*l.load)
		if l.load > 0.2 {
			p = 0.5
		}
		if l.input > 0 {
			p += 0.3
		}
		return p
	}
	requests := func(load float64) float64 { return 60 * math.Exp(-load) }
	all, bad, unweighted := 0.0, 0.0, 0.0
	for _, l := range moments {
		all += requests(l.load)
		bad += requests(l.load) * of(l)
		unweighted += of(l) / float64(len(moments))
	}
	truth := bad / all
	if math.Abs(unweighted-truth) < 0.05 {
		t.Fatalf("the test tests nothing: %.3f of moments, %.3f of requests", unweighted, truth)
	}
	const phases = 100
	runs := 2000
	if testing.Short() {
		runs = 500
	}
	for _, tt := range []struct {
		name  string
		f     loadCurve
		gamma float64
		fair  bool
	}{
		{"no curve", loadCurve{a: math.Inf(-1), n0: 1}, 0, true},
		{"a wrong curve", loadCurve{a: 1, b: 3, c: 0.5, d: -1, n0: 4}, -1, true},
		{"a curve of the right direction", loadCurve{a: -1.5, b: 6, c: 4, d: 1, n0: 5}, -1, true},
		{"a curve that does not know that requests are fewer", loadCurve{a: -1.5, b: 6, c: 4, d: 1, n0: 5}, 0, false},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		mean, squares := 0.0, 0.0
		for range runs {
			var samples []sample
			for range phases {
				l := moments[rng.IntN(len(moments))]
				x := sample{load: l.load, n: math.Floor(requests(l.load) + rng.Float64())}
				for range int(x.n) {
					x.k += one(rng.Float64() < of(l))
				}
				x.inputs = []curvePoint{{input: l.input, n: x.n, k: x.k}}
				samples = append(samples, x)
			}
			s := assist(&tt.f, 5, moments, tt.gamma, samples, phases, 0.25)
			mean += s.p / float64(runs)
			squares += s.p * s.p / float64(runs)
		}
		// Ratios of sums are off by about their variance: here a thousandth at most.
		off, err := math.Abs(mean-truth), math.Sqrt((squares-mean*mean)/float64(runs))
		if tt.fair && off > 4*err+0.001 || !tt.fair && off < 10*err {
			t.Errorf("%s: %.4f on average, true is %.4f, standard error %.4f", tt.name, mean, truth, err)
		}
	}
}

// Where phases met other inputs than the workload has, the curve makes up for it: half of the
// workload's requests are long and are slow in 60 of 100, the others in 10; of those measured
// a fifth are long, so that 20 of 100 are slow, and not 35.
func TestAssistMakesUpForInputs(t *testing.T) {
	moments := []moment{{input: -1}, {input: 1}}
	logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
	f := loadCurve{a: (logit(0.1) + logit(0.6)) / 2, d: (logit(0.6) - logit(0.1)) / 2, n0: 1}
	var samples []sample
	for range 8 {
		samples = append(samples, sample{n: 50, k: 10, inputs: []curvePoint{{input: -1, n: 40, k: 4}, {input: 1, n: 10, k: 6}}})
	}
	if s := assist(&f, 5, moments, 0, samples, 8, 0.25); math.Abs(s.p-0.35) > 1e-12 {
		t.Errorf("a share of %v, want 0.35", s.p)
	}
}

// Draws of the steady state: requests have the quantiles of the workload's inputs, so that
// their mean is exact, and so is that of what is held, by a request's agent and the others. Its
// spread is that of independent agents.
func TestMoments(t *testing.T) {
	p := Population{Held: []float64{2000, 6000}, Inputs: []float64{1000, 3000}}
	for n, want := range map[int][2]float64{1: {2000, 1000}, 4: {2000 + 3*4000, math.Sqrt(1e6 + 3*4e6)}} {
		sum, squares, long := 0.0, 0.0, 0.0
		for _, m := range p.moments(n) {
			held := math.Exp(m.load) * 4000 * float64(n)
			sum += held / draws
			squares += held * held / draws
			long += one(math.Abs(m.input-math.Log(1.5)) < 1e-9) / draws
		}
		if spread := math.Sqrt(squares - sum*sum); math.Abs(sum-want[0]) > 1e-6 || math.Abs(spread/want[1]-1) > 0.05 || math.Abs(long-0.5) > 1e-9 {
			t.Errorf("%d agents hold %.1f on average, spread %.1f, want %v; %.2f of requests are long", n, sum, spread, want, long)
		}
	}
	if m := new(Population).moments(7); len(m) != 1 || m[0] != (moment{}) {
		t.Errorf("an unknown one: %v", m)
	}
}

// Three phases of 10 requests at loads of -0.1, 0 and 0.1, 1, 2 and 6 of them bad, beside a
// flat curve of a half, by hand: e is -0.4, -0.3 and 0.1, so that the share is 0.3; the squares
// about their mean are 0.04, 0.01 and 0.09.
func TestAssistByHand(t *testing.T) {
	flat := loadCurve{n0: 1}
	phase := func(k, load float64) sample {
		return sample{n: 10, k: k, load: load, inputs: []curvePoint{{n: 7}, {input: 2, n: 3}}}
	}
	samples := []sample{phase(1, -0.1), phase(2, 0), phase(6, 0.1)}
	s := assist(&flat, 5, []moment{{load: -0.5}, {load: -0.12}, {}, {load: 0.14}, {load: 0.16}, {load: 0.2}}, 0, samples, 1e9, 0.25)
	for _, x := range []struct {
		name      string
		got, want float64
	}{
		{"share", s.p, 0.3}, {"second half", s.later, 0.4}, {"phases", s.m, 3}, {"requests", s.requests, 30},
		{"beyond 0.1 + 0.05", s.unseen, 2.0 / 6}, {"below -0.1 - 0.05", s.unlit, 1.0 / 6},
		{"degrees of freedom", s.nu, 2}, {"variance", s.v, (0.14 + 0.06*0.25*0.75) / 2},
	} {
		if math.Abs(x.got-x.want) > 1e-7 {
			t.Errorf("%s is %v, want %v", x.name, x.got, x.want)
		}
	}
	// Phases that agree vary by chance at least.
	same := []sample{phase(5, 0), phase(5, 0), phase(5, 0), phase(5, 0), phase(5, 0), phase(5, 0)}
	if s := assist(&flat, 5, []moment{{}}, 0, same, 1e9, 0.25); math.Abs(s.v-0.25*0.75/10) > 1e-12 || math.Abs(s.nu-5) > 1e-6 {
		t.Errorf("%+v", s)
	}
	// Phases of 10 and of 40 requests with a half of each bad: they agree, although the curve,
	// which has next to none, is off by more requests in the long ones.
	low := loadCurve{a: -20, n0: 1}
	long := sample{n: 40, k: 20, inputs: []curvePoint{{n: 40}}}
	if s := assist(&low, 5, []moment{{}}, 0, []sample{phase(5, 0), long, phase(5, 0), long}, 1e9, 0.25); math.Abs(s.p-0.5) > 1e-7 || math.Abs(s.v-0.25*0.75/25) > 1e-7 {
		t.Errorf("phases that agree and differ in length: %+v", s)
	}
	// A curve fitted to these phases alone takes three degrees of freedom.
	if s := assist(&flat, 5, []moment{{}}, 0, same, 6, 0.25); s.nu != 2 {
		t.Errorf("%+v", s)
	}
	if s := assist(&flat, 5, []moment{{}}, 0, nil, 0, 0.25); s.m != 0 || !math.IsInf(s.v, 1) {
		t.Errorf("of nothing: %+v", s)
	}
}

// One phase at a small load, in which nothing was slow, points to a pass: what the curve makes
// of larger loads is no reason to turn back.
func TestOnePhaseAtSmallLoad(t *testing.T) {
	cfg := usual
	cfg.Steady = func(record.Pace) Population {
		var p Population
		for i := range 100 {
			p.Held, p.Inputs = append(p.Held, float64(100+1000*i)), append(p.Inputs, float64(100+1000*i))
		}
		return p
	}
	c := newControlled(cfg, twoCriteria, Bounds{Max: 64})
	plan, _ := c.Next()
	o := Observation{Agents: plan.Agents, Measured: 10 * time.Second, Took: 20 * time.Second, Tiers: make([]TierObservation, 1)}
	o.Load.Held, o.Load.HeldMean, o.Load.Requests = 200, 200, 13
	for i := range twoCriteria[0].Criteria {
		crit := &twoCriteria[0].Criteria[i]
		var s confseq.Sample
		for k := range 13 {
			s.Add(int64(k), k, false)
		}
		o.Tiers[0].Criteria = append(o.Tiers[0].Criteria, CriterionObservation{
			Name: crit.Metric.Name, Limit: crit.Limit(), For: s.Evidence(), Against: s.Evidence(), N: 13, Measurable: 13,
			Inputs: []InputCount{{Bin: binOf(200), N: 13}},
		})
	}
	if err := c.Observe(plan, o); err != nil {
		t.Fatal(err)
	}
	if j := c.Judge(plan.Agents)[0]; j.Tentative != search.Pass {
		t.Errorf("%v of %d agents after 13 fast requests, want a pass", j.Tentative, plan.Agents)
	}
	if next, ok := c.Next(); !ok || next.Agents <= plan.Agents {
		t.Errorf("%d agents next, want more than %d", next.Agents, plan.Agents)
	}
}
