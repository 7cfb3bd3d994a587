package page

import (
	"fmt"
	"html/template"
	"math"

	"github.com/agentperf/agentperf-go/internal/chart"
)

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

// mostRows bounds the table behind a chart.
const mostRows = 1000
