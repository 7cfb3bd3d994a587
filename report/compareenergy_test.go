package report_test

import (
	"strings"
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/telemetry"
)

// Power is compared on one basis, and never decides which system is better.
func TestCompareEnergy(t *testing.T) {
	drawing := func(watts, joules float64, basis pricing.Basis) *report.Report {
		r := at(bounds(12, 13), [3]float64{30, 31, 32}, [3]float64{1, 1, 1})
		r.Agentperf.Numbers[0].Yields = []telemetry.Yield{{Watts: watts, Basis: basis, JoulesPerOutputToken: &joules}}
		return r
	}
	a := drawing(400, 2, pricing.MeasuredAccelerator)
	c, err := report.Compare(a, drawing(600, 1.5, pricing.MeasuredAccelerator), report.CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	same, err := report.Compare(a, drawing(400, 2, pricing.MeasuredAccelerator), report.CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]report.Outcome)
	for _, f := range c.Figures {
		found[f.Name+" "+f.Unit] = f.Seems
		t.Log(f.Name, f.Text)
	}
	if found["power (measured_accelerator) W"] != report.Worse || found["energy per output token (measured_accelerator) J"] != report.Better || c.Seems() != same.Seems() {
		t.Errorf("%v, %v", found, c.Seems())
	}
	c, err = report.Compare(a, drawing(900, 3, pricing.MeasuredWall), report.CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Figures {
		if strings.HasPrefix(f.Name, "power") {
			t.Errorf("%+v", f)
		}
	}
	if !strings.Contains(strings.Join(c.Notes, "\n"), "measured_accelerator and of the second measured_wall, which are not compared") {
		t.Errorf("%q", c.Notes)
	}
}
