package simulate

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Heat slows a group of accelerators down as it gets hot, as lower clocks do. Its heat
// h starts at 0 and follows the load with a first-order lag:
//
//	dh/dt = (load - h) / TimeConstant
//
// The load is the number of sequences in the step in progress divided by Slots, and 0
// between steps. A step that begins at heat h takes 1 + Slowdown × h times as long as a
// cold one, so t after a cold start under full load 1 + Slowdown × (1 - exp(-t /
// TimeConstant)) times. The zero value has no effect.
type Heat struct {
	// Slowdown is the additional time of a step at full heat, as a share of the
	// time of a cold one: at 0.5 it takes half as long again. 0 means no effect.
	Slowdown float64
	// TimeConstant is the time in which 63 % of a change of load takes effect. It
	// has to be set when Slowdown is.
	TimeConstant time.Duration
}

// Validate returns all mistakes in the figures, joined.
func (h Heat) Validate() error {
	var errs []error
	if !(h.Slowdown >= 0) || math.IsInf(h.Slowdown, 1) {
		errs = append(errs, fmt.Errorf("simulate: Heat.Slowdown is %v, expected 0 or more", h.Slowdown))
	}
	if h.TimeConstant < 0 || h.Slowdown > 0 && h.TimeConstant == 0 {
		errs = append(errs, fmt.Errorf("simulate: Heat.TimeConstant is %v, expected more than 0", h.TimeConstant))
	}
	return errors.Join(errs...)
}

// temperature is the heat of one replica. The zero value is cold.
type temperature struct {
	heat  float64   // at since
	load  float64   // since then
	since time.Time // zero before the first step, when heat and load are 0
}

// set changes the load and returns the heat at that instant.
func (t *temperature) set(load float64, now time.Time, constant time.Duration) float64 {
	if constant > 0 {
		t.heat = t.load + (t.heat-t.load)*math.Exp(-float64(now.Sub(t.since))/float64(constant))
	}
	t.load, t.since = load, now
	return t.heat
}
