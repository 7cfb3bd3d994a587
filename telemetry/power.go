package telemetry

import "github.com/agentperf/agentperf-go/pricing"

// Power is what was drawn in the window of a phase.
type Power struct {
	// Figures has one for each basis on which anything was measured, accelerators first.
	// They describe the same system and are never added up.
	Figures []PowerFigure `json:"figures,omitempty"`
	// Throttled is what kept clocks down in the window.
	Throttled []Throttle `json:"throttled,omitempty"`
}

// A PowerFigure is the power of the whole system on one basis.
type PowerFigure struct {
	// Basis says what the figures cover.
	Basis pricing.Basis `json:"basis"`
	// Watts is the mean over the window, EnergyJoules the energy in it; nil if unknown, for
	// Reason.
	Watts        *float64 `json:"watts,omitempty"`
	EnergyJoules *float64 `json:"energy_joules,omitempty"`
	Reason       string   `json:"reason,omitempty"`
	// Uncertainty is the largest error of both that comes from when they were read, as a
	// share; that of the sensors comes on top.
	Uncertainty float64 `json:"uncertainty,omitempty"`
	// From is what the figures come from: [FromEnergy], [FromPower], or both joined by "
	// and ".
	From string `json:"from,omitempty"`
	// Coverage is the part of the window that readings cover, 0 to 1: the mean over
	// devices.
	Coverage float64 `json:"coverage"`
	// Accelerators counts those seen, and Named those that the system has; 0 if the figure
	// is not of accelerators, or nobody said how many there are.
	Accelerators int `json:"accelerators,omitempty"`
	Named        int `json:"named,omitempty"`
	// Devices are accelerators, nodes or meters.
	Devices []DevicePower `json:"devices,omitempty"`
	// ByRole divides the figures by the role of targets, if there are several.
	ByRole []RolePower `json:"by_role,omitempty"`
}

// What a figure of power comes from.
const (
	// FromEnergy is the difference of an energy counter.
	FromEnergy = "energy counters"
	// FromPower is the integral of samples of power.
	FromPower = "power samples"
)

// DevicePower is the power of one accelerator, or of another device.
type DevicePower struct {
	Target string `json:"target"`
	Role   Role   `json:"role"`
	// Device is its UUID, or how else its source tells it apart.
	Device string `json:"device"`
	// Watts, EnergyJoules, Reason, Uncertainty, From and Coverage are as in
	// [PowerFigure].
	Watts        *float64 `json:"watts,omitempty"`
	EnergyJoules *float64 `json:"energy_joules,omitempty"`
	Reason       string   `json:"reason,omitempty"`
	Uncertainty  float64  `json:"uncertainty,omitempty"`
	From         string   `json:"from,omitempty"`
	Coverage     float64  `json:"coverage"`
	// LimitWatts is the power limit that was enforced at the window's end; 0 if unknown.
	LimitWatts float64 `json:"limit_watts,omitempty"`
}

// RolePower is the power of all targets of one role.
type RolePower struct {
	Role         Role    `json:"role"`
	Devices      int     `json:"devices"`
	Watts        float64 `json:"watts"`
	EnergyJoules float64 `json:"energy_joules"`
}

// A Throttle is a reason for lower clocks on one device.
type Throttle struct {
	Target string `json:"target"`
	Device string `json:"device"`
	// Reason is [PowerCap], [Thermal] or [PowerBrake].
	Reason string `json:"reason"`
	// Share is the part of the window during which it held, 0 to 1.
	Share float64 `json:"share"`
}

// Reasons for lower clocks.
const (
	// PowerCap is the limit on the device's power, which busy accelerators reach in normal
	// operation.
	PowerCap = "power_cap"
	// Thermal is heat of the device or its memory.
	Thermal = "thermal"
	// PowerBrake is a demand from outside, such as a power supply at its limit.
	PowerBrake = "power_brake"
)
