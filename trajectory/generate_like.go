package trajectory

import (
	"errors"
	"math"
)

// What the parts of a prompt have to be at least, in tokens, to be well-formed.
const (
	leastTools   = 600
	leastSystem  = 16
	leastOpening = 16
)

// validateLike reports what is missing in statistics to generate from.
func validateLike(s *Stats) error {
	if s.Turns.N == 0 || s.Input.N == 0 || s.FirstInput.N == 0 {
		return errors.New("trajectory: Like has no turns, or no input tokens")
	}
	if s.Output.N == 0 || s.Output.Max < 1 || s.Input.Max < 1 || s.FirstInput.Max < 1 {
		return errors.New("trajectory: Like has no output lengths, or none but 0")
	}
	for _, d := range []Distribution{s.Turns, s.Input, s.FirstInput, s.Output, s.Growth, s.ToolDelay, s.HumanDelay} {
		for _, v := range []float64{d.Mean, d.P25, d.P50, d.P75, d.P95, d.Max} {
			if math.IsNaN(v) || math.Abs(v) > 1e8 {
				return errors.New("trajectory: Like has numbers that no session has")
			}
		}
	}
	return nil
}

// shapeLike returns a shape with the percentiles of the statistics.
func shapeLike(s *Stats) shape {
	// Of the first prompt the part that sessions share, as far as that is known:
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
		growth = Distribution{N: 1, P25: leastResult, P50: leastResult, P75: leastResult, P95: leastResult, Max: leastResult}
	}
	sh := shape{
		sessions:  max(1, s.Trajectories),
		window:    math.MaxInt32,
		turns:     like(s.Turns, 1),
		pace:      one(1, 0, 1, 1),
		variants:  [2]int{1, 1},
		tools:     [2]int{tools, tools},
		system:    [2]int{system, system},
		opening:   like(opening, leastOpening),
		output:    like(s.Output, 1),
		growth:    like(growth, leastResult),
		toolDelay: like(s.ToolDelay, 0),
	}
	// Where nothing is known of delays or tools, nothing is made up.
	sh.toolTurns = share(s.ToolTurns, s.Requests-s.Trajectories)
	if unknown := s.UnknownToolDelays; s.ToolTurns > 0 {
		sh.unknownDelays = share(unknown, unknown+s.ToolDelay.N)
	} else if s.ToolDelay.N > 0 {
		sh.toolTurns = share(s.ToolDelay.N, s.Requests-s.Trajectories) // times without names
	}
	if n := min(s.Scaffolds, s.Trajectories, 4); n > 1 {
		sh.variants = [2]int{n, n}
	}
	if s.ToolTurns > 0 {
		share := float64(s.ParallelTurns) / float64(s.ToolTurns)
		sh.parallel = [3]float64{0.7 * share, 0.2 * share, 0.1 * share}
	}
	if s.HumanDelay.N > 0 {
		sh.humanDelay = like(s.HumanDelay, 0)
		// One prompt for so many calls, the number of which is spread as it is
		// in recorded sessions.
		const sigma = 1.25
		mean := float64(s.Requests) / float64(s.HumanDelay.N+s.Trajectories)
		sh.prompted = one(max(1, mean/math.Exp(sigma*sigma/2)), sigma, 1, math.MaxInt32)
	}
	if s.Resets > 0 {
		// Compactions when the window is full, and edits for the rest.
		sh.window = int(s.Input.Max) + max(1, int(s.Output.P95)) + prefixRoom
		sh.compactAt = [2]float64{0.85, 0.95}
		least := tools + system + leastOpening
		sh.compacted = [2]int{max(least, int(s.FirstInput.P50)), max(least, int(s.FirstInput.P50), int(s.Input.P25))}
		sh.edits = 0.5 * float64(s.Resets) / float64(s.Requests)
	}
	return sh
}

// share returns a part of a whole, between 0 and 1.
func share(part, whole int) float64 {
	if whole <= 0 {
		return 0
	}
	return max(0, min(1, float64(part)/float64(whole)))
}
