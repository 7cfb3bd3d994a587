package telemetry

import (
	"cmp"
	"math"
	"slices"
)

// A line is one series of a gauge, with the longest time between its points that counts as
// covered.
type line struct {
	points []Point
	gap    int64
}

// A level is what several lines come to at one instant.
type level struct {
	at int64
	// value is their sum, max the greatest; of n lines, 0 for none.
	value, max float64
	n          int
	// far says that the time since the level before is not covered.
	far bool
}

// levels returns what lines come to at each instant that any has a point. A line counts from
// its first point until a gap after its last one before the instant.
func levels(lines []line) []level {
	type event struct {
		at   int64
		line int
		v    float64
	}
	var events []event
	gap := int64(0)
	for i, l := range lines {
		gap = max(gap, l.gap)
		for _, p := range l.points {
			events = append(events, event{p.Nanos, i, p.Value})
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	now := make([]Point, len(lines))
	seen := make([]bool, len(lines))
	var out []level
	for i, e := range events {
		now[e.line], seen[e.line] = Point{e.at, e.v}, true
		if i+1 < len(events) && events[i+1].at == e.at {
			continue
		}
		l := level{at: e.at, max: math.Inf(-1)}
		for j, p := range now {
			if seen[j] && e.at-p.Nanos <= lines[j].gap {
				l.n++
				l.value += p.Value
				l.max = max(l.max, p.Value)
			}
		}
		l.far = len(out) > 0 && e.at-out[len(out)-1].at > gap
		out = append(out, l)
	}
	return out
}

// gaugeOf returns the mean over time of the sum of lines, or of their mean with its Max that
// of any line, between two instants, on straight lines between points. It is nil if no point
// is near.
func gaugeOf(lines []line, mean bool, at Instants) *Gauge {
	all := levels(lines)
	if mean {
		for i := range all {
			all[i].value /= float64(all[i].n)
		}
	} else {
		for i := range all {
			all[i].max = all[i].value
		}
	}
	from, to := at.Settled.UnixNano(), at.WindowEnd.UnixNano()
	g := &Gauge{Min: math.Inf(1), Max: math.Inf(-1)}
	area, covered := 0.0, int64(0)
	see := func(v, most float64) { g.Min, g.Max = min(g.Min, v), max(g.Max, most) }
	for i, b := range all {
		if b.at >= from && b.at <= to {
			see(b.value, b.max)
		}
		if i == 0 || b.far {
			continue
		}
		a := all[i-1]
		lo, hi := max(a.at, from), min(b.at, to)
		if lo >= hi {
			continue
		}
		on := func(t int64) float64 {
			return a.value + (b.value-a.value)*(float64(t-a.at)/float64(b.at-a.at))
		}
		see(on(lo), on(lo))
		see(on(hi), on(hi))
		area += (on(lo) + on(hi)) / 2 * float64(hi-lo)
		covered += hi - lo
	}
	begin := at.Begin.UnixNano()
	for _, l := range all {
		if l.at <= begin {
			g.Before = &l.value
		}
		g.After = &l.value
	}
	if covered <= 0 {
		return nil
	}
	g.Mean, g.Covered = area/float64(covered), float64(covered)/float64(to-from)
	if !finite(g.Mean, g.Covered, g.Min, g.Max) || g.Before != nil && !finite(*g.Before) || !finite(*g.After) {
		return nil
	}
	return g
}
