package trajectory

import (
	"math"
	"math/rand/v2"
	"time"
)

// delay returns how long to wait after turn i. It always draws a delay, needed or not,
// so that what one turn needs does not shift the random numbers of the next.
func (p *Policy) delay(t *Trajectory, i int, rng *rand.Rand) time.Duration {
	return p.delayOf(t, i, sampleToolDelay(rng))
}

// delayOf returns how long to wait after turn i where that is the sampled tool delay.
func (p *Policy) delayOf(t *Trajectory, i int, sampled time.Duration) time.Duration {
	turn := &t.Turns[i]
	d := time.Duration(0)
	switch {
	case p.ToolDelay == ToolDelayRecorded && turn.ToolDelayKnown:
		d = turn.ToolDelay
	case p.ToolDelay != ToolDelayNone && t.EndsInTools(i):
		d = sampled
	}
	return p.toolDelay(d) + min(turn.HumanDelay, p.HumanWaits)
}

// toolDelay returns how long a recorded or sampled tool delay is when replayed. The
// policy must be resolved.
func (p Policy) toolDelay(d time.Duration) time.Duration {
	if p.ToolDelay == ToolDelayNone {
		return 0
	}
	d = time.Duration(min(float64(d)*p.ToolDelayScale, math.MaxInt64/2))
	if p.ToolDelayMax > 0 {
		d = min(d, p.ToolDelayMax)
	}
	return d
}

// Waits are the total recorded times between the turns of a workload, and how much of
// them is replayed. Nothing waits after the last turn of a trajectory.
type Waits struct {
	// Tool is the time spent on tools and before subagents started. ToolReplayed
	// leaves out the time on tools where delays are sampled, and everything where
	// there are none.
	Tool, ToolReplayed time.Duration
	// Human is the time spent waiting for people.
	Human, HumanReplayed time.Duration
}

// Waits returns the waits of the workload, subagents included, under a policy.
func (w *Workload) Waits(p Policy) Waits {
	p = p.Resolve()
	var sum Waits
	for t := range w.Threads() {
		for _, s := range t.Subagents {
			sum.Tool += s.Delay
			if p.ToolDelay != ToolDelayNone {
				sum.ToolReplayed += p.toolDelay(s.Delay)
			}
		}
		for i := range t.Turns[:max(0, len(t.Turns)-1)] { // nothing waits after the last
			turn := &t.Turns[i]
			sum.Human += turn.HumanDelay
			sum.HumanReplayed += min(turn.HumanDelay, p.HumanWaits)
			if !turn.ToolDelayKnown {
				continue
			}
			sum.Tool += turn.ToolDelay
			if p.ToolDelay == ToolDelayRecorded {
				sum.ToolReplayed += p.toolDelay(turn.ToolDelay)
			}
		}
	}
	return sum
}

// Sampled tool delays are exp(N(0, sigma²)) s, kept within [least, most]: 2 draws in 1,000
// are below that and 22 above.
const (
	delaySigma = 0.8
	leastDelay = 0.1 // seconds
	mostDelay  = 5
)

func sampleToolDelay(rng *rand.Rand) time.Duration {
	seconds := math.Exp(delaySigma * rng.NormFloat64())
	return time.Duration(max(leastDelay, min(seconds, mostDelay)) * float64(time.Second))
}

// meanSampledDelay returns the mean of sampled tool delays, cut where toolDelay would cut
// them. The policy must be resolved.
func (p *Policy) meanSampledDelay() time.Duration {
	most := float64(mostDelay)
	if p.ToolDelayMax > 0 {
		most = min(most, p.ToolDelayMax.Seconds()/p.ToolDelayScale)
	}
	least := min(leastDelay, most)
	// Of a log-normal X with mu = 0: E[X; a < X < b] = exp(sigma²/2) (F(b) - F(a)), where
	// F is the distribution of N(sigma, 1) at ln(x)/sigma.
	normal := func(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
	a, b := math.Log(least)/delaySigma, math.Log(most)/delaySigma
	mean := least*normal(a) + math.Exp(delaySigma*delaySigma/2)*(normal(b-delaySigma)-normal(a-delaySigma)) + most*normal(-b)
	return time.Duration(mean * float64(time.Second))
}
