package decide

import (
	"math"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// A StaysObservation says by how much the agents of a phase differ in speed beyond what the
// pace explains by which their standings were drawn, and whether they do so persistently: a
// one-way analysis of variance of the logarithm of the seconds for each token over those of
// the pace, by agent. Zero if no pace was assumed.
//
// Agents are drawn where they stand with the weight of the time that everything takes at the
// pace. Where an agent is slower than that for good, such as on a crowded replica, sessions
// like its own are met more often in the steady state than they were drawn.
type StaysObservation struct {
	// Between and Within are the sums of squares between agents and within them, with
	// Agents and Answers degrees of freedom. Size is the sum over agents of their answers,
	// less the sum of the squares of those over all answers: with the same number of
	// answers for each agent, Size/Agents is that number.
	Between float64 `json:"between"`
	Within  float64 `json:"within"`
	Agents  float64 `json:"agents"`
	Answers float64 `json:"answers"`
	Size    float64 `json:"size"`
	// Spread is the sum of the squares, about their mean in the phase, of the logarithms
	// of the agents' stays, with Agents degrees of freedom. A stay is the time that all
	// an agent did took, over what it would have taken at the pace.
	Spread float64 `json:"spread"`
	// Decoding is the part of that time in which answers came.
	Decoding float64 `json:"decoding"`
}

// stayBins is the number of bins for each unit of the logarithm of a stay: within one, stays
// are alike to a tenth. unitStay is the bin of the mean of a phase.
const (
	stayBins = 10
	unitStay = mostBin / 2
)

// stayBin returns the bin of the logarithm of a stay.
func stayBin(z float64) int {
	return unitStay + int(math.Round(stayBins*clamp(z, -unitStay/stayBins, unitStay/stayBins)))
}

// binStay returns the logarithm of a stay that stands for a bin.
func binStay(bin int) float64 { return float64(bin-unitStay) / stayBins }

// stays measures the stays of the agents. It returns their bins too, -1 for agents of which
// nothing is known.
func (v *view) stays() (s StaysObservation, bins []int) {
	bins = make([]int, v.Agents)
	for i := range bins {
		bins[i] = -1
	}
	if v.Pace.Token <= 0 {
		return s, bins
	}
	type agent struct {
		n, x, xx        float64       // answers, and sums over them
		decoding, paced float64       // seconds in which answers came, and those at the pace
		unknown         time.Duration // in requests that say nothing of the speed
	}
	agents := make([]agent, v.Agents)
	within := func(from, to time.Duration) time.Duration { return max(0, min(to, v.until)-max(from, v.Settled)) }
	for _, rows := range [][]record.Row{v.Rows, v.Open} {
		for i := range rows {
			if r := &rows[i]; int(r.Agent) < len(agents) {
				end := r.End
				if end < 0 {
					end = v.until
				}
				agents[r.Agent].unknown += within(r.Begun, end)
			}
		}
	}
	v.answered(func(r *record.Row, perToken float64) {
		if int(r.Agent) >= len(agents) {
			return
		}
		a, x := &agents[r.Agent], perToken/(v.Pace.Token+v.Pace.Context*float64(max(0, r.Planned)))
		a.n++
		a.x += math.Log(x)
		a.xx += math.Log(x) * math.Log(x)
		came := within(r.First, r.Last).Seconds()
		a.decoding += came
		a.paced += came / x
		a.unknown -= within(r.Begun, r.End)
	})
	window := (v.until - v.Settled).Seconds()
	var logs []float64
	var k, n, x, squares, sizes, decoding, time float64
	for i := range agents {
		a := &agents[i]
		known := window - a.unknown.Seconds()
		if a.n == 0 || known < window/4 {
			continue // a stay would rest on next to nothing
		}
		rest := max(0, known-a.decoding) // threads may decode side by side
		z := math.Log((rest + a.decoding) / (rest + a.paced))
		bins[i] = len(logs) // for now
		logs = append(logs, z)
		k, n, x = k+1, n+a.n, x+a.x
		squares += a.x * a.x / a.n
		sizes += a.n * a.n
		s.Within += a.xx - a.x*a.x/a.n
		decoding, time = decoding+a.decoding, time+rest+a.decoding
	}
	if k == 0 || time <= 0 {
		return StaysObservation{}, bins
	}
	s.Between, s.Within = max(0, squares-x*x/n), max(0, s.Within)
	s.Agents, s.Answers, s.Size = k-1, n-k, n-sizes/n
	s.Decoding = decoding / time
	center := mean(logs)
	for i := range bins {
		if bins[i] >= 0 {
			z := logs[bins[i]] - center
			s.Spread += z * z
			bins[i] = stayBin(z)
		}
	}
	return s, bins
}
