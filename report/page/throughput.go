package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// tradeoff is throughput of the system against speed per agent. Points are joined from the
// most agents to the fewest.
func tradeoff(m int, systems []*subject) (chart.Figure, string) {
	systems = drawn(systems)
	c := chart.Lines{
		Title: "System output throughput against P25 speed", Height: 320, Labels: chart.Peak,
		X: chart.Axis{Title: "P25 output speed, tok/s"}, Y: chart.Axis{Title: "System output throughput, tok/s"},
	}
	var x, y extent
	for _, s := range systems {
		series := chart.Series{Color: s.color, Label: s.label, Class: s.class()}
		for _, p := range slices.Backward(s.points) {
			if p.state == chart.Invalid {
				continue // it has no throughput, either
			}
			x.add(p.speed.value)
			y.add(p.output)
			tip := s.pointTip(p, chart.Number(p.output)+" tok/s in all, "+tokens(p.speed.value)+" each")
			series.Points = append(series.Points, chart.Point{X: p.speed.value, Y: p.output, Low: math.NaN(), High: math.NaN(), State: p.state, Key: p.key, Tip: tip})
		}
		c.Series = append(c.Series, series)
	}
	if x.high == 0 || y.high == 0 || !joined(c.Series) {
		return chart.Figure{}, ""
	}
	c.X.Scale, c.Y.Scale = chart.Linear(x.high, 6), chart.Linear(y.high, 5)
	c.Desc = c.Describe()
	f := chart.Figure{
		Span: 12, Title: "System throughput against speed per agent", Body: c.HTML(),
		Sub: "The trade-off: each line goes from many agents, top left, to few, bottom right. Up and to the right is better. Output tokens only.",
	}
	if len(systems) > chart.Many {
		f.Body += template.HTML(`<p class="ut">Each system by itself; in gray, the others</p>`)
		c.Height = 130
		c.X.Scale, c.Y.Scale = chart.Linear(x.high, 4), chart.Linear(y.high, 3)
		f.Body += c.Panels(fmt.Sprintf("t%d", m))
	}
	return f, ""
}

// throughputOf is throughput by number of agents.
func throughputOf(_ int, systems []*subject) (chart.Figure, string) {
	return curve{
		id: "output", title: "System output throughput by number of agents", axis: "System output throughput, tok/s", span: 6, height: 220, side: chart.Right, joined: true,
		sub: "tok/s of all agents together, output tokens only.",
		of:  func(p point) measured { return measured{p.output, math.NaN(), math.NaN()} }, write: tokens,
	}.figure(systems, nil), ""
}

// cachedOf is the reuse of caches by number of agents; it is absent unless a server states it.
func cachedOf(_ int, systems []*subject) (chart.Figure, string) {
	f := curve{
		id: "cached", title: "Cache reuse by number of agents", axis: "Cached share of input tokens", span: 6, height: 220, side: chart.Right, share: true, joined: true,
		sub: "Input tokens that the server says it took from its cache.",
		of:  func(p point) measured { return measured{p.cached, math.NaN(), math.NaN()} }, write: chart.Share,
	}.figure(systems, nil)
	if f.Title == "" {
		return f, ""
	}
	var silent []string
	for _, s := range systems {
		if !slices.ContainsFunc(s.points, func(p point) bool { return !math.IsNaN(p.cached) }) {
			silent = append(silent, s.short())
		}
	}
	if len(silent) > 0 {
		f.Caption = chart.Text("Not stated by " + strings.Join(silent, ", ") + ".")
	}
	return f, ""
}
