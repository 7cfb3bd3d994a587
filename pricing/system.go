package pricing

import (
	"errors"
	"fmt"
	"math"
)

// A System is what a capacity or throughput is divided by: accelerators, money, power and
// racks. Fields that are not set leave figures out; the zero System leaves out all.
type System struct {
	// Accelerator is the name of the accelerators, for the reader.
	Accelerator string `json:"accelerator,omitempty"`
	// Accelerators is the number of accelerators in the deployment: those of prefill
	// and of decode, idle ones included. 0 means unknown.
	Accelerators int `json:"accelerators,omitempty"`
	// Price is per accelerator-hour; 0 means unknown. PriceNote names the price:
	// statistic, provider, commitment and date, or "given".
	Price     USD    `json:"price_per_accelerator_hour_usd,omitempty"`
	PriceNote string `json:"price_note,omitempty"`
	// Power is the power of the whole deployment; 0 means unknown. Basis says how it
	// was measured or stated and is required with it.
	Power Watts `json:"power_watts,omitempty"`
	Basis Basis `json:"power_basis,omitempty"`
	// PowerNote says where Power is from if it was not measured or given, such as
	// "1000 W each, catalog".
	PowerNote string `json:"power_note,omitempty"`
	// PUE (power usage effectiveness) multiplies Power by the overhead of the
	// facility; 0 means 1. It applies to bases of whole systems without the facility:
	// MeasuredNode, MeasuredWall, SystemMax, AllInIT and RackProvisioned.
	PUE float64 `json:"pue,omitempty"`
	// RackAccelerators is the number of accelerators in a rack; 0 means unknown.
	// RackNote says where it is from if it was not given.
	RackAccelerators int    `json:"rack_accelerators,omitempty"`
	RackNote         string `json:"rack_note,omitempty"`
}

// Validate returns all mistakes in the system, joined.
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
		bad("Power has no Basis, which is required")
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
		bad("PUE does not apply to power of basis %q, only to %s, %s, %s, %s and %s", string(s.Basis), MeasuredNode, MeasuredWall, SystemMax, AllInIT, RackProvisioned)
	}
	return errors.Join(errs...)
}

// CostPerMillion is [CostPerMillion] with the system's price and accelerators.
func (s System) CostPerMillion(outputTokensPerSecond float64) (USD, error) {
	return CostPerMillion(s.Price, s.Accelerators, outputTokensPerSecond)
}
