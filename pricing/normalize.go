package pricing

import (
	"errors"
	"fmt"
	"math"
)

// A System is what a capacity or throughput was measured on, as far as dividing
// by it goes. What is not set leaves figures out; the zero System leaves all out.
type System struct {
	// Accelerator is the name of the accelerators, for the reader.
	Accelerator string `json:"accelerator,omitempty"`
	// Accelerators is the number of all in the deployment: prefill and decode
	// alike, idle ones included.
	Accelerators int `json:"accelerators,omitempty"`
	// Price is per accelerator-hour; 0 is not known. PriceNote says what price
	// it is: statistic, provider, commitment and date, or "given".
	Price     USD    `json:"price_per_accelerator_hour_usd,omitempty"`
	PriceNote string `json:"price_note,omitempty"`
	// Power is that of the whole deployment, and Basis what it is of.
	Power Watts `json:"power_watts,omitempty"`
	Basis Basis `json:"power_basis,omitempty"`
	// PUE multiplies Power by the overhead of the facility; 0 means 1. It goes
	// with bases that are of whole systems and without the facility.
	PUE float64 `json:"pue,omitempty"`
	// RackAccelerators is the number of accelerators in a rack.
	RackAccelerators int `json:"rack_accelerators,omitempty"`
}

// Validate reports everything that is wrong with the system.
func (s System) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("pricing: "+format, args...)) }
	if s.Accelerators < 0 {
		bad("Accelerators is %d, expected 0 or more", s.Accelerators)
	}
	if s.Price < 0 {
		bad("Price is %v per accelerator-hour, expected 0 or more", s.Price)
	}
	if s.RackAccelerators < 0 {
		bad("RackAccelerators is %d, expected 0 or more", s.RackAccelerators)
	}
	if (s.Price > 0 || s.RackAccelerators > 0) && s.Accelerators == 0 {
		bad("a price or a rack says nothing without the number of Accelerators")
	}
	switch {
	case s.Power != 0 && !s.Power.valid():
		bad("Power is %v W, expected a finite number above 0", float64(s.Power))
	case s.Power != 0 && s.Basis == "":
		bad("Power has no Basis: what it is of must be said")
	case s.Power == 0 && s.Basis != "":
		bad("Basis is %s, but there is no Power", s.Basis)
	case s.Basis != "":
		if _, err := ParseBasis(string(s.Basis)); err != nil {
			errs = append(errs, err)
		}
	}
	switch {
	case s.PUE == 0:
	case !(s.PUE >= 1) || math.IsInf(s.PUE, 0):
		bad("PUE is %v, expected 1 or more", s.PUE)
	case s.Power == 0 || !s.Basis.takesPUE():
		bad("PUE does not apply to power of basis %q, only to %s, %s, %s and %s", string(s.Basis), MeasuredWall, SystemMax, AllInIT, RackProvisioned)
	}
	return errors.Join(errs...)
}

// CostPerMillion is the function of that name for the system's price and
// accelerators.
func (s System) CostPerMillion(outputTokensPerSecond float64) (USD, error) {
	return CostPerMillion(s.Price, s.Accelerators, outputTokensPerSecond)
}

// Normalized is a capacity, in agents, or a throughput, in tokens per second,
// divided by what it took. Figures are nil where the divisor is not known.
//
// Per accelerator, kW and MW are published for Artificial Analysis' AgentPerf.
// Per $/hour and per rack are axes of its page whose formulas are not published:
// those here are inferred.
type Normalized struct {
	// PerAccelerator is over all accelerators of the deployment.
	PerAccelerator *float64 `json:"per_accelerator,omitempty"`
	// PerKW and PerMW are over the power of the whole deployment on PowerBasis,
	// times PUE where it is not 1.
	PerKW      *float64 `json:"per_kw,omitempty"`
	PerMW      *float64 `json:"per_mw,omitempty"`
	PowerBasis Basis    `json:"power_basis,omitempty"`
	PUE        float64  `json:"pue,omitempty"`
	// PerDollarHour is over the price of the whole deployment for an hour.
	PerDollarHour *float64 `json:"per_dollar_hour,omitempty"`
	Price         USD      `json:"price_per_accelerator_hour_usd,omitempty"`
	PriceNote     string   `json:"price_note,omitempty"`
	// PerRack is linear in the accelerators of a rack. RackExtrapolated is set
	// when a rack has more of them than were measured.
	PerRack          *float64 `json:"per_rack,omitempty"`
	RackAccelerators int      `json:"rack_accelerators,omitempty"`
	RackExtrapolated bool     `json:"rack_extrapolated,omitempty"`
}

// Normalize divides a capacity or throughput of the whole system by what is
// known of it. The error is that of Validate, or of a quantity that is negative
// or not finite.
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
		n.PowerBasis, n.PUE = s.Basis, s.PUE
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
		n.RackAccelerators, n.RackExtrapolated = s.RackAccelerators, s.RackAccelerators > s.Accelerators
		n.PerRack = new(quantity * float64(s.RackAccelerators) / float64(s.Accelerators))
	}
	return n, nil
}

// Lines returns the figures in words, one a line, each with what it is over:
// none when nothing is known. unit is what was divided, such as "agents".
func (n Normalized) Lines(unit string) (lines []string) {
	add := func(v *float64, format string, args ...any) {
		if v != nil {
			lines = append(lines, fmt.Sprintf("%s %s %s", figure(*v), unit, fmt.Sprintf(format, args...)))
		}
	}
	basis := string(n.PowerBasis)
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
	add(n.PerDollarHour, "per $/hour (%v per accelerator-hour%s; inferred formula)", n.Price, note)
	extrapolated := ""
	if n.RackExtrapolated {
		extrapolated = "extrapolated; "
	}
	add(n.PerRack, "per rack of %d (%sinferred formula)", n.RackAccelerators, extrapolated)
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
