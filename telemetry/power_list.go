package telemetry

import (
	"math"
	"slices"
)

// mostDevices bounds those listed in a report; sums are over all. A rack has 72 accelerators.
const mostDevices = 1024

// list fills in the devices.
func (f *PowerFigure) list(all []judged, w window) {
	for _, j := range all[:min(len(all), mostDevices)] {
		d := DevicePower{Target: j.target.Name, Role: j.target.Role, Device: j.name, Reason: j.reason, From: j.from, Coverage: j.coverage(), LimitWatts: j.limit(w)}
		if j.reason == "" {
			d.Watts, d.EnergyJoules = new(j.watts()), new(j.watts()*w.seconds())
			d.Uncertainty = j.uncertain / j.joules
		}
		f.Devices = append(f.Devices, d)
	}
}

// limit returns the power limit at the end of the window, 0 if unknown.
func (d *device) limit(w window) (watts float64) {
	slices.SortStableFunc(d.limits, func(a, b Series) int {
		x, _ := meterOf(a.Name)
		y, _ := meterOf(b.Name)
		return x.rank - y.rank
	})
	for _, s := range d.limits {
		for _, p := range s.Points {
			if p.Nanos <= w.to && p.Value > 0 && p.Value < math.MaxUint32 {
				watts = p.Value
			}
		}
		if watts > 0 {
			return watts
		}
	}
	return 0
}
