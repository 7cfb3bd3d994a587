package telemetry

import "math"

// A rise is how far a counter went in a phase. Its zero value is that of a counter that was
// never seen.
type rise struct {
	total  float64
	window float64
	rate   float64
	seen   bool
	// covered says that window and rate are known.
	covered bool
	// from, to are the looks that the window's figures are between.
	from, to int64
	// late says that the series was first seen after the phase began, by a target that was
	// not looked at before; vanished that it was gone at the last look.
	late, vanished bool
}

// add adds that of another counter of the same figure.
func (r *rise) add(o rise) {
	if !o.seen {
		return
	}
	if !r.seen {
		*r = o
		return
	}
	r.total, r.window, r.rate = r.total+o.total, r.window+o.window, r.rate+o.rate
	r.covered = r.covered && o.covered
	r.from, r.to = min(r.from, o.from), max(r.to, o.to)
	r.late, r.vanished = r.late || o.late, r.vanished || o.vanished
}

func (r rise) count() *Count {
	if !r.seen || !finite(r.total) {
		return nil
	}
	c := &Count{Total: r.total}
	if r.covered && finite(r.window, r.rate) {
		c.Window, c.PerSecond = &r.window, &r.rate
	}
	return c
}

// finite reports whether values are numbers: sums of absurd ones are not.
func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// riseOf returns how far a counter went by its points, which are finite and in order, between
// the looks of the phase. begin is where the phase began.
//
// A counter that is absent at a look and there at a later one began at 0 between the two. One
// that began anew, because it or another of the same process fell, went up by what it then
// was; what it counted between the look before and the restart is lost.
func (l *looks) riseOf(points []Point, begin int64) (r rise) {
	if len(points) == 0 || len(l.at) == 0 {
		return r
	}
	r.seen = true
	before := countUntil(l.at, points[0].Nanos-1) // looks without it
	r.late = before == 0 && points[0].Nanos > begin
	last := l.at[len(l.at)-1]
	r.vanished = points[len(points)-1].Nanos < last-l.gap

	value := func(t int64) float64 { // summed up since the series was first seen
		up, was, since := 0.0, 0.0, int64(math.MinInt64)
		if before == 0 {
			was, since = points[0].Value, points[0].Nanos
		}
		resets := l.resets
		for _, p := range points {
			if p.Nanos > t {
				break
			}
			anew := p.Value < was
			for len(resets) > 0 && resets[0] <= p.Nanos {
				anew = anew || resets[0] > since
				resets = resets[1:]
			}
			if anew {
				was = 0
			}
			up += p.Value - was
			was, since = p.Value, p.Nanos
		}
		return up
	}
	r.total = value(last) - value(l.at[l.first])
	r.from, r.to = l.at[l.from], l.at[l.to]
	if r.to > r.from {
		r.covered = true
		r.window = value(r.to) - value(r.from)
		r.rate = r.window / (float64(r.to-r.from) / 1e9)
	}
	return r
}
