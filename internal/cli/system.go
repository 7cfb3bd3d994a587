package cli

import (
	"errors"
	"flag"
	"strconv"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// System is the flags about the money and power of the system under test.
type System struct {
	system pricing.System
	given  map[string]bool
}

// Register defines the flags.
func (s *System) Register(flags *flag.FlagSet) {
	s.given = make(map[string]bool)
	set := func(name, usage string, f func(value string) error) {
		flags.Func(name, usage, func(value string) error {
			s.given[name] = true
			return f(value)
		})
	}
	count := func(n *int) func(string) error {
		return func(value string) (err error) {
			if *n, err = strconv.Atoi(value); err != nil || *n < 1 {
				return errors.New("expected a whole number, 1 or more")
			}
			return nil
		}
	}
	set("accelerators", "`number` of accelerators of the whole deployment, prefill and decode, idle ones included", count(&s.system.Accelerators))
	set("accelerator", "`name` of the accelerators, such as H100; their TDP and the size of a rack are from the built-in catalog if it knows them and no flag states them", func(value string) error {
		s.system.Accelerator = value
		return nil
	})
	set("price", "price of an accelerator-hour in `USD`, such as 2.50", func(value string) (err error) {
		s.system.Price, err = pricing.ParseUSD(value)
		if err == nil && s.system.Price <= 0 {
			err = errors.New("expected more than 0")
		}
		s.system.PriceNote = "given"
		return err
	})
	set("power", "power of the whole deployment with its `unit`, such as 5.2kW", func(value string) (err error) {
		s.system.Power, err = pricing.ParsePower(value)
		return err
	})
	set("power-basis", "what the power covers: `measured_accelerator`, measured_node, measured_wall, tdp, system_max, all_in_it, all_in_utility or rack_provisioned; without -power, tdp, system_max and rack_provisioned are from the catalog", func(value string) (err error) {
		s.system.Basis, err = pricing.ParseBasis(value)
		return err
	})
	set("pue", "overhead of the facility, which multiplies the power, for bases of whole systems", func(value string) (err error) {
		if s.system.PUE, err = strconv.ParseFloat(value, 64); err != nil || !(s.system.PUE >= 1) {
			return errors.New("expected a number, 1 or more")
		}
		return nil
	})
	set("rack", "`number` of accelerators in a rack", count(&s.system.RackAccelerators))
}

// Price returns -price, 0 if it is not given, and -accelerator.
func (s *System) Price() (price pricing.USD, accelerator string) {
	return s.system.Price, s.system.Accelerator
}

// System returns the system that the flags describe, with what the catalog says of its
// accelerator; the zero System without flags. The error names the flags where it can.
func (s *System) System() (pricing.System, error) {
	all, err := s.Over(pricing.System{})
	return all[0], err
}

// Over returns systems with the fields that flags set replaced, and with what the catalog
// says of their accelerators where nothing else is known. Power from the catalog is of one
// basis, that of the others if they state one, so that they can be compared.
func (s *System) Over(stated ...pricing.System) ([]pricing.System, error) {
	all := make([]pricing.System, len(stated))
	var basis pricing.Basis
	for i := range stated {
		all[i] = s.over(stated[i])
		if all[i].Power > 0 && basis == "" {
			basis = all[i].Basis
		}
	}
	accelerators := catalog.BuiltinAccelerators()
	var errs []error
	for i := range all {
		wanted := all[i]
		if wanted.Power == 0 && wanted.Basis == "" {
			wanted.Basis = basis
		}
		wanted = catalog.Complete(wanted, accelerators)
		if wanted.Power == 0 {
			wanted.Basis = all[i].Basis
		}
		if basis == "" {
			basis = wanted.Basis
		}
		all[i] = wanted
		errs = append(errs, check(wanted))
	}
	return all, errors.Join(errs...)
}

// over returns a system with the fields that flags set replaced.
func (s *System) over(base pricing.System) pricing.System {
	if s.given["accelerators"] {
		base.Accelerators = s.system.Accelerators
	}
	if s.given["accelerator"] {
		base.Accelerator = s.system.Accelerator
	}
	if s.given["price"] {
		base.Price, base.PriceNote = s.system.Price, s.system.PriceNote
	}
	if (s.given["power"] || s.given["power-basis"] || s.given["accelerator"] || s.given["accelerators"]) && base.PowerNote != "" {
		base.Power, base.Basis, base.PowerNote = 0, "", "" // of the catalog, for another question
	}
	if s.given["power"] {
		base.Power = s.system.Power
	}
	if s.given["power-basis"] {
		base.Basis = s.system.Basis
	}
	if s.given["pue"] {
		base.PUE = s.system.PUE
	}
	if s.given["accelerator"] && base.RackNote != "" {
		base.RackAccelerators, base.RackNote = 0, ""
	}
	if s.given["rack"] {
		base.RackAccelerators, base.RackNote = s.system.RackAccelerators, ""
	}
	return base
}

// check returns the mistakes in a system, by the names of flags where it can.
func check(s pricing.System) error {
	switch {
	case s.Accelerators == 0 && (s.Price > 0 || s.RackAccelerators > 0):
		return errors.New("-price and -rack need -accelerators")
	case s.Power > 0 && s.Basis == "":
		return errors.New("-power needs -power-basis: figures of different bases differ by up to a factor of two")
	case s.Power == 0 && s.Basis != "":
		return errors.New("-power-basis needs -power, or -accelerators and an -accelerator whose data sheet states a power of that basis")
	}
	return s.Validate()
}
