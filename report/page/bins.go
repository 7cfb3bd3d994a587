package page

import (
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// A bin is a stretch of time of a phase.
type bin struct {
	from            float64
	started, failed int
	p25             float64 // of the requests sent in it; NaN for fewer than 8
}

// rate is the number of requests started in a second. The last bin is shorter than the others.
func (b bin) rate(in *inside, step float64) float64 {
	return float64(b.started) / max(step/4, min(step, in.end-b.from))
}

func (in *inside) bins(step float64) []bin {
	n := min(1000, int(math.Ceil(in.end/step)))
	bins := make([]bin, max(1, n))
	speeds := make([][]float64, len(bins))
	for i := range bins {
		bins[i].from = float64(i) * step
	}
	for _, r := range in.requests {
		i := max(0, min(len(bins)-1, int(r.sent/step)))
		bins[i].started++
		if r.failed {
			bins[i].failed++
		}
		if r.speed > 0 {
			speeds[i] = append(speeds[i], r.speed)
		}
	}
	for i, all := range speeds {
		if bins[i].p25 = math.NaN(); len(all) >= 8 {
			bins[i].p25 = quantile(all, 0.25)
		}
	}
	return bins
}

// flying returns how many requests were open over time, at 200 instants.
func (in *inside) flying() []chart.XY {
	const instants = 200
	out := make([]chart.XY, instants+1)
	change := make([]int, instants+2)
	at := func(t float64) int { // the first instant at or after t
		return max(0, min(instants+1, int(math.Ceil(t/in.end*instants))))
	}
	for _, r := range in.requests {
		change[at(r.sent)]++
		change[at(r.end)]--
	}
	n := 0
	for i := range out {
		n += change[i]
		out[i] = chart.XY{X: in.end * float64(i) / instants, Y: float64(n)}
	}
	return out
}

// quantile interpolates at rank (n-1)q; 0 without values, which it sorts.
func quantile(vs []float64, q float64) float64 {
	if len(vs) == 0 {
		return 0
	}
	slices.Sort(vs)
	rank := float64(len(vs)-1) * q
	i := int(rank)
	if i+1 >= len(vs) {
		return vs[i]
	}
	return vs[i] + (vs[i+1]-vs[i])*(rank-float64(i))
}
