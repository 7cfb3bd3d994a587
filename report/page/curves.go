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

func tokens(v float64) string { return chart.Number(v) + "\u00a0tok/s" }

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
		r := chart.Rule{At: v, Label: "SLO " + tokens(v)}
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

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// An extent is what a scale has to hold: figures above 0.
type extent struct{ low, high float64 }

func (e *extent) add(v float64) {
	if !(v > 0) || math.IsInf(v, 0) {
		return
	}
	if e.high == 0 {
		e.low, e.high = v, v
	}
	e.low, e.high = min(e.low, v), max(e.high, v)
}

// take returns the rules that are not far off the figures, with room for them: a level that no
// system comes near would leave the lines no room. Promises that are kept by far are shown all
// the same.
func (e *extent) take(rules []chart.Rule, ceilings bool) (near []chart.Rule) {
	high := e.high
	for _, r := range rules {
		if r.At <= high*1.6 || ceilings && r.At <= high*1e4 {
			near = append(near, r)
			e.add(r.At)
		}
	}
	return near
}

// agentsAxis is the axis of numbers of agents, for all charts of these systems. Invalid phases
// do not stretch it unless there is nothing else.
func agentsAxis(systems []*subject) chart.Axis {
	var valid, all extent
	for _, s := range systems {
		for _, p := range s.points {
			all.add(float64(p.agents))
			if p.state != chart.Invalid {
				valid.add(float64(p.agents))
			}
		}
	}
	if valid.high == 0 {
		valid = all
	}
	return chart.Axis{Scale: chart.Agents(valid.high), Title: "Concurrent agents", Format: chart.Whole}
}

// pointTip is the tip of a mark.
func (s *subject) pointTip(p point, text string) string {
	tip := chart.Cut(s.label, 220, 13) + ", " + chart.Count(p.agents, "agent", "agents") + ": " + text
	if p.state == chart.Invalid {
		tip += "\nInvalid: " + chart.Cut(p.reason, 900, 12)
	}
	return tip
}

// pointCaption explains the marks that these systems have.
func pointCaption(systems []*subject) template.HTML {
	has := make(map[chart.State]bool)
	intervals := false
	for _, s := range systems {
		for _, p := range s.points {
			has[p.state] = true
			intervals = intervals || !math.IsNaN(p.speed.low+p.speed.high)
		}
	}
	var out template.HTML
	for _, k := range []struct {
		state chart.State
		text  template.HTML
	}{{chart.Decided, "measured to a verdict"}, {chart.Tentative, "tentative"}, {chart.Invalid, "invalid: no result, left out of the line"}} {
		if has[k.state] {
			out += `<span class="st n">` + chart.Key(chart.Neutral, k.state, false) + k.text + "</span> "
		}
	}
	if intervals && len(systems) <= chart.Many {
		out += "Bars: 95&nbsp;% intervals. "
	}
	if len(systems) > chart.Colors {
		out += template.HTML(fmt.Sprintf("Of %d systems the first %d are drawn; all are in the table.", len(systems), chart.Colors))
	}
	return out
}

// pointTable has the figures of all curves by number of agents.
func pointTable(systems []*subject) chart.Table {
	t := chart.Table{
		Caption: "Figures by number of agents",
		Head:    []string{"System", "Agents", "P25 speed, tok/s", "95 % interval", "P95 TTFT", "P25 E2E, tok/s", "Output, tok/s", "Cache reuse", "Requests", "Failed", "Result"},
	}
	all, shown := 0, 0
	for _, s := range systems {
		all += len(s.points)
	}
	for _, s := range systems {
		for _, p := range s.chosen(mostRows * len(s.points) / max(1, all)) {
			shown++
			result := map[chart.State]string{chart.Decided: "decided", chart.Tentative: "tentative", chart.Invalid: "invalid"}[p.state]
			t.Rows = append(t.Rows, chart.Row{Key: p.key, Class: s.class(), Cells: []string{
				s.short(), chart.Int(p.agents), chart.Number(p.speed.value), p.speed.interval(), seconds(p.ttft.value), chart.Number(p.e2e.value),
				chart.Number(p.output), chart.Share(p.cached), chart.Int(p.requests), chart.Int(p.failed), result,
			}})
		}
	}
	if shown < all {
		t.Caption += fmt.Sprintf(", %s of %s: those that limit an answer, and every so many of the rest", chart.Int(shown), chart.Int(all))
	}
	return t
}

// chosen returns about n of the points: those that limit an answer, and some of the rest.
func (s *subject) chosen(n int) (some []point) {
	if len(s.points) <= n {
		return s.points
	}
	limits := make(map[int]bool)
	for i := range s.tiers() {
		a := answerOf(s.report, &s.report.Tiers[i])
		limits[a.low], limits[a.high] = true, true
	}
	every := len(s.points)/max(1, n) + 1
	for i, p := range s.points {
		if i%every == 0 || limits[p.agents] {
			some = append(some, p)
		}
	}
	return some
}

func (m measured) interval() string {
	if math.IsNaN(m.low) && math.IsNaN(m.high) {
		return chart.Unknown
	}
	return chart.Number(m.low) + " to " + chart.Number(m.high)
}

// short is the label where there is little room.
func (s *subject) short() string { return chart.Cut(s.label, 260, 13) }

// mostRows bounds the table behind a chart.
const mostRows = 1000
