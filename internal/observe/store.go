package observe

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/telemetry"
)

const (
	// mostPoints bounds the points of one observer in a phase: 16 MiB. A page of 700 series,
	// such as vLLM's, fills it in 25 minutes at one sample a second.
	mostPoints = 1 << 20
	// pointsEach bounds the series: with as many points each they fill the memory, which is
	// enough for what differences and means need.
	pointsEach = 16
)

// A store keeps what one observer saw in a phase.
type store struct {
	start  time.Time // with a monotonic reading
	series map[string]*telemetry.Series
	points int
	most   int           // points; mostPoints but in tests
	every  time.Duration // the time between points that is kept
	cut    bool          // something was left out
	key    []byte
}

func newStore(start time.Time, every time.Duration) *store {
	return &store{start: start, every: every, series: make(map[string]*telemetry.Series), most: mostPoints}
}

// nanos returns a time as points have it. The wall clock may be set during a phase: only its
// reading at the start counts, where a time is of this process.
func (s *store) nanos(t time.Time) int64 { return s.start.UnixNano() + int64(t.Sub(s.start)) }

// add takes in samples. What is no finite number is no sample.
func (s *store) add(samples []telemetry.Sample) {
	for i := range samples {
		x := &samples[i]
		if math.IsNaN(x.Value) || math.IsInf(x.Value, 0) {
			continue
		}
		of := s.of(x)
		if of == nil {
			s.cut = true
			continue
		}
		of.Points = append(of.Points, telemetry.Point{Nanos: s.nanos(x.Time), Value: x.Value})
		if s.points++; s.points > s.most {
			s.thin()
		}
	}
}

// of returns the series of a sample; nil if there are too many.
func (s *store) of(x *telemetry.Sample) *telemetry.Series {
	s.key = append(s.key[:0], x.Name...)
	for _, l := range x.Labels {
		s.key = append(append(append(append(s.key, 0), l.Name...), 0), l.Value...)
	}
	of := s.series[string(s.key)]
	if of == nil && len(s.series) < s.most/pointsEach {
		of = &telemetry.Series{Name: x.Name, Labels: slices.Clone(x.Labels)}
		s.series[string(s.key)] = of
	}
	return of
}

// thin doubles the time between points until half of the memory is free.
func (s *store) thin() {
	s.cut = true
	for s.points > s.most/2 && s.every < 1000*time.Hour { // few are left then: see pointsEach
		s.every *= 2
		s.points = 0
		for _, of := range s.series {
			of.Points = s.keep(of.Points)
			s.points += len(of.Points)
		}
	}
}

// keep keeps the first point of each stretch of time, which in all series is of the same
// sample, and the latest: differences are made of the first and the latest.
func (s *store) keep(points []telemetry.Point) []telemetry.Point {
	kept, latest := points[:0], int64(math.MinInt64)
	for i, p := range points {
		if stretch := (p.Nanos - s.start.UnixNano()) / int64(s.every); stretch != latest || i == len(points)-1 {
			kept, latest = append(kept, p), stretch
		}
	}
	return kept
}

// all returns the series by name and labels, with points of increasing times. Of two points of
// one instant the first counts.
func (s *store) all() []telemetry.Series {
	all := make([]telemetry.Series, 0, len(s.series))
	for _, key := range slices.Sorted(maps.Keys(s.series)) {
		of := *s.series[key]
		slices.SortStableFunc(of.Points, func(a, b telemetry.Point) int { return cmp.Compare(a.Nanos, b.Nanos) })
		of.Points = slices.CompactFunc(of.Points, func(a, b telemetry.Point) bool { return a.Nanos == b.Nanos })
		all = append(all, of)
	}
	return all
}
