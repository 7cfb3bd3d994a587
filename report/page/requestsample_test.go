package page

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
)

// requestSamples are two systems with the requests of their phases: a steady one, and one that
// slows down and fails now and then.
func requestSamples() (reports []*report.Report, q *Requests) {
	q = &Requests{phases: make(map[phaseOf]*inside)}
	for i, s := range []sample{
		{name: "8x H200, steady", model: "a model", speed: 420, half: 24, system: &pricing.System{Accelerator: "H200", Accelerators: 8}},
		{name: "8x H200, throttled", model: "a model", speed: 400, half: 18, controlled: true, invalid: 7, system: &pricing.System{Accelerator: "H200", Accelerators: 8}},
	} {
		r := s.search()
		r.Agentperf.Run = []string{"0123456789abcdef", "fedcba9876543210"}[i]
		reports = append(reports, r)
		for k := range r.Agentperf.Phases {
			p := &r.Agentperf.Phases[k]
			q.phases[phaseOf{r.Agentperf.Run, p.Index}] = s.inside(rand.New(rand.NewPCG(uint64(i), uint64(k))), p.Agents, i == 1)
		}
	}
	return reports, q
}

// inside makes up what happened in a phase of a number of agents.
func (s sample) inside(r *rand.Rand, n int, throttled bool) *inside {
	in := &inside{from: 12, to: 72, end: 76}
	median := s.at(n) * 1.12
	for agent := range n {
		for t := 8 * r.Float64() * float64(agent) / float64(n); t < in.to; {
			speed := median * math.Exp(0.16*r.NormFloat64())
			if throttled && t > 30 && t < 45 {
				speed *= 0.75
			}
			q := request{sent: t, speed: speed, ttft: 0.03 * math.Exp(0.4*r.NormFloat64()+float64(n)/s.half)}
			q.end = min(in.end, t+q.ttft+(80+240*r.Float64())/speed)
			if throttled && r.IntN(150) == 0 {
				q.failed, q.speed, q.ttft = true, math.NaN(), math.NaN()
			}
			in.requests = append(in.requests, q)
			t = q.end + 2*r.ExpFloat64()
		}
	}
	slices.SortFunc(in.requests, func(a, b request) int { return cmp.Compare(a.sent, b.sent) })
	return in
}
