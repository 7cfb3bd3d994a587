package worlds

import (
	"flag"
	"fmt"
	"math"
	"testing"

	"github.com/agentperf/agentperf-go/agentperf"
)

var (
	checks = flag.Int("checks", 0, "checks per world")
	pairs  = flag.Int("pairs", 0, "searches per world to set beside checks of the truth and the number above it")
	agents = flag.Int("at", 0, "the number of agents to check; 0 means the truth, and the number above it")
)

// TestChecks checks numbers of agents and prints the verdicts.
func TestChecks(t *testing.T) {
	if *checks == 0 {
		t.Skip("prints figures only; give -checks")
	}
	for _, w := range chosen(t) {
		t.Run(w.Name, func(t *testing.T) {
			for _, n := range w.numbers() {
				verdicts, minutes, real, mean, square := make(map[agentperf.Verdict]int), []float64(nil), 0.0, 0.0, 0.0
				for _, o := range many(t, *checks, w.check(n)) {
					verdicts[o.verdict]++
					minutes = append(minutes, o.minutes)
					real += o.real.Seconds()
					mean += o.estimate / float64(*checks)
					square += o.estimate * o.estimate / float64(*checks)
				}
				wrong := verdicts[agentperf.Pass]
				if n <= w.Truth {
					wrong = verdicts[agentperf.Fail]
				}
				t.Logf("%-10s truth %2d at %2d | n %3d | wrong %d | pass %d fail %d undecided %d | share %.1f +- %.1f %% | min %.0f/%.0f | %.2f s", w.Name, w.Truth, n, *checks, wrong,
					verdicts[agentperf.Pass], verdicts[agentperf.Fail], verdicts[agentperf.Undecided], 100*mean, 100*math.Sqrt(max(0, square-mean*mean)/float64(*checks)), at(minutes, 0.5), at(minutes, 0.9), real/float64(*checks))
			}
		})
	}
}

// TestPairs compares searches with checks of one number each, on the same system with
// other draws, and counts the pairs that are sure of opposite answers.
func TestPairs(t *testing.T) {
	if *pairs == 0 {
		t.Skip("prints figures only; give -pairs")
	}
	for _, w := range chosen(t) {
		t.Run(w.Name, func(t *testing.T) {
			runs := many(t, *pairs, func(t *testing.T, seed uint64) (*agentperf.Report, error) {
				return agentperf.Run(t.Context(), w.config(t, seed))
			})
			for _, n := range w.numbers() {
				opposite, both, line := 0, 0, ""
				for i, c := range many(t, *pairs, w.check(n)) {
					holds, fails := runs[i].lo >= n, runs[i].hi > 0 && runs[i].hi <= n
					both += count((holds || fails) && (c.verdict == agentperf.Pass || c.verdict == agentperf.Fail))
					if holds && c.verdict == agentperf.Fail || fails && c.verdict == agentperf.Pass {
						opposite++
						line += fmt.Sprintf(" seed %d: %d..%d, check %s;", c.seed, runs[i].lo, runs[i].hi, c.verdict)
					}
				}
				t.Logf("%-10s at %2d | pairs %3d | both sure %d | opposite %d%s", w.Name, n, *pairs, both, opposite, line)
			}
		})
	}
}

// numbers returns the numbers of agents to check.
func (w *World) numbers() []int {
	switch {
	case *agents > 0:
		return []int{*agents}
	case w.Truth == 0:
		return []int{1}
	}
	return []int{w.Truth, w.Truth + 1}
}

// check returns a check of n agents, for many. Its seeds are not those of the searches.
func (w *World) check(n int) func(*testing.T, uint64) (*agentperf.Report, error) {
	const others = 1 << 32
	return func(t *testing.T, seed uint64) (*agentperf.Report, error) {
		return agentperf.Check(t.Context(), w.config(t, others+seed), n)
	}
}
