package telemetry

import (
	"math"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

// Curves are figures over the time of a phase, such as to draw them: the gauges of [Metrics] and
// the power. Each is nil where it is not known. Where nobody knows its value for a while, a
// point there has NaN.
type Curves struct {
	// Running and Waiting count requests; KVUse is a part of 1, the mean over engines.
	Running, Waiting, KVUse []Point
	// Watts are of the whole system, by what they cover. A basis is missing if no figure
	// follows from its readings.
	Watts map[pricing.Basis][]Point
}

// CurvesOf returns those of a phase with these instants.
func CurvesOf(observed []Observed, at Instants) Curves {
	var all []*reading
	for i := range observed {
		if o := &observed[i]; o.Target.Role != PowerMeter {
			p := newPage(o, at)
			for j := range vocabularies {
				if r := p.read(&vocabularies[j]); r != nil {
					all = append(all, r)
				}
			}
		}
	}
	all = once(all, func(_, _ *reading) {})
	level := func(f figure) []Point {
		var lines []line
		for _, r := range sources(all, f) {
			lines = append(lines, r.gauges[f]...)
		}
		return curveOf(lines, 1, f == kvUse)
	}
	return Curves{Running: level(running), Waiting: level(waiting), KVUse: level(kvUse), Watts: wattCurves(observed, at)}
}

// curveOf returns the sum of lines over time, or their mean. It is not known with fewer lines
// than least.
func curveOf(lines []line, least int, mean bool) (points []Point) {
	for _, l := range levels(lines) {
		if l.far {
			points = append(points, Point{l.at - 1, math.NaN()})
		}
		v := l.value
		switch {
		case l.n < least:
			v = math.NaN()
		case mean:
			v /= float64(l.n)
		}
		points = append(points, Point{l.at, v})
	}
	return points
}

// wattCurves returns the power of each basis, of the same devices as [PowerFigure].
func wattCurves(observed []Observed, at Instants) map[pricing.Basis][]Point {
	w := window{at.Settled.UnixNano(), at.WindowEnd.UnixNano()}
	if w.to <= w.from {
		return nil
	}
	every := make(map[string]time.Duration)
	for _, o := range observed {
		every[o.Target.Name] = o.Target.Interval()
	}
	renewed := renewals(observed)
	lines, of := make(map[pricing.Basis][]line), make(map[pricing.Basis]int)
	for _, d := range devices(observed) {
		if of[d.basis]++; d.judge(w, renewed).reason == "" {
			lines[d.basis] = append(lines[d.basis], d.line(every))
		}
	}
	curves := make(map[pricing.Basis][]Point)
	for basis, known := range lines {
		n, all := len(known), of[basis]
		if float64(n) < enough*float64(all) {
			continue
		}
		curve := curveOf(known, n, false)
		for i := range curve {
			curve[i].Value *= float64(all) / float64(n)
		}
		curves[basis] = curve
	}
	return curves
}

// line returns the power of a device over time: its samples of power, else what its energy
// counter grew by.
func (d *device) line(every map[string]time.Duration) (best line) {
	for _, o := range d.options { // in the order of judge, energy first
		series := o.series
		if o.parts == "" {
			series = series[:1] // the others say the same
		}
		var parts []line
		for _, s := range series {
			points, _, _ := o.valid(s)
			if o.kind == counterOfEnergy {
				points = slopes(points, o.most())
			}
			if len(points) > 0 {
				instants := make([]int64, len(points))
				for i, p := range points {
					instants[i] = p.Nanos
				}
				parts = append(parts, line{points, gapOf(instants, every[o.target])})
			}
		}
		if len(parts) < len(series) {
			continue
		}
		best = line{curveOf(parts, len(parts), false), parts[0].gap}
		best.points = slices.DeleteFunc(best.points, func(p Point) bool { return math.IsNaN(p.Value) })
		if o.kind == gaugeOfPower {
			break
		}
	}
	return best
}

// slopes returns the mean power between each two instants at which a counter of joules grew,
// at the later one; those above most are not possible.
func slopes(points []Point, most float64) (watts []Point) {
	var last Point
	for _, p := range points {
		if p.Value == last.Value {
			continue
		}
		if v := (p.Value - last.Value) / (float64(p.Nanos-last.Nanos) / 1e9); last.Nanos != 0 && v > 0 && v <= most {
			watts = append(watts, Point{p.Nanos, v})
		}
		last = p
	}
	return watts
}
