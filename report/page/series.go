package page

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/telemetry"
)

// Series are what systems said of themselves during the phases of runs, to show it below their
// requests.
type Series struct {
	phases map[phaseOf][]course
}

// A course is a figure over time, in seconds from the start of a phase, NaN where it is not
// known.
type course struct {
	title  string
	basis  pricing.Basis // of watts; empty for others
	points []chart.XY
}

// coursePoints is the number of points of a course: a column of 300 pixels shows no more.
const coursePoints = 300

// ReadSeries reads what maxusers wrote with -series. They belong to the reports of the same
// runs; others are ignored. The error names file and line.
func ReadSeries(ctx context.Context, files ...string) (*Series, error) {
	all := &Series{phases: make(map[phaseOf][]course)}
	for _, name := range files {
		if err := all.read(ctx, name); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (all *Series) read(ctx context.Context, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file, expected what maxusers -series wrote", name)
	}
	for r, err := range telemetry.ReadRecordings(f) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if r.Run != "" {
			all.phases[phaseOf{r.Run, r.Phase}] = coursesOf(r)
		}
	}
	return nil
}

func coursesOf(r *telemetry.Recording) (courses []course) {
	all := telemetry.CurvesOf(r.Observed, r.At)
	add := func(title string, basis pricing.Basis, points []telemetry.Point, unit float64) {
		if c := (course{title, basis, thin(points, r.At, unit)}); len(c.points) > 0 {
			courses = append(courses, c)
		}
	}
	add("Server: running", "", all.Running, 1)
	add("Server: waiting", "", all.Waiting, 1)
	add("Server: KV use, %", "", all.KVUse, 100)
	for _, basis := range []pricing.Basis{pricing.MeasuredAccelerator, pricing.MeasuredNode, pricing.MeasuredWall} {
		add("Power, W ("+string(basis)+")", basis, all.Watts[basis], 1)
	}
	return courses
}

// thin returns the points of a phase, as means of so many as leave few enough.
func thin(points []telemetry.Point, at telemetry.Instants, unit float64) (out []chart.XY) {
	points = slices.DeleteFunc(points, func(p telemetry.Point) bool { return p.Time().Before(at.Begin) || p.Time().After(at.End) })
	every := max(1, (len(points)+coursePoints-1)/coursePoints)
	for group := range slices.Chunk(points, every) {
		var x, y float64
		for _, p := range group {
			x += time.Duration(p.Nanos-at.Begin.UnixNano()).Seconds() / float64(len(group))
			y += p.Value * unit / float64(len(group)) // with a gap inside it is a gap
		}
		out = append(out, chart.XY{X: x, Y: y})
	}
	if !slices.ContainsFunc(out, func(p chart.XY) bool { return !math.IsNaN(p.Y) && !math.IsInf(p.Y, 0) }) {
		return nil
	}
	return out
}

// of returns what is known of a phase. Power that the report refuses as a figure is none here.
func (all *Series) of(run string, p step) (courses []course) {
	if all == nil {
		return nil
	}
	for _, c := range all.phases[phaseOf{run, p.Index}] {
		if c.basis == "" || p.measures(c.basis) {
			courses = append(courses, c)
		}
	}
	return courses
}

// measures reports whether the phase has measured power on a basis.
func (p step) measures(basis pricing.Basis) bool {
	return p.Power != nil && slices.ContainsFunc(p.Power.Figures, func(f telemetry.PowerFigure) bool { return f.Basis == basis && f.Watts != nil })
}

// mean returns the mean of the points in a stretch of time; NaN without any.
func (c course) mean(from, to float64) float64 {
	sum, n := 0.0, 0
	for _, p := range c.points {
		if p.X >= from && p.X < to && !math.IsNaN(p.Y) {
			sum, n = sum+p.Y, n+1
		}
	}
	return sum / float64(n)
}
