package agentperf_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/metrics"
)

func e2eFloor(speeds ...float64) (tiers []agentperf.Tier) {
	for _, s := range speeds {
		tiers = append(tiers, agentperf.Tier{E2EFloor: metrics.TokensPerSecond(s)})
	}
	return tiers
}

// With nothing but tokens in a request, the first as long in coming as any other,
// E2E speed is C/n: the answer is exactly floor(C/s).
func TestE2ESpeed(t *testing.T) {
	for _, tt := range []struct{ capacity, floor float64 }{{46, 4}, {40, 5}, {300, 50}, {300, 500}} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := inMemory(t, &endpointtest.Engine{Capacity: tt.capacity}, agentperf.Config{
					Workload: workload(t, 5, []int{60, 45, 80}, 0), Tiers: e2eFloor(tt.floor), Rule: short,
				})
				report, err := agentperf.Run(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				got, want := report.Tiers[0], int(tt.capacity/tt.floor)
				if got.MaxAgents != want || got.FirstFailingAgents == nil || *got.FirstFailingAgents != want+1 {
					t.Errorf("%+v, want exactly %d", got, want)
					logPhases(t, report)
				}
				if name := fmt.Sprintf("e2e:%v", tt.floor); got.Name != name || !strings.Contains(got.Sentence(), "over whole requests (P25)") {
					t.Errorf("%q: %s", got.Name, got.Sentence())
				}
			})
		})
	}
}

// The wait for the first token counts, which output speed leaves out: 40 tokens, the
// first after 0.5 s and the others 10 ms apart, are 40 / 0.89 s, or 44.94 tokens/s,
// whatever the number of agents and the percentile.
func TestE2ECountsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tiers := append(e2eFloor(44.93, 44.95), floor(99.99)...)
		tiers = append(tiers, agentperf.Tier{E2EFloor: 44.93, E2EPercent: 5}, agentperf.Tier{E2EFloor: 44.95, E2EPercent: 95})
		cfg := inMemory(t, &endpointtest.Engine{PerRequest: 100, TTFT: 500 * time.Millisecond}, agentperf.Config{
			Workload: workload(t, 5, []int{40}, 0), Tiers: tiers, Rule: short,
		})
		report, err := agentperf.Check(t.Context(), cfg, 7)
		if err != nil {
			t.Fatal(err)
		}
		p := report.Phases[0]
		for i, want := range []agentperf.Verdict{agentperf.Pass, agentperf.Fail, agentperf.Pass, agentperf.Pass, agentperf.Fail} {
			if p.Verdicts[i].Verdict != want {
				t.Errorf("%+v, want %s", p.Verdicts[i], want)
			}
		}
		if math.Abs(*p.Figures.P25E2ESpeed-40/0.89) > 1e-3 {
			t.Errorf("E2E speed %v, want %v", *p.Figures.P25E2ESpeed, 40/0.89)
		}
		var table strings.Builder
		if err := report.WriteTable(&table); err != nil || !strings.Contains(table.String(), "P25 E2E") || !strings.Contains(table.String(), " 44.9 ") {
			t.Errorf("%v\n%s", err, &table)
		}
	})
}

// A failed request has an E2E speed of 0: one in three makes P25 zero, one in ten
// not.
func TestE2EFailures(t *testing.T) {
	for every, want := range map[int]agentperf.Verdict{3: agentperf.Fail, 10: agentperf.Pass} {
		synctest.Test(t, func(t *testing.T) {
			cfg := inMemory(t, &endpointtest.Engine{Capacity: 1000, Fault: func(n int) endpointtest.Fault {
				if n%every == every-1 {
					return endpointtest.Fault{Kind: endpointtest.FaultStatus, Status: 500}
				}
				return endpointtest.Fault{}
			}}, agentperf.Config{
				Workload: workload(t, 5, []int{20}, 0), Tiers: e2eFloor(10), Rule: short,
			})
			report, err := agentperf.Check(t.Context(), cfg, 2)
			if err != nil {
				t.Fatal(err)
			}
			if got := report.Phases[0].Verdicts[0]; got.Verdict != want {
				t.Errorf("1 in %d fails: %+v, want %s", every, got, want)
			}
		})
	}
}

func TestE2ETiersAreChecked(t *testing.T) {
	for want, tier := range map[string]agentperf.Tier{
		"E2EFloor is -1":                 {E2EFloor: -1},
		"E2EFloor is NaN":                {E2EFloor: metrics.TokensPerSecond(math.NaN())},
		"E2EFloor is 0 at percentile 10": {E2EPercent: 10},
		"at percentile 100":              {E2EFloor: 5, E2EPercent: 100},
		"has both E2EFloor":              {E2EFloor: 5, SpeedFloor: 5},
	} {
		err := (agentperf.Config{Tiers: []agentperf.Tier{tier}, Workload: workload(t, 1, []int{1}, 0)}).Validate()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, expected %q", err, want)
		}
	}
}
