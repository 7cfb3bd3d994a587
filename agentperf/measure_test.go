package agentperf_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

// A system of 46 tokens/s gives each of n agents 46/n: every number is measured once, the
// failing ones included, and the verdicts are those of the division.
func TestMeasure(t *testing.T) {
	rules := map[string]agentperf.Rule{
		"point":      agentperf.Point{SpawnRate: -1, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second},
		"controlled": agentperf.Controlled{ErrorRate: 0.1, SpawnRate: -1},
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := inMemory(t, &endpointtest.Engine{Capacity: 460}, agentperf.Config{
					Workload: workload(t, 5, []int{20, 7, 33}, 0), Tiers: floor(40, 100), Rule: rule,
				})
				list := []int{1, 4, 16, 20}
				report, err := agentperf.Measure(t.Context(), cfg, list...)
				if err != nil || !report.Complete {
					t.Fatal(err, report.Complete)
				}
				measured := make(map[int]int)
				for i, p := range report.Phases {
					if measured[p.Agents]++; i < len(list) && p.Agents != list[i] {
						t.Errorf("phase %d has %d agents, expected each number once first, in order", i, p.Agents)
					}
				}
				if len(measured) != len(list) || name == "point" && len(report.Phases) != len(list) || !slices.Equal(report.Config.Agents, list) {
					t.Errorf("measured %v", measured)
				}
				for _, tier := range report.Tiers {
					for _, n := range list {
						want := agentperf.Fail
						if 460/float64(n) >= float64(tier.SpeedFloorTokensPerSecond) {
							want = agentperf.Pass
						}
						if got := tier.Number(n); got == nil || got.Verdict != want {
							t.Errorf("%s at %d: %+v, want %s", tier.Name, n, got, want)
						}
					}
				}
				if s, want := report.Tiers[1].Sentence(), "100 tokens/s with TTFT of at most 1m0s: 4 agents hold, 16 do not"; !hasPrefix(s, want) {
					t.Errorf("%q, want %q", s, want)
				}
			})
		})
	}
}

func hasPrefix(s, prefix string) bool { return len(s) >= len(prefix) && s[:len(prefix)] == prefix }

func TestMeasureRefusesLists(t *testing.T) {
	cfg := agentperf.Config{Workload: workload(t, 1, []int{5}, 0)}
	for _, list := range [][]int{{}, {0}, {3, 3}, {4, 2}, {1, 2_000_000}} {
		if _, err := agentperf.Measure(t.Context(), cfg, list...); err == nil {
			t.Errorf("%v is accepted", list)
		}
	}
}

// A list that is cut short says which numbers it lacks, and goes on from its journal without
// measuring again what that holds.
func TestMeasureResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 460}, agentperf.Config{
			Workload: workload(t, 5, []int{20, 7, 33}, 0), Tiers: floor(40), Journal: t.TempDir(), MaxPhases: 2,
			Rule: agentperf.Point{SpawnRate: -1, Settle: -1, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1},
		})
		if _, err := agentperf.Measure(t.Context(), cfg, 1, 2, 4); !errors.Is(err, agentperf.ErrUndecided) {
			t.Errorf("%v, want ErrUndecided", err)
		}
		cfg.MaxPhases = 0
		report, err := agentperf.Measure(t.Context(), cfg, 2, 4, 16)
		if err != nil {
			t.Fatal(err)
		}
		var ns []int
		for _, p := range report.Phases {
			ns = append(ns, p.Agents)
		}
		if !slices.Equal(ns, []int{1, 2, 4, 16}) || report.Resumed != 2 {
			t.Errorf("%v, %d resumed", ns, report.Resumed)
		}
	})
}
