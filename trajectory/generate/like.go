package generate

import (
	"errors"
	"math"

	"github.com/agentperf/agentperf-go/trajectory"
)

// The shortest parts that make a well-formed prompt, in tokens.
const (
	leastTools   = 600
	leastSystem  = 16
	leastOpening = 16
)

// validateStats reports what statistics lack to generate from.
func validateStats(s *trajectory.Stats) error {
	if s.Turns.N == 0 || s.Input.N == 0 || s.FirstInput.N == 0 {
		return errors.New("generate: the statistics have no turns, or no input lengths")
	}
	if s.Output.N == 0 || s.Output.Max < 1 || s.Input.Max < 1 || s.FirstInput.Max < 1 {
		return errors.New("generate: the statistics have no output lengths, or none above 0")
	}
	for _, d := range []trajectory.Distribution{s.Turns, s.Input, s.FirstInput, s.Output, s.Growth, s.ToolDelay, s.HumanDelay} {
		for _, v := range []float64{d.Mean, d.P25, d.P50, d.P75, d.P95, d.Max} {
			if math.IsNaN(v) || math.Abs(v) > 1e8 { // 1e8 tokens or seconds: beyond any session
				return errors.New("generate: the statistics have numbers that no session has")
			}
		}
	}
	return nil
}

// recipeLike returns the recipe for sessions with the given statistics, which
// must be valid.
func recipeLike(s *trajectory.Stats) recipe {
	// How much of the first prompt sessions share is not in the statistics:
	// half of a small one.
	scaffold := int(s.FirstInput.P25 / 2)
	tools := scaffold * 4 / 5
	if tools < leastTools {
		tools = 0
	}
	system := max(leastSystem, scaffold-tools)
	opening := s.FirstInput
	for _, v := range []*float64{&opening.P25, &opening.P50, &opening.P75, &opening.P95, &opening.Max} {
		*v -= float64(tools + system)
	}
	growth := s.Growth
	if growth.N == 0 {
		growth = trajectory.Distribution{N: 1, P25: leastResult, P50: leastResult, P75: leastResult, P95: leastResult, Max: leastResult}
	}
	r := recipe{
		sessions:  max(1, s.Trajectories),
		window:    math.MaxInt32,
		turns:     fitted(s.Turns, 1),
		pace:      logNormal(1, 0, 1, 1),
		variants:  [2]int{1, 1},
		tools:     [2]int{tools, tools},
		system:    [2]int{system, system},
		opening:   fitted(opening, leastOpening),
		output:    fitted(s.Output, 1),
		growth:    fitted(growth, leastResult),
		toolDelay: fitted(s.ToolDelay, 0),
	}
	// Where nothing is known of delays or tools, nothing is made up.
	r.toolTurns = share(s.ToolTurns, s.Requests-s.Trajectories)
	if unknown := s.UnknownToolDelays; s.ToolTurns > 0 {
		r.unknownDelays = share(unknown, unknown+s.ToolDelay.N)
	} else if s.ToolDelay.N > 0 {
		r.toolTurns = share(s.ToolDelay.N, s.Requests-s.Trajectories) // times without names
	}
	if n := min(s.Scaffolds, s.Trajectories, 4); n > 1 {
		r.variants = [2]int{n, n}
	}
	if s.ToolTurns > 0 {
		// Statistics count parallel calls and not how many: most are two.
		share := float64(s.ParallelTurns) / float64(s.ToolTurns)
		r.parallel = [3]float64{0.7 * share, 0.2 * share, 0.1 * share}
	}
	if s.HumanDelay.N > 0 {
		r.humanDelay = fitted(s.HumanDelay, 0)
		// The number of turns for each message from the user has the recorded
		// mean, and the spread of the claude-code-like preset.
		const sigma = 1.25
		mean := float64(s.Requests) / float64(s.HumanDelay.N+s.Trajectories)
		r.prompted = logNormal(max(1, mean/math.Exp(sigma*sigma/2)), sigma, 1, math.MaxInt32)
	}
	if s.Resets > 0 {
		// Compactions when the window is full; edits account for the rest,
		// taken to be half.
		r.window = int(s.Input.Max) + max(1, int(s.Output.P95)) + prefixRoom
		r.compactAt = [2]float64{0.85, 0.95}
		least := tools + system + leastOpening
		r.compacted = [2]int{max(least, int(s.FirstInput.P50)), max(least, int(s.FirstInput.P50), int(s.Input.P25))}
		r.edits = 0.5 * float64(s.Resets) / float64(s.Requests)
	}
	return r
}

// share returns part as a share of whole, between 0 and 1.
func share(part, whole int) float64 {
	if whole <= 0 {
		return 0
	}
	return max(0, min(1, float64(part)/float64(whole)))
}
