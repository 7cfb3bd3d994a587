package telemetry

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
)

var epoch = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func secondsIn(s float64) time.Time { return epoch.Add(time.Duration(math.Round(s * 1e9))) }

// powerPhase is one whose window is from 10 s to so many seconds later.
func powerPhase(window float64) Instants {
	return Instants{Begin: secondsIn(5), Settled: secondsIn(10), WindowEnd: secondsIn(10 + window), End: secondsIn(15 + window)}
}

// sampled returns the points of a function from 0.5 s on.
func sampled(to, step float64, f func(t float64) float64) (points []Point) {
	for t := 0.5; t <= to; t += step {
		points = append(points, Point{secondsIn(t).UnixNano(), f(t)})
	}
	return points
}

// of returns a series; labels are name, value, name, value.
func of(points []Point, name string, labels ...string) Series {
	s := Series{Name: name, Points: points}
	for i := 0; i < len(labels); i += 2 {
		s.Labels = append(s.Labels, Label{labels[i], labels[i+1]})
	}
	return s
}

func seen(role Role, name string, series ...Series) Observed {
	return Observed{Target: Target{Name: name, Role: role}, Series: series}
}

// rising is 100 W and 5 W more each second: 300 W on average from 10 s to 70 s, and 18 kJ.
func rising(t float64) float64 { return 100 + 5*t }

func scaled(f func(float64) float64, by float64) func(float64) float64 {
	return func(t float64) float64 { return by * f(t) }
}

// held is a function as an exporter shows it that looks only every so often.
func held(f func(float64) float64, every float64) func(float64) float64 {
	return func(t float64) float64 { return f(math.Floor(t/every) * every) }
}

const gpu, joules = "DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"

// steady is a counter of millijoules at 300 W.
func steady(t float64) float64 { return 1e9 + 300e3*t }

func TestPower(t *testing.T) {
	power := sampled(80, 1, rising)
	wiggling := func(t float64) float64 { return 300 + 10*math.Mod(math.Floor(t), 2) } // 305 on average
	seven := func(missing ...Series) (s []Series) {
		for id := range strings.SplitSeq("abcdefg", "") {
			s = append(s, of(power, gpu, "UUID", "GPU-"+id))
		}
		return append(s, missing...)
	}
	without := func(from, to float64) (points []Point) {
		for _, p := range power {
			if at := float64(p.Nanos-epoch.UnixNano()) / 1e9; at < from || at > to {
				points = append(points, p)
			}
		}
		return points
	}
	with := func(v float64, when ...float64) []Point {
		points := append([]Point(nil), power...)
		for _, w := range when {
			points[int(w)].Value = v
		}
		return points
	}
	for _, tt := range []struct {
		name   string
		window float64
		named  int
		seen   []Observed
		watts  float64 // 0 for none
		from   string
		reason string // part of it
		codes  string // of the warnings
	}{
		// The ends are between samples: 9.5 s and 10.5 s, 69.5 s and 70.5 s.
		{"samples of a straight line", 60, 1, []Observed{seen(PowerMeter, "a", of(power, gpu, "gpu", "0"))}, 300, FromPower, "", ""},
		{"each reading of a log", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, func(float64) float64 { return 250 }), logWall))}, 250, FromPower, "", ""},
		{"millijoules", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, steady), joules, "gpu", "0"))}, 300, FromEnergy, "", ""},
		{"microjoules, a gauge with a prefix", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, scaled(steady, 1e3)), "amd_gpu_energy_consumed", "gpu_id", "0"))}, 300, FromEnergy, "", ""},
		{"joules", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, scaled(steady, 1e-3)), "nvidia_smi_energy_joules_total", "uuid", "x"))}, 300, FromEnergy, "", ""},
		{"energy comes first", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, wiggling), gpu, "gpu", "0"), of(sampled(80, 1, steady), joules, "gpu", "0"))}, 300, FromEnergy, "", ""},
		{"a little apart", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, scaled(wiggling, 1.2)), gpu, "gpu", "0"), of(sampled(80, 1, steady), joules, "gpu", "0"))}, 300, FromEnergy, "", "power_sources_differ"},
		{"a unit is wrong", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, wiggling), gpu, "gpu", "0"), of(sampled(80, 1, scaled(steady, 1./10)), joules, "gpu", "0"))}, 0, "", "cannot both be right", "power_sources_differ"},
		{"an exporter that looks every 30 s, a short window", 20, 1, []Observed{seen(PowerMeter, "a", of(sampled(95, 1, held(rising, 30)), gpu, "gpu", "0"))}, 0, "", "renewed every 30s", ""},
		{"and its counter", 20, 1, []Observed{seen(PowerMeter, "a", of(sampled(95, 1, held(steady, 30)), joules, "gpu", "0"))}, 0, "", "cover 0 % of the window, expected at least 95 %; it is renewed every 30 s", ""},
		{"samples beside a counter of 30 s", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(95, 1, held(steady, 30)), joules, "gpu", "0"), of(power, gpu, "gpu", "0"))}, 300, FromPower, "", ""},
		{"a counter of 30 s over ten minutes", 600, 1, []Observed{seen(PowerMeter, "a", of(sampled(660, 1, held(steady, 30)), joules, "gpu", "0"))}, 300, FromEnergy, "", ""},
		{"a counter that stands still", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, func(float64) float64 { return 1e9 }), joules, "gpu", "0"))}, 0, "", "cover 0 %", ""},
		{"a sensor that stands still", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, func(float64) float64 { return 71 }), gpu, "gpu", "0"))}, 0, "", "did not change twice", ""},
		{"3 s of 60 lost", 60, 1, []Observed{seen(PowerMeter, "a", of(without(30, 32), gpu, "gpu", "0"))}, 300, FromPower, "", ""},
		{"4 s of 60 lost", 60, 1, []Observed{seen(PowerMeter, "a", of(without(30, 33), gpu, "gpu", "0"))}, 0, "", "cover 93 %", ""},
		{"nothing before the window's end", 60, 1, []Observed{seen(PowerMeter, "a", of(without(66, 99), gpu, "gpu", "0"))}, 0, "", "cover 92 %", ""},
		{"a gap in a counter costs nothing", 60, 1, []Observed{seen(PowerMeter, "a", of(append(sampled(20, 1, steady), Point{secondsIn(69.5).UnixNano(), steady(69.5)}, Point{secondsIn(70.5).UnixNano(), steady(70.5)}), joules, "gpu", "0"))}, 300, FromEnergy, "", ""},
		{"what is no number", 60, 1, []Observed{seen(PowerMeter, "a", of(with(math.NaN(), 20, 30), gpu, "gpu", "0"))}, 300, FromPower, "", ""},
		{"no sensor now and then", 60, 1, []Observed{seen(PowerMeter, "a", of(with(4294967295, 20, 30), gpu, "gpu", "0"))}, 300, FromPower, "", ""},
		{"no sensor", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, func(float64) float64 { return 0 }), gpu, "gpu", "0"))}, 0, "", "", ""},
		{"milliwatts", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, scaled(rising, 1e3)), gpu, "gpu", "0"))}, 0, "", "more than a device draws", ""},
		{"microwatts", 60, 1, []Observed{seen(PowerMeter, "a", of(sampled(80, 1, scaled(rising, 1e6)), "gpu_package_power", "gpu_id", "0"))}, 300, FromPower, "", "power_microwatts"},
		{"four instances of MIG", 60, 1, []Observed{seen(PowerMeter, "a",
			of(power, gpu, "GPU_I_ID", "3", "UUID", "GPU-1"), of(power, gpu, "GPU_I_ID", "4", "UUID", "GPU-1"),
			of(power, gpu, "GPU_I_ID", "5", "UUID", "GPU-1"), of(power, gpu, "GPU_I_ID", "6", "UUID", "GPU-1"))}, 300, FromPower, "", ""},
		{"partitions without a sensor", 60, 1, []Observed{seen(PowerMeter, "a",
			of(power, "gpu_package_power", "gpu_id", "0", "gpu_partition_id", "0"),
			of(sampled(80, 1, func(float64) float64 { return 0 }), "gpu_package_power", "gpu_id", "1", "gpu_partition_id", "1"))}, 300, FromPower, "", ""},
		{"one accelerator by two exporters", 60, 1, []Observed{
			seen(PowerMeter, "a", of(power, gpu, "UUID", "GPU-1")),
			seen(PowerMeter, "b", of(power, "nvidia_smi_power_draw_watts", "uuid", "1"))}, 300, FromPower, "", "power_duplicate"},
		{"two exporters that do not agree", 60, 1, []Observed{
			seen(PowerMeter, "a", of(power, gpu, "UUID", "GPU-1")),
			seen(PowerMeter, "b", of(sampled(80, 1, scaled(rising, 1.5)), "nvidia_smi_power_draw_watts", "uuid", "1"))}, 300, FromPower, "", "power_duplicate power_sources_differ"},
		{"perhaps one by two", 60, 0, []Observed{
			seen(PowerMeter, "a", of(power, gpu, "UUID", "GPU-1")),
			seen(PowerMeter, "b", of(power, logNVIDIA+"power.draw", "index", "0"))}, 0, "", "may be one of those", "power_accelerators_unstated"},
		{"two on two machines", 60, 0, []Observed{
			seen(PowerMeter, "a", of(power, gpu, "gpu", "0", "Hostname", "x")),
			seen(PowerMeter, "b", of(power, gpu, "gpu", "0", "hostname", "y"))}, 600, FromPower, "", "power_accelerators_unstated"},
		{"one of eight without power", 60, 8, []Observed{seen(PowerMeter, "a", seven(of(power, "DCGM_FI_DEV_ENFORCED_POWER_LIMIT", "UUID", "GPU-h"))...)}, 0, "", "7 of 8 accelerators is known, expected at least 95 %; of h: there is no power", ""},
		{"one of eight not there", 60, 8, []Observed{seen(PowerMeter, "a", seven()...)}, 0, "", "7 of 8", ""},
		{"and nobody said that there are eight", 60, 0, []Observed{seen(PowerMeter, "a", seven(of(power, "DCGM_FI_DEV_ENFORCED_POWER_LIMIT", "UUID", "GPU-h"))...)}, 0, "", "7 of 8", "power_accelerators_unstated"},
		{"some that are not the system's", 60, 4, []Observed{seen(PowerMeter, "a", seven()...)}, 0, "", "7 accelerators have power and the system has 4", ""},
		{"both supplies of a server", 60, 8, []Observed{seen(PowerMeter, "a",
			of(power, "ipmi_power_watts", "id", "1", "name", "PSU1 Power In"), of(power, "ipmi_power_watts", "id", "2", "name", "PS2 Input Power"),
			of(power, "ipmi_power_watts", "id", "3", "name", "CPU Power"))}, 600, FromPower, "", ""},
		{"the server before its supplies", 60, 8, []Observed{seen(PowerMeter, "a",
			of(sampled(80, 1, scaled(rising, 2.1)), "ipmi_dcmi_power_consumption_watts"),
			of(power, "ipmi_power_watts", "id", "1", "name", "PSU1 Power In"), of(power, "ipmi_power_watts", "id", "2", "name", "PSU2 Power In"))}, 630, FromPower, "", ""},
		{"sensors of two kinds", 60, 8, []Observed{
			seen(PowerMeter, "a", of(power, "ipmi_dcmi_power_consumption_watts")),
			seen(PowerMeter, "b", of(power, "idrac_power_control_consumed_watts", "id", "0"))}, 0, "", "may be of the same nodes", ""},
		{"one node, directly and by a Prometheus", 60, 8, []Observed{
			seen(PowerMeter, "a", of(power, "ipmi_dcmi_power_consumption_watts")),
			seen(PowerMeter, "b", of(power, "ipmi_dcmi_power_consumption_watts", "instance", "bmc:9290"))}, 0, "", "only one states its host", ""},
		{"two nodes, directly", 60, 8, []Observed{
			seen(PowerMeter, "a", of(power, "ipmi_dcmi_power_consumption_watts")),
			seen(PowerMeter, "b", of(power, "ipmi_dcmi_power_consumption_watts"))}, 600, FromPower, "", ""},
		{"idle and dynamic joules", 60, 1, []Observed{seen(PowerMeter, "a",
			of(sampled(80, 1, scaled(steady, 1e-3)), "kepler_node_platform_joules_total", "mode", "dynamic"),
			of(sampled(80, 1, scaled(steady, 0.5e-3)), "kepler_node_platform_joules_total", "mode", "idle"))}, 450, FromEnergy, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, p, notes := Summarize(tt.seen, powerPhase(tt.window), tt.named)
			if p == nil || len(p.Figures) != 1 {
				t.Fatalf("power is %+v, want one figure", p)
			}
			f := p.Figures[0]
			switch {
			case tt.watts == 0:
				if f.Watts != nil || f.EnergyJoules != nil || f.Reason == "" || !strings.Contains(f.Reason, tt.reason) {
					t.Errorf("%v W, reason %q; want none and %q", f.Watts, f.Reason, tt.reason)
				}
			case f.Watts == nil:
				t.Errorf("no figure: %s", f.Reason)
			case !about(*f.Watts, tt.watts) || !about(*f.EnergyJoules, tt.watts*tt.window) || f.From != tt.from || f.Reason != "":
				t.Errorf("%v W, %v J, %s, %q; want %v W, %s", *f.Watts, *f.EnergyJoules, f.From, f.Reason, tt.watts, tt.from)
			}
			if got := codesOf(notes); got != tt.codes {
				t.Errorf("warnings %q, want %q", got, tt.codes)
			}
		})
	}
}

// near reports whether a figure is right to a millionth.
func about(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Abs(b) }

func codesOf(notes []metrics.Warning) string {
	var all []string
	for _, n := range notes {
		all = append(all, n.Code)
	}
	return strings.Join(all, " ")
}

// A driver that is loaded again loses a second, which is not covered; what came before and
// after counts.
func TestPowerCounterFalls(t *testing.T) {
	counter := sampled(80, 1, func(t float64) float64 {
		if t > 40 {
			return 300e3 * (t - 40)
		}
		return steady(t)
	})
	_, p, notes := Summarize([]Observed{seen(PowerMeter, "a", of(counter, joules, "gpu", "0"))}, powerPhase(60), 1)
	f := p.Figures[0]
	if f.Watts == nil || !about(*f.Watts, 300) || !about(f.Coverage, 59./60) || codesOf(notes) != "power_counter_restarted" {
		t.Errorf("%+v, %v", f, notes)
	}
	// An hour of a reset takes the window with it.
	for i := range counter {
		if i > 35 && i < 45 {
			counter[i].Value = 0
		}
	}
	if _, p, _ = Summarize([]Observed{seen(PowerMeter, "a", of(counter, joules, "gpu", "0"))}, powerPhase(60), 1); p.Figures[0].Watts != nil {
		t.Errorf("a reset of 10 s of 60: %+v", p.Figures[0])
	}
}

// The window begins a third into a step of 30 s and ends with a third of one to go, 300 W
// throughout: at each end 1/3 × 2/3 × 30 s × 300 W = 2 kJ are uncertain, and another second,
// 300 J, as the counter was renewed at some time between two readings; of 180 kJ.
func TestPowerUncertainty(t *testing.T) {
	o := seen(PowerMeter, "a", of(sampled(700, 1, held(steady, 30)), joules, "gpu", "0"))
	at := Instants{Begin: secondsIn(30), Settled: secondsIn(40.5), WindowEnd: secondsIn(640.5), End: secondsIn(660)}
	_, p, _ := Summarize([]Observed{o}, at, 1)
	if f := p.Figures[0]; f.Watts == nil || !about(*f.Watts, 300) || !about(f.Uncertainty, (2*2000+300)/180e3) {
		t.Errorf("%+v", f)
	}
	// Two minutes of it are too few: 4.3 kJ of 36 kJ.
	at.WindowEnd = secondsIn(160.5)
	if _, p, _ = Summarize([]Observed{o}, at, 1); p.Figures[0].Watts != nil || !strings.Contains(p.Figures[0].Reason, "uncertain by 12 %") {
		t.Errorf("%+v", p.Figures[0])
	}
	// Read every second, and renewed as often: 1/4 × 1 s × 300 W at each end, of 18 kJ.
	o = seen(PowerMeter, "a", of(sampled(80, 1, steady), joules, "gpu", "0"))
	_, p, _ = Summarize([]Observed{o}, powerPhase(60), 1)
	if f := p.Figures[0]; !about(f.Uncertainty, 150./18e3) {
		t.Errorf("%+v", f)
	}
}

// Accelerators and the wall are two figures, never a sum, each by role.
func TestPowerByBasisAndRole(t *testing.T) {
	power := sampled(80, 1, rising)
	_, p, notes := Summarize([]Observed{
		seen(Prefill, "p", of(power, gpu, "UUID", "GPU-1"), of(power, gpu, "UUID", "GPU-2")),
		seen(Decode, "d", of(power, gpu, "UUID", "GPU-3")),
		seen(PowerMeter, "w", of(sampled(80, 1, scaled(rising, 5)), logWall)),
		seen(PowerMeter, "n", of(sampled(80, 1, scaled(rising, 4)), "ipmi_dcmi_power_consumption_watts")),
	}, powerPhase(60), 3)
	if len(p.Figures) != 3 || len(notes) != 0 {
		t.Fatalf("%+v, %v", p, notes)
	}
	for i, want := range []struct {
		basis pricing.Basis
		watts float64
	}{{pricing.MeasuredAccelerator, 900}, {pricing.MeasuredNode, 1200}, {pricing.MeasuredWall, 1500}} {
		if f := p.Figures[i]; f.Basis != want.basis || !about(*f.Watts, want.watts) {
			t.Errorf("%+v, want %v", f, want)
		}
	}
	f := p.Figures[0]
	if len(f.ByRole) != 2 || f.ByRole[0].Role != Prefill || !about(f.ByRole[0].Watts, 600) || !about(f.ByRole[1].EnergyJoules, 18e3) || f.ByRole[0].Devices != 2 {
		t.Errorf("by role: %+v", f.ByRole)
	}
	if len(f.Devices) != 3 || f.Devices[2].Target != "d" || f.Devices[2].Device != "3" || !about(*f.Devices[2].Watts, 300) {
		t.Errorf("devices: %+v", f.Devices)
	}
	// A target's own basis overrides that of a node's sensors, but not of accelerators.
	both := seen(PowerMeter, "n", of(power, "ipmi_dcmi_power_consumption_watts"), of(power, gpu, "UUID", "GPU-1"))
	both.Target.Basis = pricing.MeasuredWall
	if _, p, _ = Summarize([]Observed{both}, powerPhase(60), 1); p.Figures[0].Basis != pricing.MeasuredAccelerator || p.Figures[1].Basis != pricing.MeasuredWall {
		t.Errorf("%+v", p.Figures)
	}
}

// Of 72 accelerators 70 have power: 97 %. The other two count as the average of these.
func TestPowerScaled(t *testing.T) {
	var series []Series
	for i := range 70 {
		series = append(series, of(sampled(80, 1, rising), gpu, "UUID", fmt.Sprint(i)))
	}
	_, p, notes := Summarize([]Observed{seen(PowerMeter, "a", series...)}, powerPhase(60), 72)
	if f := p.Figures[0]; f.Watts == nil || !about(*f.Watts, 72*300) || !about(f.Coverage, 70./72) || codesOf(notes) != "power_scaled" {
		t.Errorf("%+v, %v", f, notes)
	}
}

// Lower clocks, by counters of three units, by flags and by NVML's mask: from 25 s to 40 s, a
// quarter of the window.
func TestThrottled(t *testing.T) {
	on := func(t float64) float64 {
		if t > 25 && t < 40 {
			return 1
		}
		return 0
	}
	since := func(t float64) float64 { return min(max(t-25, 0), 15) }
	power := sampled(80, 0.5, rising)
	for _, tt := range []struct {
		name, reason string
		f            func(float64) float64
	}{
		{"DCGM_FI_DEV_POWER_VIOLATION", PowerCap, scaled(since, 1e9)},
		{"DCGM_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN_NS", Thermal, scaled(since, 1e9)},
		{logNVIDIA + "clocks_event_reasons_counters.sw_power_cap", PowerCap, scaled(since, 1e6)},
		{"nvidia_smi_clocks_event_reasons_counters_hw_power_brake_slowdown_seconds", PowerBrake, since},
		{"nvidia_smi_clocks_event_reasons_sw_thermal_slowdown", Thermal, on},
		{"DCGM_FI_DEV_CLOCKS_EVENT_REASONS", PowerCap, scaled(on, 0x4|0x1)},
		{logNVIDIA + "clocks_event_reasons.active", Thermal, scaled(on, 0x40)},
		{"gpu_violation_ppt_residency_percentage", PowerCap, scaled(on, 100)},
	} {
		_, p, _ := Summarize([]Observed{seen(PowerMeter, "a", of(power, gpu, "UUID", "1"), of(sampled(80, 0.5, tt.f), tt.name, "UUID", "1"))}, powerPhase(60), 1)
		if len(p.Throttled) != 1 || p.Throttled[0].Reason != tt.reason || math.Abs(p.Throttled[0].Share-0.25) > 0.01 || p.Throttled[0].Device != "1" {
			t.Errorf("%s: %+v, want %s for a quarter", tt.name, p.Throttled, tt.reason)
		}
		if p.Figures[0].Watts == nil {
			t.Errorf("%s: %+v", tt.name, p.Figures[0])
		}
	}
}

func TestNoPower(t *testing.T) {
	if _, p, notes := Summarize([]Observed{seen(Engine, "a", of(sampled(80, 1, rising), "vllm:num_requests_running"))}, powerPhase(60), 8); p != nil || notes != nil {
		t.Errorf("%+v, %v", p, notes)
	}
}
