package pricing_test

import (
	"math"
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
)

// The figures that are published, or that follow from published ones.
func TestPublishedArithmetic(t *testing.T) {
	// $2 for each of 8 accelerators at 10,000 tokens/s: 16 / 36 dollars exactly.
	cost, err := pricing.CostPerMillion(2*pricing.Dollar, 8, 10_000)
	if err != nil || cost.String() != "$0.444444444444" || cost.Text(3) != "$0.444" {
		t.Errorf("%v, %v; want $0.444", cost, err)
	}
	// $5.13 for 1M in + 1M out at $2.70 for each of 8 chips (TPU v6e on demand, Llama 3.3 70B at
	// 30 tokens/s per query) implies 21.60 / (5.13 x 3600) x 1e6 = 1169.59 tokens/s.
	cost, err = pricing.CostPerMillion(27*pricing.Dollar/10, 8, 1169.6)
	if err != nil || cost.Text(2) != "$5.13" {
		t.Errorf("%v, %v; want $5.13", cost, err)
	}

	for _, tt := range []struct {
		name     string
		inferred bool // worked out from published figures, not published itself
		system   pricing.System
		agents   float64
		figure   func(pricing.Normalized) *float64
		want     float64
		within   float64
	}{
		{
			name: "GB300 NVL72, DeepSeek V4 Pro, tier 1", system: pricing.System{Accelerators: 32}, agents: 1840,
			figure: perAccelerator, want: 57.5,
		},
		{
			name: "GB300 NVL72, DeepSeek V4 Pro, tier 2", system: pricing.System{Accelerators: 40}, agents: 768,
			figure: perAccelerator, want: 19.2,
		},
		{
			// 57.5 agents each and 61,354 per MW leave 937 W for each.
			name: "GB300 power at tier 1", inferred: true,
			system: pricing.System{Accelerators: 32, Power: 32 * 937.184, Basis: pricing.MeasuredAccelerator}, agents: 1840,
			figure: perMW, want: 61_354, within: 1,
		},
		{
			// 1.4 agents each and 2,594 per MW: about 540 W.
			name: "H200 power at tier 1", inferred: true,
			system: pricing.System{Accelerators: 8, Power: 8 * 539.7, Basis: pricing.MeasuredAccelerator}, agents: 8 * 1.4,
			figure: perMW, want: 2594, within: 1,
		},
	} {
		n, err := tt.system.Normalize(tt.agents)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.figure(n); got == nil || math.Abs(*got-tt.want) > tt.within {
			t.Errorf("%s (inferred: %v): %v, want %v", tt.name, tt.inferred, got, tt.want)
		}
	}

	// The other way round: the power that the published pair implies.
	one, err := pricing.System{Power: 1e6, Basis: pricing.MeasuredAccelerator}.Normalize(61_354)
	if err != nil || *one.PerMW != 61_354 || *one.PerKW != 61.354 {
		t.Errorf("%+v, %v", one, err)
	}
	if watts := 57.5 / *one.PerMW * 1e6; math.Round(watts) != 937 {
		t.Errorf("implied power per GB300 is %v W, want 937", watts)
	}
}

func perAccelerator(n pricing.Normalized) *float64 { return n.PerAccelerator }
func perMW(n pricing.Normalized) *float64          { return n.PerMW }
