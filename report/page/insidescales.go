package page

import (
	"math"
	"slices"
)

// insideScales are common to the columns of a figure.
type insideScales struct {
	end, step       float64 // seconds
	started, flying float64
	low, high       float64 // TTFT
	speed           float64
	// titles are those of the courses of any column, in order, and tops their highest values.
	titles []string
	tops   map[string]float64
}

func (sc *insideScales) add(in *inside) {
	sc.end = max(sc.end, in.end)
	// 60 bins are as many as a column of 300 pixels can show; less than a second has too few
	// requests for a percentile.
	sc.step = max(1, math.Ceil(sc.end/60))
	for _, bin := range in.bins(sc.step) {
		sc.started = max(sc.started, bin.rate(in, sc.step))
	}
	for _, f := range in.flying() {
		sc.flying = max(sc.flying, f.Y)
	}
	for _, r := range in.requests {
		if r.ttft > 0 {
			sc.low, sc.high = min(sc.low, r.ttft), max(sc.high, r.ttft)
		}
	}
}

func (sc *insideScales) addCourses(courses []course) {
	for _, c := range courses {
		if !slices.Contains(sc.titles, c.title) {
			sc.titles = append(sc.titles, c.title)
		}
		for _, p := range c.points {
			if p.Y > sc.tops[c.title] {
				sc.tops[c.title] = p.Y
			}
		}
	}
}
