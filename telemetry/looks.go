package telemetry

import (
	"math"
	"slices"
	"time"
)

// looks are the instants at which a target, or one of the instances behind a Prometheus, was
// looked at as a whole, and what they say of its counters.
type looks struct {
	labels []Label // those of all series they are about
	at     []int64
	// gap is the longest time between two looks that counts as covered.
	gap int64
	// resets are looks before which counters began anew, since the look before.
	resets []int64
	// The looks that stand for the ends of the window and of the phase: indices of at.
	from, to, first int
}

// gapIntervals is how many intervals may pass between two scrapes before the time between
// counts as a gap: one scrape may fail, and the next be late.
const gapIntervals = 3

// looksOf returns those of a target. Of series for which no series named up speaks, all
// instants of their points together are looks.
func looksOf(o *Observed, at Instants) []*looks {
	var all []*looks
	for i := range o.Series {
		if s := &o.Series[i]; s.Name == upName && len(s.Points) > 0 {
			l := &looks{labels: s.Labels}
			for _, p := range s.Points {
				if p.Value == 1 {
					l.at = append(l.at, p.Nanos)
				}
			}
			all = append(all, l)
		}
	}
	rest := new(looks)
	for i := range o.Series {
		s := &o.Series[i]
		if s.Name == upName || slices.ContainsFunc(all, func(l *looks) bool { return l.about(s) }) {
			continue
		}
		for _, p := range s.Points {
			rest.at = append(rest.at, p.Nanos)
		}
	}
	if len(rest.at) > 0 {
		slices.Sort(rest.at)
		rest.at = slices.Compact(rest.at)
		all = append(all, rest)
	}
	for _, l := range all {
		l.settle(o.Target.Interval(), at)
	}
	return all
}

// settle finds what can be said of the instants alone.
func (l *looks) settle(every time.Duration, at Instants) {
	l.gap = gapOf(l.at, every)
	l.from, l.to = nearest(l.at, at.Settled.UnixNano()), nearest(l.at, at.WindowEnd.UnixNano())
	l.first = max(0, countUntil(l.at, at.Begin.UnixNano())-1)
}

// nearest returns the index of the instant nearest to t, the earlier of two, -1 for none.
func nearest(instants []int64, t int64) int {
	i := countUntil(instants, t)
	switch {
	case i == len(instants), i > 0 && t-instants[i-1] <= instants[i]-t:
		return i - 1
	}
	return i
}

// countUntil returns how many instants are at or before t.
func countUntil(instants []int64, t int64) int {
	i, _ := slices.BinarySearch(instants, t+1)
	return i
}

// about reports whether the looks are at what the series is of.
func (l *looks) about(s *Series) bool { return contains(s.Labels, l.labels) }

func contains(labels, some []Label) bool {
	for _, want := range some {
		if !slices.Contains(labels, want) {
			return false
		}
	}
	return true
}

// resetAt notes that counters fell between a point and the one before.
func (l *looks) resetAt(nanos int64) {
	if i, found := slices.BinarySearch(l.resets, nanos); !found {
		l.resets = slices.Insert(l.resets, i, nanos)
	}
}

// findResets looks for counters that fell, and for gauges of the start that moved: by more
// than a second, since some compute it anew each time.
func (l *looks) findResets(series []*Series, points func(*Series) []Point) {
	for _, s := range series {
		if !l.about(s) {
			continue
		}
		p := points(s)
		isStart := slices.Contains(started, s.Name)
		for i := range len(p) - 1 {
			a, b := p[i].Value, p[i+1].Value
			if isStart && math.Abs(b-a) > 1 || !isStart && b < a {
				l.resetAt(p[i+1].Nanos)
			}
		}
	}
}

// gapOf returns the longest time between two instants that counts as covered, of a target that
// is looked at so often.
func gapOf(instants []int64, every time.Duration) int64 {
	var between []int64
	for i := range len(instants) - 1 {
		between = append(between, instants[i+1]-instants[i])
	}
	gap := every.Nanoseconds()
	if len(between) > 0 {
		slices.Sort(between)
		gap = max(gap, between[len(between)/2])
	}
	return gap * gapIntervals
}
