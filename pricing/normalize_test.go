package pricing_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/pricing"
)

func full() pricing.System {
	return pricing.System{
		Accelerator: "H100-SXM", Accelerators: 8, Price: 5 * pricing.Dollar / 2, PriceNote: "given",
		Power: 5200, Basis: pricing.MeasuredWall, PUE: 1.25, RackAccelerators: 32,
	}
}

func TestNormalize(t *testing.T) {
	n, err := full().Normalize(65)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"8.125 agents per accelerator",
		"10 agents per kW (measured_wall, PUE 1.25)", // 65 over 6.5 kW
		"10000 agents per MW (measured_wall, PUE 1.25)",
		"3.25 agents per $/hour ($2.50 per accelerator-hour, given; inferred formula)", // 65 over $20
		"260 agents per rack of 32 (extrapolated; inferred formula)",
	}
	if diff := cmp.Diff(want, n.Lines("agents")); diff != "" {
		t.Error(diff)
	}
	text, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	var back pricing.Normalized
	if err := json.Unmarshal(text, &back); err != nil || cmp.Diff(n, back) != "" {
		t.Errorf("%v: %s", err, text)
	}

	// What is not known leaves its figure out.
	n, err = pricing.System{Accelerators: 2}.Normalize(0)
	if err != nil || len(n.Lines("agents")) != 1 || *n.PerAccelerator != 0 || n.PerKW != nil || n.PerDollarHour != nil || n.PerRack != nil {
		t.Errorf("%+v, %v", n, err)
	}
	if n, err := (pricing.System{}).Normalize(7); err != nil || n != (pricing.Normalized{}) {
		t.Errorf("nothing known: %+v, %v", n, err)
	}
	if n, _ := (pricing.System{Accelerators: 64, RackAccelerators: 32}).Normalize(64); *n.PerRack != 32 || n.RackExtrapolated {
		t.Errorf("less than was measured is no extrapolation: %+v", n)
	}
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		if n, err := full().Normalize(bad); err == nil {
			t.Errorf("%v is normalized to %+v", bad, n)
		}
	}
}

func TestSystemMistakes(t *testing.T) {
	for _, tt := range []struct {
		change func(*pricing.System)
		words  string
	}{
		{func(s *pricing.System) { s.Accelerators = -1 }, "Accelerators is -1"},
		{func(s *pricing.System) { s.Accelerators = 0 }, "without the number of Accelerators"},
		{func(s *pricing.System) { s.Price = -1 }, "Price is -$0.000000000001"},
		{func(s *pricing.System) { s.Power = pricing.Watts(math.NaN()) }, "Power is NaN W"},
		{func(s *pricing.System) { s.Basis = "" }, "Power has no Basis"},
		{func(s *pricing.System) { s.Power = 0 }, "there is no Power"},
		{func(s *pricing.System) { s.Basis = "guess" }, `"guess" is not a power basis`},
		{func(s *pricing.System) { s.PUE = 0.9 }, "PUE is 0.9"},
		{func(s *pricing.System) { s.Basis = pricing.TDP }, `PUE does not apply to power of basis "tdp"`},
		{func(s *pricing.System) { s.Basis = pricing.AllInUtility }, "PUE does not apply"},
		{func(s *pricing.System) { s.RackAccelerators = -3 }, "RackAccelerators is -3"},
	} {
		s := full()
		tt.change(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%+v: %v, want %q", s, err, tt.words)
		}
	}
	if err := (pricing.System{Accelerators: -1, Price: -1, PUE: 3}).Validate(); strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three mistakes: %v", err)
	}
}

func TestSameBasis(t *testing.T) {
	if err := pricing.SameBasis("", pricing.TDP, pricing.TDP, ""); err != nil {
		t.Error(err)
	}
	err := pricing.SameBasis(pricing.TDP, pricing.MeasuredWall, pricing.TDP)
	if !errors.Is(err, pricing.ErrMixedBases) || !strings.Contains(err.Error(), "tdp and measured_wall") {
		t.Error(err)
	}
}

func TestParsePower(t *testing.T) {
	for text, want := range map[string]pricing.Watts{"5.2kW": 5200, "900W": 900, "1.2MW": 1.2e6, "1.2 MW": 1.2e6, "29989.888W": 29989.888} {
		if got, err := pricing.ParsePower(text); err != nil || got != want {
			t.Errorf("%s is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5.2", "kW", "-1kW", "0W", "NaNW", "infkW", "5 horses", "1e999W", "5kWh", "5KW"} {
		if got, err := pricing.ParsePower(text); err == nil {
			t.Errorf("%q is %v, want an error", text, got)
		}
	}
}
