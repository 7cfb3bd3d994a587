package page

import (
	"fmt"
	"html/template"
	"math"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
)

// mostSteps is the number of marks in the chart of a search. Of longer ones every so many are
// drawn, and all that decide a limit.
const mostSteps = 120

// point draws a phase by the speed that a level judges.
func (s *subject) point(p step, l level) chart.Step {
	v := p.judged(l)
	tip := fmt.Sprintf("Phase %d: %s, %s", p.Index+1, chart.Count(p.Agents, "agent", "agents"), tokens(v.value))
	if p.state == chart.Invalid {
		tip += "\nInvalid: " + chart.Cut(p.Invalid, 900, 12)
	}
	return chart.Step{Number: p.Index + 1, Group: s.pointKey(p.Agents), Point: chart.Point{
		X: float64(p.Agents), Y: v.value, Low: v.low, High: v.high, State: p.state, Key: p.key, Tip: tip,
	}}
}

// searchChart draws the phases of a search by number of agents.
func (s *subject) searchChart(steps []step) template.HTML {
	c := chart.Steps{
		Title: "How the limit of " + chart.Cut(s.label, 500, 13) + " was found", Height: 320, Color: s.color, Anchors: true,
		X: searchAxis(steps), Y: chart.Axis{Title: "P25 output speed, tok/s"},
	}
	by, floor := level{}, func(l level) float64 { return l.speed }
	if s.byE2E() {
		by, floor, c.Y.Title = level{e2e: 1}, func(l level) float64 { return l.e2e }, "P25 E2E speed, tok/s"
	}
	c.Desc = chart.Count(len(steps), "phase", "phases")
	limits := make(map[int]bool)
	for i := range s.tiers() {
		t := &s.report.Tiers[i]
		a := answerOf(s.report, t)
		limits[a.low], limits[a.high] = true, true
		c.Desc += "; " + a.agents() + " at " + levelOf(t).short()
	}
	var span extent
	every := (len(steps) + mostSteps - 1) / mostSteps
	for i, p := range steps {
		if p.state != chart.Invalid {
			span.add(p.judged(by).value)
			span.add(p.judged(by).high)
		}
		if i%every == 0 || limits[p.Agents] && len(c.Points) < 2*mostSteps {
			c.Points = append(c.Points, s.point(p, by))
		}
	}
	c.Rules = span.take(floors([]*subject{s}, floor), false)
	for i := range c.Rules {
		c.Rules[i].Shade = 0
	}
	c.Y.Scale = chart.Linear(span.high, 5)
	return c.HTML()
}

// fewSteps is the number of phases below which the whole search is all around its limit.
const fewSteps = 5

// aroundLimit draws the phases near the limit of a level; empty if there is no limit, or not
// enough to see.
func (s *subject) aroundLimit(steps []step, t *agentperf.TierResult) template.HTML {
	a, l := answerOf(s.report, t), levelOf(t)
	if len(steps) < fewSteps || a.kind == zero || a.low == 0 && a.high == 0 {
		return ""
	}
	top := a.high
	if top == 0 {
		top = a.low + 1
	}
	// 3.5 % on each side has the last two or three steps of a bisection.
	beside := max(2, int(math.Ceil(float64(a.low)*0.035)))
	from, to := float64(max(0, a.low-beside)), float64(top+beside)
	c := chart.Steps{
		Title: "Phases around the limit of " + chart.Cut(s.label, 500, 13) + " at " + l.short(), Height: 150, Color: s.color, Close: true,
		X: chart.Axis{Scale: chart.Exactly(from, to, 4), Format: chart.Whole}, From: float64(a.low), To: float64(a.high),
		Rules: []chart.Rule{{At: l.floor(), Label: l.short()}},
	}
	low, high := l.floor(), l.floor()
	for _, p := range steps {
		v := p.judged(l)
		if float64(p.Agents) < from || float64(p.Agents) > to || math.IsNaN(v.value) || len(c.Points) >= mostSteps {
			continue
		}
		c.Points = append(c.Points, s.point(p, l))
		c.Desc += fmt.Sprintf("phase %d: %s, %s; ", p.Index+1, chart.Count(p.Agents, "agent", "agents"), tokens(v.value))
		if p.state == chart.Invalid {
			continue
		}
		for _, end := range []float64{v.value, v.low, v.high} {
			if end >= 0 && !math.IsInf(end, 1) {
				low, high = min(low, end), max(high, end)
			}
		}
	}
	if len(c.Points) < 2 {
		return ""
	}
	margin := (high-low)*0.12 + 0.5
	c.Y = chart.Axis{Scale: chart.Between(max(0, low-margin), high+margin, 3)}
	return template.HTML(`<div class="w6 close"><h4>Around the limit at `+chart.Escape(l.short())+`</h4>`) + c.HTML() + "</div>"
}
