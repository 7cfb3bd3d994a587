package agentperf_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/pricing"
)

// 46 tokens/s are 11 agents at 4 tokens/s each, and none at 100.
func TestNormalized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{
			Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(4, 100),
			Rule: agentperf.Point{SpawnRate: 4, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second},
			System: pricing.System{
				Accelerators: 8, Power: 4400, Basis: pricing.MeasuredAccelerator, Price: 5 * pricing.Dollar / 2, PriceNote: "given", RackAccelerators: 32,
			},
		}))
		if err != nil {
			t.Fatal(err)
		}
		n := report.Tiers[0].Normalized
		if n == nil || *n.PerAccelerator != 1.375 || *n.PerKW != 2.5 || *n.PerMW != 2500 || *n.PerDollarHour != 0.55 || *n.PerRack != 44 || !n.RackExtrapolated {
			t.Errorf("%+v", n)
		}
		if n := report.Tiers[1].Normalized; n == nil || *n.PerAccelerator != 0 {
			t.Errorf("a tier that not even 1 agent gets: %+v", n)
		}
		var b bytes.Buffer
		if err := report.WriteTable(&b); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"\n    1.375 agents per accelerator\n", "\n    2.5 agents per kW (measured_accelerator)\n", "    0.55 agents per $/hour ($2.50 per accelerator-hour, given; inferred formula)\n"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%q is not in\n%s", want, b.String())
			}
		}
	})
}

// What is no limit is said to be none, and what was not seen is left out.
func TestNormalizedBounds(t *testing.T) {
	cfg := agentperf.Config{
		Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(4, 40),
		Rule:   agentperf.Point{SpawnRate: -1, Settle: 5 * time.Second, Measure: 20 * time.Second, MinTrajectories: -1, MinPerAgent: -1, Drain: 10 * time.Second},
		System: pricing.System{Accelerators: 4},
	}
	synctest.Test(t, func(t *testing.T) {
		report, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, cfg), 6)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := report.WriteTable(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "    at least 1.5 agents per accelerator\n") {
			t.Error(b.String())
		}
		// 6 are too many for 40 tokens/s, but of 1 to 5 nothing is known.
		if n := report.Tiers[1].Normalized; n != nil {
			t.Errorf("%+v", n)
		}
	})
}
