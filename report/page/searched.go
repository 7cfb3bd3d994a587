package page

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// search shows how the answers were found: the phases of each system as numbered steps, next to
// their table.
func search(m int, systems []*subject) (chart.Figure, string) {
	var shown []*subject
	failed, tentatively := false, false
	for _, s := range systems {
		if len(s.steps) == 0 {
			continue
		}
		shown = append(shown, s)
		for _, p := range s.steps {
			failed = failed || p.figures != nil && p.figures.Failed > 0
			for _, v := range p.Verdicts {
				tentatively = tentatively || v.Tentative != ""
			}
		}
	}
	if len(shown) == 0 {
		return chart.Figure{}, ""
	}
	var body strings.Builder
	rules := ""
	if len(shown) > 1 {
		var options []chart.Option
		rules = fmt.Sprintf(":root .mdl-%d .srch{display:none}", m)
		for _, s := range shown {
			options = append(options, chart.Option{ID: fmt.Sprintf("f-%d", s.index), Label: chart.Cut(s.label, 220, 13)})
			rules += fmt.Sprintf(":root:has(#f-%d:checked) .mdl-%d .x-%d{display:block}", s.index, m, s.index)
		}
		body.WriteString(string(chart.Switch(fmt.Sprintf("f%d", m), "System", options)))
	}
	var caption string
	rows := rowsOfSearch(len(shown))
	for _, s := range shown {
		body.WriteString(string(s.searched(rows)))
		if len(s.steps) > rows {
			caption = fmt.Sprintf("The table has the last %d phases of a search. ", rows)
		}
	}
	if tentatively {
		caption += "A question mark is a tentative result: enough to know where to go from there. "
	}
	if failed {
		caption += "Failed: failed requests, of those measured. "
	} else {
		caption += "No measured request failed. "
	}
	caption += "Shaded: between the last number that holds and the first that fails; axes around a limit do not begin at 0."
	return chart.Figure{
		Span: 12, Class: "sec3", Title: "How the number was found",
		Sub:  "Numbers are the phases in their order. In the table, the thick bar is where the answer could still lie after the phase, and the tick is the number of agents measured.",
		Body: template.HTML(body.String()), Caption: chart.Text(caption),
	}, rules
}

// searched shows the search of a system, with so many rows at most.
func (s *subject) searched(rows int) template.HTML {
	steps := s.steps
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="srch x-%d %s"><h4 class="who">%s %s</h4><div class="g"><div class="w5">`,
		s.index, s.class(), chart.Key(s.color, chart.Decided, false), chart.Escape(chart.Cut(s.label, 800, 14)))
	b.WriteString(string(s.searchChart(steps)))
	b.WriteString(`<button type="button" class="play js">Replay the search</button><div class="g zz">`)
	for i := range s.tiers() {
		b.WriteString(string(s.aroundLimit(steps, &s.report.Tiers[i])))
	}
	b.WriteString(`</div></div><div class="w7">`)
	b.WriteString(string(s.searchTable(steps, rows).HTML()))
	b.WriteString(string(s.found()))
	b.WriteString("</div></div></div>")
	return template.HTML(b.String())
}

// found says the answers of a system, each in a line.
func (s *subject) found() template.HTML {
	if len(s.tiers()) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<p class="max">`)
	for i := range s.tiers() {
		t := &s.report.Tiers[i]
		a := answerOf(s.report, t)
		fmt.Fprintf(&b, "<span>Max agents at %s: <b>%s</b>", chart.Escape(levelOf(t).short()), chart.Escape(a.text(chart.Int)))
		if a.high > 1 && a.kind != fewerThan && a.kind != noAnswer {
			fmt.Fprintf(&b, " <i>(%s fails)</i>", chart.Int(a.high))
		}
		b.WriteString("</span>")
	}
	b.WriteString("</p>")
	return template.HTML(b.String())
}
