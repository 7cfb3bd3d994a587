package trajectory

import (
	"math"
	"math/rand/v2"
	"time"
)

// delay returns how long to wait after turn i. It always draws a delay, needed or not,
// so that what one turn needs does not shift the random numbers of the next.
func (p Policy) delay(t *Trajectory, i int, rng *rand.Rand) time.Duration {
	sampled := sampleToolDelay(rng)
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

// sampleToolDelay draws from exp(N(0, 0.8²)) s, kept within [0.1 s, 5 s]: 2 draws in
// 1,000 are below that and 22 above.
func sampleToolDelay(rng *rand.Rand) time.Duration {
	seconds := math.Exp(0.8 * rng.NormFloat64())
	return time.Duration(max(0.1, min(seconds, 5)) * float64(time.Second))
}
