package cli

import (
	"errors"
	"flag"
	"strconv"

	"github.com/agentperf/agentperf-go/pricing"
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
	set("accelerator", "`name` of the accelerators, such as H100, for the report", func(value string) error {
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
	set("power-basis", "what the power covers: `measured_accelerator`, measured_wall, tdp, system_max, all_in_it, all_in_utility or rack_provisioned", func(value string) (err error) {
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

// System returns the system that the flags describe; the zero System without flags.
// The error names the flags where it can.
func (s *System) System() (pricing.System, error) { return s.Over(pricing.System{}) }

// Over returns base with the fields that flags set replaced.
func (s *System) Over(base pricing.System) (pricing.System, error) {
	if s.given["accelerators"] {
		base.Accelerators = s.system.Accelerators
	}
	if s.given["accelerator"] {
		base.Accelerator = s.system.Accelerator
	}
	if s.given["price"] {
		base.Price, base.PriceNote = s.system.Price, s.system.PriceNote
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
	if s.given["rack"] {
		base.RackAccelerators = s.system.RackAccelerators
	}
	var errs []error
	switch {
	case base.Accelerators == 0 && (base.Price > 0 || base.RackAccelerators > 0):
		errs = append(errs, errors.New("-price and -rack need -accelerators"))
	case base.Power > 0 && base.Basis == "":
		errs = append(errs, errors.New("-power needs -power-basis: figures of different bases differ by up to a factor of two"))
	case base.Power == 0 && base.Basis != "":
		errs = append(errs, errors.New("-power-basis needs -power"))
	default:
		errs = append(errs, base.Validate())
	}
	return base, errors.Join(errs...)
}
