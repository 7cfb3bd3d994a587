package telemetry

import (
	"regexp"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/pricing"
)

// A meter is what the name of a series of power says.
type meter struct {
	kind meterKind
	// unit is a value of 1 in watts, joules or seconds.
	unit  float64
	basis pricing.Basis
	// rank is the order of preference among meters of one device, lowest first.
	rank int
	// live says that each sample is a reading of its own. Otherwise an exporter may hold the
	// value of some time ago.
	live bool
	// parts names the label that tells apart what has to be added up for one device.
	parts string
	// reason is that of a throttle.
	reason string
}

type meterKind int

const (
	gaugeOfPower    meterKind = iota + 1 // watts
	counterOfEnergy                      // joules, ever growing
	limitOfPower                         // watts
	throttledFor                         // seconds, ever growing
	throttledShare                       // share of recent time, or 0 and 1 for off and on
	noPower                              // there is a device, and no power of it
	throttleBits                         // NVML's mask of reasons for lower clocks
)

// The names, in lower case. Units differ by exporter and are not in the name: DCGM counts
// millijoules, AMD's exporter microjoules, and DCGM's violations are nanoseconds where
// nvidia-smi has microseconds.
var meters = func() map[string]meter {
	const accelerator, node, wall = pricing.MeasuredAccelerator, pricing.MeasuredNode, pricing.MeasuredWall
	m := map[string]meter{
		// NVIDIA's dcgm-exporter.
		"dcgm_fi_dev_total_energy_consumption": {kind: counterOfEnergy, unit: 1e-3, basis: accelerator},
		"dcgm_fi_dev_power_usage":              {kind: gaugeOfPower, unit: 1, basis: accelerator, rank: 1},
		"dcgm_fi_dev_power_usage_instant":      {kind: gaugeOfPower, unit: 1, basis: accelerator, rank: 2},
		"dcgm_fi_dev_enforced_power_limit":     {kind: limitOfPower, unit: 1},
		"dcgm_fi_dev_power_mgmt_limit":         {kind: limitOfPower, unit: 1, rank: 1},
		"dcgm_fi_dev_power_violation":          {kind: throttledFor, unit: 1e-9, reason: PowerCap},
		"dcgm_fi_dev_thermal_violation":        {kind: throttledFor, unit: 1e-9, reason: Thermal},
		"dcgm_fi_dev_clocks_event_reasons":     {kind: throttleBits},
		"dcgm_fi_dev_clock_throttle_reasons":   {kind: throttleBits},
		// AMD's device-metrics-exporter.
		"gpu_energy_consumed":       {kind: counterOfEnergy, unit: 1e-6, basis: accelerator},
		"gpu_package_power":         {kind: gaugeOfPower, unit: 1, basis: accelerator},
		"gpu_average_package_power": {kind: gaugeOfPower, unit: 1, basis: accelerator, rank: 1},
		"gpu_power_usage":           {kind: gaugeOfPower, unit: 1, basis: accelerator, rank: 2},
		// utkuozdemir/nvidia_gpu_exporter.
		"nvidia_smi_energy_joules_total":         {kind: counterOfEnergy, unit: 1, basis: accelerator},
		"nvidia_smi_power_draw_average_watts":    {kind: gaugeOfPower, unit: 1, basis: accelerator},
		"nvidia_smi_power_draw_watts":            {kind: gaugeOfPower, unit: 1, basis: accelerator, rank: 1},
		"nvidia_smi_power_draw_instant_watts":    {kind: gaugeOfPower, unit: 1, basis: accelerator, rank: 2},
		"nvidia_smi_enforced_power_limit_watts":  {kind: limitOfPower, unit: 1},
		"nvidia_smi_clocks_event_reasons_active": {kind: throttleBits},
		// Kepler: accelerators, and the platform, which is the whole host.
		"kepler_node_gpu_joules_total":      {kind: counterOfEnergy, unit: 1, basis: accelerator, parts: "mode"},
		"kepler_node_gpu_watts":             {kind: gaugeOfPower, unit: 1, basis: accelerator},
		"kepler_node_platform_joules_total": {kind: counterOfEnergy, unit: 1, basis: node, parts: "mode"},
		"kepler_node_platform_watts":        {kind: gaugeOfPower, unit: 1, basis: node},
		// Sensors of servers: ipmi_exporter, idrac_exporter, redfish_exporter.
		"ipmi_dcmi_power_consumption_watts":            {kind: gaugeOfPower, unit: 1, basis: node},
		"ipmi_power_watts":                             {kind: gaugeOfPower, unit: 1, basis: node, rank: 1}, // see supply
		"idrac_power_control_consumed_watts":           {kind: gaugeOfPower, unit: 1, basis: node, rank: 2},
		"redfish_chassis_power_average_consumed_watts": {kind: gaugeOfPower, unit: 1, basis: node, rank: 3},
		"idrac_power_supply_input_watts":               {kind: gaugeOfPower, unit: 1, basis: node, rank: 4, parts: "id"},
		// Logs: see ReadPowerLog.
		logWall:                                      {kind: gaugeOfPower, unit: 1, basis: wall, live: true},
		logROCm:                                      {kind: gaugeOfPower, unit: 1, basis: accelerator, live: true},
		logNVIDIA + "power.draw":                     {kind: gaugeOfPower, unit: 1, basis: accelerator, rank: 1, live: true},
		logNVIDIA + "power.draw.average":             {kind: gaugeOfPower, unit: 1, basis: accelerator, live: true},
		logNVIDIA + "power.draw.instant":             {kind: gaugeOfPower, unit: 1, basis: accelerator, rank: 2, live: true},
		logNVIDIA + "absent":                         {kind: noPower},
		logNVIDIA + "enforced.power.limit":           {kind: limitOfPower, unit: 1},
		logNVIDIA + "power.limit":                    {kind: limitOfPower, unit: 1, rank: 1},
		logNVIDIA + "clocks_event_reasons.active":    {kind: throttleBits},
		logNVIDIA + "clocks_throttle_reasons.active": {kind: throttleBits},
	}
	// Reasons for lower clocks, by the words that all of NVIDIA's sources share.
	for reason, words := range map[string][]string{
		PowerCap:   {"sw_power_cap"},
		Thermal:    {"sw_thermal_slowdown", "hw_thermal_slowdown", "sw_therm_slowdown", "hw_therm_slowdown"},
		PowerBrake: {"hw_power_brake_slowdown"},
	} {
		for _, w := range words {
			m["dcgm_fi_dev_clocks_event_reason_"+w+"_ns"] = meter{kind: throttledFor, unit: 1e-9, reason: reason}
			m["nvidia_smi_clocks_event_reasons_"+w] = meter{kind: throttledShare, unit: 1, reason: reason}
			m["nvidia_smi_clocks_event_reasons_counters_"+w+"_seconds"] = meter{kind: throttledFor, unit: 1, reason: reason}
			m["nvidia_smi_clocks_event_reasons_counters_"+w+"_seconds_total"] = meter{kind: throttledFor, unit: 1, reason: reason}
			m[logNVIDIA+"clocks_event_reasons."+w] = meter{kind: throttledShare, unit: 1, reason: reason}
			m[logNVIDIA+"clocks_throttle_reasons."+w] = meter{kind: throttledShare, unit: 1, reason: reason}
			m[logNVIDIA+"clocks_event_reasons_counters."+w] = meter{kind: throttledFor, unit: 1e-6, reason: reason}
		}
	}
	for reason, words := range map[string][]string{
		PowerCap: {"ppt"}, Thermal: {"processor_hot", "socket_thermal", "vr_thermal", "hbm_thermal"},
	} {
		for _, w := range words {
			m["gpu_violation_"+w+"_residency_percentage"] = meter{kind: throttledShare, unit: 1e-2, reason: reason}
		}
	}
	return m
}()

// Names of what logs say, which have none of their own.
const (
	logNVIDIA = "nvidia-smi."
	logROCm   = "rocm-smi.power"
	logWall   = "wall.power"
)

type bit struct {
	mask   int64
	reason string
}

// The mask of NVML's clocks event reasons (nvml.h): software power cap; software and
// hardware thermal slowdown; hardware power brake.
var bits = []bit{{0x4, PowerCap}, {0x20 | 0x40, Thermal}, {0x80, PowerBrake}}

// A prefix may stand in front of the names of AMD's exporter; amd_ is what its own charts use.
var prefixed = regexp.MustCompile(`^amd[a-z0-9_]*_gpu_`)

// meterOf returns what the name of a series says of power.
func meterOf(name string) (meter, bool) {
	name = strings.ToLower(name)
	if at := prefixed.FindStringIndex(name); at != nil {
		name = name[at[1]-len("gpu_"):]
	}
	m, ok := meters[name]
	return m, ok
}

// powerPatterns returns regular expressions of the names of series that are about power, to
// be matched as a whole (Go and Prometheus have the same syntax).
func powerPatterns() []string {
	var names, amd []string
	for name := range meters {
		switch {
		case strings.Contains(name, "."): // of a log
		case strings.HasPrefix(name, "gpu_"):
			amd = append(amd, name)
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	slices.Sort(amd)
	return []string{
		"(?i:" + strings.Join(names, "|") + ")",
		"(?i:(amd[a-z0-9_]*_)?(" + strings.Join(amd, "|") + "))",
	}
}

// Power sensors of servers go by names that their vendors chose. The whole is one of these,
// else the sum of the inputs of power supplies.
var (
	wholeNode = []string{"pwr consumption", "sys power", "system power", "total power", "power meter"}
	supply    = regexp.MustCompile(`^psu? ?[0-9]+ (power in|input power|pin|pwr in|ac in power)$`)
)

// sensor returns what a sensor of ipmi_exporter measures; false if it is a part of the node.
func sensor(name string) (m meter, ok bool) {
	m = meters["ipmi_power_watts"]
	name = strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == ' ' || r == '_' }), " ")
	switch {
	case slices.Contains(wholeNode, name):
		return m, true
	case supply.MatchString(name):
		m.rank, m.parts = 4, "name"
		return m, true
	}
	return m, false
}
