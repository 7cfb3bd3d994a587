package telemetry

import (
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

// An energyReading is the power of a device over a window, as one option or all together know it.
type energyReading struct {
	joules, seconds float64 // that are covered, of the window
	span            float64 // the window, in seconds
	uncertain       float64 // joules
	from            string
	reason          string  // why it is no figure
	fell            int     // how often the counter began anew
	step            float64 // the longest time between two renewals of a counter, in seconds
	micro           bool    // microwatts were taken for such
}

// enough is the part of a window that readings must cover, and of the accelerators.
const enough = 0.95

func (r energyReading) watts() float64    { return r.joules / r.seconds }
func (r energyReading) coverage() float64 { return min(1, r.seconds/r.span) }

// A window is that of a phase, in nanoseconds.
type window struct{ from, to int64 }

func (w window) seconds() float64 { return float64(w.to-w.from) / 1e9 }

// apart returns how many seconds apart two readings of power may be and still have a
// straight line between them: a twentieth of the window, since a reading that is missed at
// one end is then within what may be uncovered; but 2.5 s, as readings are taken every
// second and one may come late or be lost; and in any case at least four readings.
func (w window) apart() float64 { return min(max(w.seconds()/20, 2.5), w.seconds()/4) }

// overlap returns the part of the time between two instants that is in the window, in
// seconds from the first.
func (w window) overlap(from, to int64) (a, b float64) {
	a, b = float64(max(from, w.from)-from)/1e9, float64(min(to, w.to)-from)/1e9
	return a, max(a, b)
}

// valid returns the points that are readings, in watts or joules. What is not a positive
// number is a sensor that does not work: nothing under power draws 0 W. 2³²-1 is what AMD's
// library says then, and 2⁶⁴-1. odd is a reading that is left out as it cannot be one.
func (m meter) valid(s Series) (points []Point, micro bool, odd float64) {
	points = make([]Point, 0, len(s.Points))
	for i, p := range s.Points {
		v := p.Value
		if !(v > 0) || math.IsInf(v, 0) || v == math.MaxUint32 || v >= math.MaxUint64 || i > 0 && p.Nanos <= s.Points[i-1].Nanos {
			continue
		}
		v *= m.unit
		if m.kind == gaugeOfPower {
			if m.basis == pricing.MeasuredAccelerator && v >= 1e6 {
				// No accelerator draws a megawatt: AMD's library states microwatts on
				// hosts of virtual machines.
				v, micro = v*1e-6, true
			}
			if v > m.most() {
				odd = v
				continue
			}
		}
		points = append(points, Point{Nanos: p.Nanos, Value: v})
	}
	return points, micro, odd
}

// most returns more watts than a device can draw. Boards draw up to 3 kW and wafers 25; a
// gauge in milliwatts is above. No building with one meter has a gigawatt.
func (m meter) most() float64 {
	if m.basis == pricing.MeasuredAccelerator {
		return 30e3
	}
	return 1e9
}

// integrate returns what samples of power say: their integral over the window by the
// trapezoidal rule, with straight lines where a window's end is between two.
func (w window) integrate(points []Point, every time.Duration) (r energyReading) {
	r = energyReading{span: w.seconds(), from: FromPower}
	switch {
	case every == never:
		r.reason = "power did not change twice in the phase: it is renewed too seldom, or not at all"
		return r
	case every.Seconds() > w.apart():
		r.reason = fmt.Sprintf("power is renewed every %v, which is too seldom for a window of %v", every, time.Duration(w.to-w.from))
		return r
	}
	for i, p := range points[:max(0, len(points)-1)] {
		q := points[i+1]
		long := float64(q.Nanos-p.Nanos) / 1e9
		a, b := w.overlap(p.Nanos, q.Nanos)
		if long > w.apart() || a == b {
			continue
		}
		slope := (q.Value - p.Value) / long
		r.joules += (b - a) * (p.Value + slope*(a+b)/2)
		r.seconds += b - a
	}
	return r
}

// difference returns what a counter of energy says. Between two instants at which it grew,
// what it grew by is exact however long that took; where the window ends between two, the
// power is taken to have been steady, and since it may have been anything from nothing to
// the most that was seen, P, a share f of a step of T seconds is uncertain by f(1-f)TP.
func (w window) difference(points []Point, most float64) (r energyReading) {
	r = energyReading{span: w.seconds(), from: FromEnergy}
	var last Point // at which it grew
	var peak, ends, late float64
	for i, p := range points {
		if i == 0 || p.Value == points[i-1].Value {
			continue
		}
		// Between this sample and the one before, the counter was renewed.
		old := float64(p.Nanos-points[i-1].Nanos) / 1e9
		from := last
		if last = p; p.Value < points[i-1].Value {
			r.fell++
			continue
		}
		if from.Nanos == 0 {
			if i > 1 {
				continue // it stood still, nobody knows since when
			}
			from = points[0]
		}
		long := float64(p.Nanos-from.Nanos) / 1e9
		power := (p.Value - from.Value) / long
		r.step = max(r.step, long)
		if power > most {
			continue
		}
		peak = max(peak, power)
		a, b := w.overlap(from.Nanos, p.Nanos)
		if a == b {
			continue
		}
		r.joules += (b - a) * power
		r.seconds += b - a
		if long > 1.5*old { // it is renewed less often than read, at some time between two readings
			late = max(late, old)
		}
		for _, f := range [2]float64{a / long, b / long} { // 0 or 1 but at the window's ends
			ends += f * (1 - f) * long
		}
	}
	r.uncertain = (ends + late) * peak
	return r
}
