package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// A curve is a figure by number of agents.
type curve struct {
	id               string // unique among curves
	title, axis, sub string
	height, span     int
	side             chart.Side
	of               func(point) measured
	write            func(float64) string
	log              bool // times, which span decades
	share            bool // of 1
	joined           bool // only a line says anything
}

var (
	speedCurve = curve{
		id: "speed", title: "P25 output speed by number of agents", axis: "P25 output speed, tok/s", span: 12, height: 340, side: chart.Left,
		sub: "tok/s of a request, the 25th percentile: three of four requests are faster. The answer is where the line meets the SLO.",
		of:  func(p point) measured { return p.speed }, write: tokens,
	}
	ttftCurve = curve{
		id: "ttft", title: "P95 time to first token by number of agents", axis: "P95 TTFT", span: 6, height: 220, side: chart.Right, log: true,
		sub: "Log scale. Lower is better.",
		of:  func(p point) measured { return p.ttft }, write: seconds,
	}
	e2eCurve = curve{
		id: "e2e", title: "P25 end-to-end speed by number of agents", axis: "P25 E2E speed, tok/s", span: 6, height: 220, side: chart.Left,
		sub: "tok/s over the whole request, the wait for the first token included.",
		of:  func(p point) measured { return p.e2e }, write: tokens,
	}
)

// speedOf is output speed by number of agents, with the figures of all curves behind it.
func speedOf(_ int, systems []*subject) (chart.Figure, string) {
	f := speedCurve.figure(systems, floors(systems, func(l level) float64 { return l.speed }))
	f.Caption = pointCaption(systems)
	f.Table = pointTable(systems)
	return f, ""
}

// ttftOf is TTFT by number of agents.
func ttftOf(_ int, systems []*subject) (chart.Figure, string) {
	var rules []chart.Rule
	for _, l := range levels(systems) {
		if l.ttft > 0 && !slices.ContainsFunc(rules, func(r chart.Rule) bool { return r.At == l.ttft }) {
			rules = append(rules, chart.Rule{At: l.ttft, Label: "SLO " + chart.Seconds(l.ttft)})
		}
	}
	return ttftCurve.figure(systems, rules), ""
}

// e2eOf is E2E speed by number of agents.
func e2eOf(_ int, systems []*subject) (chart.Figure, string) {
	return e2eCurve.figure(systems, floors(systems, func(l level) float64 { return l.e2e })), ""
}

// floors returns the lines of levels that promise a speed; what is below the lowest is shaded.
func floors(systems []*subject, of func(level) float64) (rules []chart.Rule) {
	for _, l := range levels(systems) {
		v := of(l)
		if v <= 0 || slices.ContainsFunc(rules, func(r chart.Rule) bool { return r.At == v }) {
			continue
		}
		r := chart.Rule{At: v, Label: l.slo()}
		if len(rules) == 0 {
			r.Shade = -1
		}
		rules = append(rules, r)
	}
	return rules
}

// figure draws the curve of each system. Where there are too many to follow, each has a panel
// of its own. The figure is empty if nothing is known.
func (c curve) figure(systems []*subject, rules []chart.Rule) chart.Figure {
	systems = drawn(systems)
	lines := chart.Lines{Title: c.title, Height: c.height, Labels: c.side, X: agentsAxis(systems)}
	var span extent
	for _, s := range systems {
		series := chart.Series{Color: s.color, Label: s.label, Class: s.class()}
		for _, p := range s.points {
			m := c.of(p)
			series.Points = append(series.Points, chart.Point{
				X: float64(p.agents), Y: m.value, Low: m.low, High: m.high, State: p.state, Key: p.key, Tip: s.pointTip(p, c.write(m.value)),
			})
			if p.state != chart.Invalid {
				span.add(m.value)
				if len(systems) <= chart.Many {
					span.add(m.low)
					span.add(m.high)
				}
			}
		}
		lines.Series = append(lines.Series, series)
	}
	if span.high == 0 || c.joined && !joined(lines.Series) {
		return chart.Figure{}
	}
	lines.Rules = span.take(rules, c.log)
	lines.Y = c.scale(span, 5)
	lines.Desc = lines.Describe()
	f := chart.Figure{Span: c.span, Title: c.title, Sub: c.sub}
	if len(systems) <= chart.Many {
		f.Body = lines.HTML()
		return f
	}
	f.Span = 12
	var body strings.Builder
	if c.span == 12 { // all together first
		body.WriteString(string(lines.HTML()))
	}
	lines.Height = 130
	fmt.Fprintf(&body, `<p class="ut">%s by %s, each system by itself; in gray, the others</p>`, chart.Escape(titled(lines.Y)), chart.Escape(lower(titled(lines.X))))
	lines.Y = c.scale(span, 3)
	body.WriteString(string(lines.Panels(fmt.Sprintf("b%d-%s", systems[0].model, c.id))))
	f.Body = template.HTML(body.String())
	return f
}

// joined reports whether some series has a line.
func joined(series []chart.Series) bool {
	for _, s := range series {
		n := 0
		for _, p := range s.Points {
			if p.State != chart.Invalid && !math.IsNaN(p.Y) {
				n++
			}
		}
		if n > 1 {
			return true
		}
	}
	return false
}

// scale is the axis of the figure, with about n steps.
func (c curve) scale(span extent, n int) chart.Axis {
	switch {
	case c.log:
		return chart.Axis{Scale: chart.Log10(span.low, span.high*1.1), Title: c.axis, Format: chart.Seconds}
	case c.share:
		return chart.Axis{Scale: chart.Linear(max(1, span.high), n), Title: c.axis, Format: chart.Share}
	}
	return chart.Axis{Scale: chart.Linear(span.high, n), Title: c.axis}
}

// titled is the title of an axis as it stands in a sentence.
func titled(a chart.Axis) string {
	if a.Log {
		return a.Title + " (log scale)"
	}
	return a.Title
}
