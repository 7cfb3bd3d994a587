package page

import (
	"fmt"
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
)

// A measure is a figure of a level, NaN where it is not known.
type measure func(slt.Level) float64

func concurrency(l slt.Level) float64 { return float64(l.Concurrency) }
func throughput(l slt.Level) float64 {
	if f := figures(l); f != nil {
		return f.OutputTokensPerSecond
	}
	return math.NaN()
}
func speed(l slt.Level) float64 {
	return of(l, func(f *slt.Figures) *float64 { return f.MedianOutputSpeed })
}
func latency(l slt.Level) float64 {
	return of(l, func(f *slt.Figures) *float64 { return f.MedianE2E })
}

// figures returns what was measured, whether or not it counts.
func figures(l slt.Level) *slt.Figures {
	if l.Figures == nil {
		return l.InvalidFigures
	}
	return l.Figures
}

func of(l slt.Level, get func(*slt.Figures) *float64) float64 {
	if f := figures(l); f != nil && get(f) != nil {
		return *get(f)
	}
	return math.NaN()
}

// drawn reports whether any level has a figure.
func (s tuned) drawn() bool {
	return slices.ContainsFunc(s.report.Levels, func(l slt.Level) bool { return figures(l) != nil })
}

// sweepLines draws the levels of each sweep. Those that are the better of two setups come first,
// and so below the two.
func sweepLines(all []tuned, x, y measure) (out []chart.Series) {
	for _, s := range all {
		if s.color >= chart.Colors {
			continue // more cannot be told apart; the tables have them
		}
		line := chart.Series{Color: s.color, Label: s.short, Class: nonEmpty(" ", s.setup.style(), s.class)}
		for i, l := range s.report.Levels {
			p := chart.Point{
				X: x(l), Y: y(l), Low: math.NaN(), High: math.NaN(), State: chart.Decided,
				Tip: fmt.Sprintf("%s, concurrency %d", s.short, l.Concurrency), Key: s.key(i),
			}
			if l.Figures == nil {
				p.State = chart.Invalid
			}
			line.Points = append(line.Points, p)
		}
		if s.setup == optimal {
			out = slices.Insert(out, 0, line)
		} else {
			out = append(out, line)
		}
	}
	return out
}

// most returns the greatest figure that counts.
func most(all []tuned, m measure) float64 {
	most := 0.0
	for _, s := range all {
		for _, l := range s.report.Levels {
			if v := m(l); l.Figures != nil && !math.IsInf(v, 0) && v > most {
				most = v
			}
		}
	}
	return most
}

// loadTradeoff draws throughput against speed per query, from many queries to one.
func loadTradeoff(all []tuned, at metrics.TokensPerSecond) chart.Lines {
	c := chart.Lines{
		Title: "System output throughput against output speed per query", Height: 320, Labels: chart.Peak,
		X:         chart.Axis{Scale: chart.Linear(max(most(all, speed), float64(at)), 6), Title: "Output speed per query, median, tok/s"},
		Y:         chart.Axis{Scale: chart.Linear(most(all, throughput), 5), Title: "System output throughput, tok/s"},
		Reference: &chart.Rule{At: float64(at), Label: chart.Number(float64(at)) + " tok/s"},
		Series:    sweepLines(all, speed, throughput),
	}
	for _, s := range c.Series {
		slices.Reverse(s.Points)
	}
	c.Desc = c.Describe()
	return c
}

// byConcurrency draws a figure of each level by its concurrency.
func byConcurrency(all []tuned, title, unit string, y measure, labels chart.Side) chart.Lines {
	c := chart.Lines{
		Title: title, Height: 220, Labels: labels,
		X:      chart.Axis{Scale: chart.Agents(most(all, concurrency)), Title: "Concurrency", Format: chart.Whole},
		Y:      chart.Axis{Scale: chart.Linear(most(all, y), 4), Title: unit},
		Series: sweepLines(all, concurrency, y),
	}
	c.Desc = c.Describe()
	return c
}

// loadLineFigures are the four charts of what happens as more queries run at once.
func loadLineFigures(all []tuned, at metrics.TokensPerSecond) []chart.Figure {
	speeds := byConcurrency(all, "Output speed per query by concurrency", "tok/s per query, median", speed, chart.Left)
	speeds.Rules = []chart.Rule{{At: float64(at), Label: chart.Number(float64(at)) + " tok/s"}}
	if float64(at) > most(all, speed) {
		speeds.Rules = nil // off the scale
	}
	return []chart.Figure{
		{Span: 12, Title: "System throughput against speed per query", Sub: "One point for each concurrency, from 1 at the right upward. Dashed: the speed at which throughput and cost are read off. Up and to the right is better.",
			Body: loadTradeoff(all, at).HTML(), Caption: loadCaption(all), Table: levelTable(all)},
		{Span: 6, Title: "Throughput by concurrency", Sub: "Output tokens of all queries together. Higher is better.",
			Body: byConcurrency(all, "System output throughput by concurrency", "System output, tok/s", throughput, chart.Right).HTML()},
		{Span: 6, Title: "Speed per query by concurrency", Sub: "Output tokens after the first, the median of queries. Higher is better.", Body: speeds.HTML()},
		{Span: 6, Title: "End-to-end latency by concurrency", Sub: "From sending a query to the end of its answer, the median. Lower is better.",
			Body: byConcurrency(all, "End-to-end latency by concurrency", "Seconds, median", latency, chart.Right).HTML()},
	}
}
