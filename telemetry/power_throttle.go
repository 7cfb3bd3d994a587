package telemetry

import "slices"

// throttled returns what kept a device's clocks down in a window, the largest share for each
// reason: hardware and software slow a device down for the same heat.
func (d *device) throttled(w window) (all []Throttle) {
	for _, reason := range []string{PowerCap, Thermal, PowerBrake} {
		var share float64
		target := ""
		for _, h := range d.halts {
			if got := h.share(w, reason); got > share {
				share, target = got, d.target.Name
			}
		}
		if share > 0 {
			all = append(all, Throttle{Target: target, Device: d.name, Reason: reason, Share: share})
		}
	}
	return all
}

// share returns the part of the window in which the reason held, 0 if unknown.
func (h halt) share(w window, reason string) float64 {
	if h.kind != throttleBits && h.reason != reason {
		return 0
	}
	var sum float64 // seconds
	for i, p := range h.Points[:max(0, len(h.Points)-1)] {
		q := h.Points[i+1]
		a, b := w.overlap(p.Nanos, q.Nanos)
		long := float64(q.Nanos-p.Nanos) / 1e9
		if a == b || long <= 0 {
			continue
		}
		var part float64 // of the time between the two
		switch h.kind {
		case throttledFor:
			part = (q.Value - p.Value) * h.unit / long
		case throttledShare:
			part = p.Value * h.unit
		case throttleBits:
			if p.Value >= 0 && p.Value < 1<<53 && slices.ContainsFunc(bits, func(b bit) bool { return b.reason == reason && int64(p.Value)&b.mask != 0 }) {
				part = 1
			}
		}
		// A counter that fell began anew, and one that is renewed seldom makes up for time
		// outside of the window.
		if part > 0 {
			sum += part * (b - a)
		}
	}
	return min(1, sum/w.seconds())
}
