package catalog

import (
	"fmt"

	"github.com/agentperf/agentperf-go/pricing"
)

// Complete fills in what the data sheet of a system's accelerator says and the system does
// not: its power, on the system's Basis or else as the sum of TDPs, and the accelerators of
// a rack. PowerNote and RackNote then say that they are from the catalog, and the power of a
// rack if it is known. Only the bases TDP, SystemMax and RackProvisioned are on data sheets;
// where there is no TDP, the power of a rack counts, then that of a system. A system whose
// accelerator is not in the catalog, or without a number of accelerators, is returned as it
// is.
func Complete(s pricing.System, accelerators []Accelerator) pricing.System {
	a, err := LookupAccelerator(accelerators, s.Accelerator)
	if err != nil || s.Accelerators < 1 {
		return s
	}
	if s.RackAccelerators == 0 && a.PerRack > 0 {
		s.RackAccelerators, s.RackNote = a.PerRack, "catalog"
		if a.RackPowerKW != nil {
			s.RackNote = fmt.Sprintf("catalog: %.4g kW", *a.RackPowerKW)
		}
	}
	if s.Power != 0 {
		return s
	}
	bases := []pricing.Basis{s.Basis}
	if s.Basis == "" {
		bases = []pricing.Basis{pricing.TDP, pricing.RackProvisioned, pricing.SystemMax}
	}
	for _, basis := range bases {
		if power, note := a.power(basis); power > 0 {
			s.Power, s.Basis, s.PowerNote = power*pricing.Watts(s.Accelerators), basis, note
			return s
		}
	}
	return s
}

// power returns the power of one accelerator on a basis, and where it is from; 0 if the
// data sheet does not say.
func (a *Accelerator) power(basis pricing.Basis) (each pricing.Watts, note string) {
	switch {
	case basis == pricing.TDP && a.TDP != nil:
		return pricing.Watts(*a.TDP), fmt.Sprintf("catalog: %.4g W each", *a.TDP)
	case basis == pricing.SystemMax && a.SystemMaxPowerKW != nil && a.PerSystem > 0:
		return pricing.Watts(*a.SystemMaxPowerKW * 1e3 / float64(a.PerSystem)), fmt.Sprintf("catalog: %.4g kW for %d", *a.SystemMaxPowerKW, a.PerSystem)
	case basis == pricing.RackProvisioned && a.RackPowerKW != nil && a.PerRack > 0:
		return pricing.Watts(*a.RackPowerKW * 1e3 / float64(a.PerRack)), fmt.Sprintf("catalog: %.4g kW for a rack of %d", *a.RackPowerKW, a.PerRack)
	}
	return 0, ""
}
