package simulate

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Power is what a group of accelerators draws. Between steps each draws IdleWatts, and in a
// step
//
//	IdleWatts + (FullWatts - IdleWatts) × (1/2 + load/2)
//
// where the load is the number of sequences in the step divided by Slots: accelerators that
// read their memory for one sequence are far from idle. The zero value is one accelerator
// of 75 to 700 W, about what one H100 SXM draws.
type Power struct {
	// Accelerators is the number of accelerators in the group; 0 means 1.
	Accelerators int
	// IdleWatts and FullWatts are the power of one accelerator; 0 means 75 and 700.
	IdleWatts, FullWatts float64
}

// Validate returns all mistakes in the figures, joined.
func (p Power) Validate() error {
	var errs []error
	if p.Accelerators < 0 {
		errs = append(errs, fmt.Errorf("simulate: Power.Accelerators is %d, expected 0 or more", p.Accelerators))
	}
	q := p.resolved()
	if !(q.IdleWatts > 0) || !(q.FullWatts >= q.IdleWatts) || math.IsInf(q.FullWatts, 1) {
		errs = append(errs, fmt.Errorf("simulate: Power is from %v W to %v W, expected more than 0 and as much or more", q.IdleWatts, q.FullWatts))
	}
	return errors.Join(errs...)
}

func (p Power) resolved() Power {
	p.Accelerators = max(1, p.Accelerators)
	if p.IdleWatts == 0 {
		p.IdleWatts = 75
	}
	if p.FullWatts == 0 {
		p.FullWatts = 700
	}
	return p
}

// busy returns the power of one accelerator in a step of that load.
func (p Power) busy(load float64) float64 {
	return p.IdleWatts + (p.FullWatts-p.IdleWatts)*(1+load)/2
}

// sensor is how fast a sensor of power follows, as a first-order lag: that of NVML averages
// over a second, which is as late on average.
const sensor = 500 * time.Millisecond

// drawn is what an accelerator has drawn. The zero value has drawn nothing yet.
type drawn struct {
	joules float64     // until since
	watts  float64     // since then
	since  time.Time   // zero before the first step or look
	sensed temperature // the power that its sensor shows, which follows as heat does
}

// set changes the power and returns the energy until then and what the sensor shows.
func (d *drawn) set(watts float64, now time.Time) (joules, sensed float64) {
	if d.since.IsZero() {
		d.sensed = temperature{heat: watts, load: watts, since: now}
	} else {
		d.joules += d.watts * now.Sub(d.since).Seconds()
	}
	d.watts, d.since = watts, now
	return d.joules, d.sensed.set(watts, now, sensor)
}
