package telemetry

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/pricing"
)

// 500 W and 1,000 tokens/s are half a joule for each token.
func TestYields(t *testing.T) {
	p := &Power{Figures: []PowerFigure{
		{Basis: pricing.MeasuredAccelerator, Watts: new(500.0)},
		{Basis: pricing.MeasuredNode, Reason: "12 % of the window are covered"},
		{Basis: pricing.MeasuredWall, Watts: new(1250.0)},
	}}
	want := []Yield{
		{Watts: 500, Basis: pricing.MeasuredAccelerator, JoulesPerOutputToken: new(0.5), OutputTokensPerJoule: new(2.0)},
		{Watts: 1250, Basis: pricing.MeasuredWall, JoulesPerOutputToken: new(1.25), OutputTokensPerJoule: new(0.8)},
	}
	got := p.Yields(1000)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text := got[0].String(); text != "500 W (measured_accelerator), 0.5 J per output token, 2 output tokens per J" {
		t.Error(text)
	}
	if idle := p.Yields(0); len(idle) != 2 || idle[0].JoulesPerOutputToken != nil || idle[0].String() != "500 W (measured_accelerator)" {
		t.Errorf("%+v", idle)
	}
	if (*Power)(nil).Yields(1) != nil {
		t.Error("a yield of nothing")
	}
	// PUE is the facility's, and applies to whole systems.
	all := Normalize(got, 100, &pricing.System{PUE: 1.25, Power: 1, Basis: pricing.TDP})
	if len(all) != 2 || *all[0].PerKW != 200 || all[0].PUE != 0 || *all[1].PerKW != 64 || all[1].PUE != 1.25 || all[1].PowerNote != "measured by this run" {
		t.Errorf("%+v", all)
	}
	if all = Normalize(got, 100, nil); len(all) != 2 || *all[1].PerMW != 80_000 {
		t.Errorf("%+v", all)
	}
}
