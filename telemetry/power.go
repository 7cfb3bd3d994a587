package telemetry

import (
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
)

// Power is what was drawn in the window of a phase.
type Power struct {
	// Basis says what the figures cover.
	Basis pricing.Basis `json:"basis,omitempty"`
	// Watts is the mean over the window, EnergyJoules the energy in it; nil if unknown, for
	// Reason.
	Watts        *float64 `json:"watts,omitempty"`
	EnergyJoules *float64 `json:"energy_joules,omitempty"`
	Reason       string   `json:"reason,omitempty"`
	// From is what the figures come from: "energy counter" or "power samples".
	From string `json:"from,omitempty"`
	// Coverage is the part of the window that samples cover, 0 to 1.
	Coverage float64 `json:"coverage"`
	// Accelerators counts those seen; 0 for a whole node or wall.
	Accelerators   int           `json:"accelerators,omitempty"`
	PerAccelerator []DevicePower `json:"per_accelerator,omitempty"`
	ByRole         []RolePower   `json:"by_role,omitempty"`
	// Throttled is what kept clocks down in the window.
	Throttled []Throttle `json:"throttled,omitempty"`
}

// DevicePower is the power of one accelerator, or of another device.
type DevicePower struct {
	Target       string   `json:"target"`
	Device       string   `json:"device"`
	Watts        *float64 `json:"watts,omitempty"`
	EnergyJoules *float64 `json:"energy_joules,omitempty"`
	Coverage     float64  `json:"coverage"`
}

// RolePower is the power of all targets of one role.
type RolePower struct {
	Role         Role    `json:"role"`
	Watts        float64 `json:"watts"`
	EnergyJoules float64 `json:"energy_joules"`
}

// A Throttle is a reason for lower clocks on one device.
type Throttle struct {
	Target  string  `json:"target"`
	Device  string  `json:"device"`
	Reason  string  `json:"reason"`
	Seconds float64 `json:"seconds"`
}

// summarizePower is the part of Summarize about power.
func summarizePower([]Observed, Instants) (*Power, []metrics.Warning) { return nil, nil }

// powerPatterns returns regular expressions of the names of series that are about power, to
// be matched as a whole (Go and Prometheus have the same syntax).
func powerPatterns() []string { return nil }
