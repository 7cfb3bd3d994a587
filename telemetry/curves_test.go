package telemetry

import (
	"fmt"
	"math"
	"testing"

	"github.com/agentperf/agentperf-go/pricing"
)

// at returns the value of a curve at a second; NaN if it has none there.
func curveAt(points []Point, second float64) float64 {
	for _, p := range points {
		if p.Nanos == after(second).UnixNano() {
			return p.Value
		}
	}
	return math.NaN()
}

// Two engines add up, their KV use is a mean, and a time without a page has no value.
func TestCurves(t *testing.T) {
	engine := func(name string, n float64) Observed {
		return observe(t, Target{Name: name}, every(1, func(at float64) string {
			if at > 20 && at < 30 {
				return ""
			}
			return fmt.Sprintf("vllm:num_requests_running %v\nvllm:num_requests_waiting %v\nvllm:kv_cache_usage_perc %v\n", n, n*at, n/10)
		}))
	}
	c := CurvesOf([]Observed{engine("a", 1), engine("b", 4)}, phase)
	for what, got := range map[string][2]float64{
		"running": {curveAt(c.Running, 40), 5}, "waiting": {curveAt(c.Waiting, 40), 5 * 40}, "KV": {curveAt(c.KVUse, 40), 0.25},
	} {
		if !near(got[0], got[1]) {
			t.Errorf("%s: %v, want %v", what, got[0], got[1])
		}
	}
	unknown := false
	for _, p := range c.Running {
		unknown = unknown || math.IsNaN(p.Value) && p.Nanos > after(20).UnixNano() && p.Nanos < after(30).UnixNano()
	}
	if !unknown || len(c.Watts) != 0 {
		t.Errorf("the gap is drawn: %v; %v", c.Running, c.Watts)
	}
}

// Power is the sum of devices, each once, by its samples or else by its energy counter.
func TestWattCurves(t *testing.T) {
	meter := func(name string) Observed {
		return observe(t, Target{Name: name, Role: PowerMeter}, every(1, func(at float64) string {
			return fmt.Sprintf("DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-a\"} %v\nDCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{UUID=\"GPU-b\"} %v\nipmi_dcmi_power_consumption_watts %v\n",
				100+math.Mod(at, 2), 1000*(1e6+200*at), 900+math.Mod(at, 2))
		}))
	}
	c := CurvesOf([]Observed{meter("x"), meter("y")}, phase)
	acc := c.Watts[pricing.MeasuredAccelerator]
	if got := curveAt(acc, 40); !near(got, 300) {
		t.Errorf("%v W at 40 s", got)
	}
	if got := curveAt(acc, 41); !near(got, 301) {
		t.Errorf("%v W at 41 s", got)
	}
	if len(c.Watts) > 2 {
		t.Errorf("%d bases", len(c.Watts))
	}
	// A device that has no figure is not drawn.
	silent := observe(t, Target{Name: "z", Role: PowerMeter}, every(1, func(float64) string { return "DCGM_FI_DEV_POWER_USAGE{UUID=\"GPU-c\"} 0\n" }))
	if c := CurvesOf([]Observed{meter("x"), silent}, phase); len(c.Watts[pricing.MeasuredAccelerator]) != 0 {
		t.Errorf("drawn: %v", c.Watts)
	}
}
