package trajectory

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// A Steady is the steady state of a workload that agents replay by a policy at a [Pace]:
// where an agent stands at a random moment, long after it began. It is immutable and safe
// for concurrent use.
//
// That moment falls into a trajectory with a probability in proportion to how long it takes
// to play, not to how often it is played, and into each instant of it alike: long
// trajectories, and within them long answers and long pauses, are met more often than they
// occur (length-biased sampling, the inspection paradox; D. R. Cox, Renewal Theory,
// Methuen 1962, chapter 5). So the law is: a trajectory drawn with the weight of its
// duration, and an instant drawn uniformly from that.
//
// Durations are those of [Replayer.Play]: requests at the pace, the delays that the policy
// replays, the mean where they are sampled, and subagents beside their parents until all
// have ended. An answer whose length the policy leaves open is taken to have the recorded
// length, or the limit where none is recorded, at most 500 tokens.
type Steady struct {
	workload *Workload
	timer    timer
	until    []float64 // sum of the durations of trajectories, in seconds
	held     levels
	inputs   []int // of all turns, ascending
	means    Means
}

// NewSteady returns the steady state of a workload. The policy and the workload must be
// valid, and the workload is not to be changed.
func NewSteady(w *Workload, policy Policy, pace Pace) *Steady {
	s := &Steady{workload: w, timer: newTimer(policy, pace), until: make([]float64, len(w.Trajectories))}
	total := 0.0
	for i, t := range w.Trajectories {
		c := s.timer.course(t, 0)
		total += c.length()
		s.until[i] = total
		s.held.add(c.changes())
	}
	s.held.sort()
	s.means = s.average()
	return s
}

// draw draws a trajectory, by its index, and where an agent stands in it.
func (s *Steady) draw(rng *rand.Rand) (int, *standing) {
	n := len(s.until)
	at := rng.Float64() * s.until[n-1]
	i := min(sort.Search(n, func(i int) bool { return s.until[i] > at }), n-1)
	if i > 0 {
		at -= s.until[i-1]
	}
	c := s.timer.course(s.workload.Trajectories[i], 0)
	// Rounding may put the instant at the very end, where nothing is left to play.
	at = min(at, math.Nextafter(c.length(), 0))
	return i, c.at(at, &s.timer)
}

// Length returns how long a play of a trajectory of the workload takes from the given turn
// on, in seconds, without what was under way before it.
func (s *Steady) Length(t *Trajectory, turn int) float64 {
	c := s.timer.course(t, 0)
	if turn < 0 || turn >= len(c.requests) {
		return 0
	}
	return c.length() - c.requests[turn].sent
}

// Held returns n quantiles, at (i+0.5)/n, of the input tokens that one agent holds at a
// random moment, in ascending order: the sum of the latest prompts ([Turn.PromptEstimate])
// of its live threads. A thread is live from its first request to the end of its last.
func (s *Steady) Held(n int) []float64 { return s.held.quantiles(n) }

// Inputs returns n quantiles, at (i+0.5)/n, of the input tokens of a request
// ([Turn.PromptEstimate]), in ascending order. All turns of the workload are sent equally
// often in the steady state.
func (s *Steady) Inputs(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		if k := len(s.inputs); k > 0 {
			out[i] = float64(s.inputs[min(k-1, int((float64(i)+0.5)/float64(n)*float64(k)))])
		}
	}
	return out
}

// Means are means over the requests of the steady state. All turns of the workload are
// sent equally often there, whatever their length, those of subagents included.
type Means struct {
	// Input is the number of input tokens, and NewInput of those that it has more than
	// the previous request of its thread: all for turn 0, and none where the prompt
	// shrank.
	Input, NewInput float64
	// Output is the number of output tokens.
	Output float64
	// Turn is the index of the turn in its thread.
	Turn float64
	// Busy is how long the request takes at the pace, in seconds. Seconds adds the delay
	// that follows it in its thread, without waits for subagents.
	Busy, Seconds float64
}

// Means returns the means over the requests of the steady state, all 0 without any.
func (s *Steady) Means() Means { return s.means }

func (s *Steady) average() Means {
	var m Means
	n := 0.0
	for t := range s.workload.Threads() {
		last := 0
		for i := range t.Turns {
			turn := &t.Turns[i]
			prompt := turn.PromptEstimate()
			s.inputs = append(s.inputs, prompt)
			output, _ := s.timer.answer(turn)
			_, busy := s.timer.request(turn)
			n++
			m.Input += float64(prompt)
			m.NewInput += float64(max(0, prompt-last))
			m.Output += float64(output)
			m.Turn += float64(i)
			m.Busy += busy
			m.Seconds += busy + s.timer.delay(t, i)
			last = prompt
		}
	}
	slices.Sort(s.inputs)
	if n > 0 {
		for _, v := range []*float64{&m.Input, &m.NewInput, &m.Output, &m.Turn, &m.Busy, &m.Seconds} {
			*v /= n
		}
	}
	return m
}
