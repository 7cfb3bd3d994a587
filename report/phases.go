package report

import (
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf"
)

// checkPhases returns an error where a report refers to a phase that it does not have.
func checkPhases(r *agentperf.Report) error {
	check := func(phases []int, where string, at ...any) error {
		for _, p := range phases {
			if p < 0 || p >= len(r.Phases) {
				return fmt.Errorf("not a report: "+where+".phases has %d, expected indices of its phases, of which there are %d", append(at, p, len(r.Phases))...)
			}
		}
		return nil
	}
	for i, t := range r.Tiers {
		for k, n := range t.Numbers {
			if err := check(n.Phases, "tiers[%d].numbers[%d]", i, k); err != nil {
				return err
			}
		}
	}
	for i, n := range r.Numbers {
		if err := check(n.Phases, "numbers[%d]", i); err != nil {
			return err
		}
	}
	return nil
}
