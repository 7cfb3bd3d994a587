package pricing

import (
	"fmt"
	"math"
)

// Normalized is a capacity in agents, or a throughput in tokens per second, divided by
// what it took. A figure is nil if its divisor is unknown.
//
// Artificial Analysis' AgentPerf publishes figures per accelerator, kW and MW. Figures
// per $/hour and per rack are axes of its page without a published formula; the formulas
// here are inferred.
type Normalized struct {
	// PerAccelerator divides by all accelerators of the deployment.
	PerAccelerator *float64 `json:"per_accelerator,omitempty"`
	// PerKW and PerMW divide by the power of the whole deployment on PowerBasis, times
	// PUE.
	PerKW      *float64 `json:"per_kw,omitempty"`
	PerMW      *float64 `json:"per_mw,omitempty"`
	PowerBasis Basis    `json:"power_basis,omitempty"`
	PowerNote  string   `json:"power_note,omitempty"`
	PUE        float64  `json:"pue,omitempty"`
	// PerDollarHour divides by the price of the whole deployment for an hour.
	PerDollarHour *float64 `json:"per_dollar_hour,omitempty"`
	Price         USD      `json:"price_per_accelerator_hour_usd,omitempty"`
	PriceNote     string   `json:"price_note,omitempty"`
	// PerRack is PerAccelerator times the accelerators of a rack. RackExtrapolated is
	// set when a rack has more accelerators than were measured.
	PerRack          *float64 `json:"per_rack,omitempty"`
	RackAccelerators int      `json:"rack_accelerators,omitempty"`
	RackNote         string   `json:"rack_note,omitempty"`
	RackExtrapolated bool     `json:"rack_extrapolated,omitempty"`
}

// Normalize divides a capacity or throughput of the whole system by the fields that are
// set. The error is that of Validate, or of a quantity that is negative or not finite.
func (s System) Normalize(quantity float64) (Normalized, error) {
	if err := s.Validate(); err != nil {
		return Normalized{}, err
	}
	if !(quantity >= 0) || math.IsInf(quantity, 0) {
		return Normalized{}, fmt.Errorf("pricing: a quantity of %v cannot be normalized, expected a finite number, 0 or more", quantity)
	}
	var n Normalized
	if s.Accelerators > 0 {
		n.PerAccelerator = new(quantity / float64(s.Accelerators))
	}
	if s.Power > 0 {
		n.PowerBasis, n.PowerNote, n.PUE = s.Basis, s.PowerNote, s.PUE
		watts := float64(s.Power)
		if s.PUE > 0 {
			watts *= s.PUE
		}
		n.PerKW, n.PerMW = new(quantity*1e3/watts), new(quantity*1e6/watts)
	}
	if s.Price > 0 {
		n.Price, n.PriceNote = s.Price, s.PriceNote
		n.PerDollarHour = new(quantity / (s.Price.Dollars() * float64(s.Accelerators)))
	}
	if s.RackAccelerators > 0 {
		n.RackAccelerators, n.RackNote, n.RackExtrapolated = s.RackAccelerators, s.RackNote, s.RackAccelerators > s.Accelerators
		n.PerRack = new(quantity * float64(s.RackAccelerators) / float64(s.Accelerators))
	}
	return n, nil
}

// Lines returns the known figures in words, one per line, each with its divisor. unit is
// what was divided, such as "agents".
func (n Normalized) Lines(unit string) (lines []string) {
	add := func(v *float64, format string, args ...any) {
		if v != nil {
			lines = append(lines, fmt.Sprintf("%s %s %s", figure(*v), unit, fmt.Sprintf(format, args...)))
		}
	}
	basis := string(n.PowerBasis)
	if n.PowerNote != "" {
		basis += ", " + n.PowerNote
	}
	if n.PUE > 0 && n.PUE != 1 {
		basis += fmt.Sprintf(", PUE %v", n.PUE)
	}
	add(n.PerAccelerator, "per accelerator")
	add(n.PerKW, "per kW (%s)", basis)
	add(n.PerMW, "per MW (%s)", basis)
	note := ""
	if n.PriceNote != "" {
		note = ", " + n.PriceNote
	}
	add(n.PerDollarHour, "per $/hour (%s per accelerator-hour%s; inferred formula)", n.Price.Short(), note)
	rack := "inferred formula"
	if n.RackExtrapolated {
		rack = "extrapolated; " + rack
	}
	if n.RackNote != "" {
		rack = n.RackNote + "; " + rack
	}
	add(n.PerRack, "per rack of %d (%s)", n.RackAccelerators, rack)
	return lines
}

// figure prints a number to four significant figures, whole ones whole.
func figure(v float64) string {
	switch {
	case v == math.Trunc(v) && v < 1e15, v >= 1000:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.4g", v)
}
