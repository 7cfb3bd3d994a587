package page

import (
	"cmp"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// headline is what the reports of the first model find.
func (st *study) headline() string {
	if len(st.systems) == 0 && len(st.sweeps) == 0 {
		return "No reports yet"
	}
	for m := range st.models {
		if systems := st.of(m); len(systems) > 0 {
			before := ""
			if len(st.models) > 1 {
				before = "On " + chart.Cut(st.models[m], 400, 16) + ", "
			}
			return unbroken(finding(before, systems))
		}
	}
	return st.loadHeadline()
}

// finding says what systems hold at their lowest level, after what comes before it in the
// sentence. It names one as the best only if it holds more than any other can.
func finding(before string, systems []*subject) string {
	all := levels(systems)
	if len(all) == 0 {
		return cmp.Or(before, "Speed ") + "by number of agents"
	}
	if len(systems) == 1 {
		var parts []string
		for i, l := range all {
			parts = append(parts, answerOf(systems[0].report, systems[0].tier(l)).agents()+" at "+names(all)[i])
		}
		return sentence(before, chart.List(parts))
	}
	type holder struct {
		name        string
		answer      answer
		least, most int
	}
	var holders []holder
	first := names(all)[0]
	for _, s := range systems {
		if t := s.tier(all[0]); t != nil {
			a := answerOf(s.report, t)
			if least, most := a.bounds(); least > 0 {
				holders = append(holders, holder{chart.Cut(s.label, 300, 16), a, least, most})
			}
		}
	}
	slices.SortStableFunc(holders, func(a, b holder) int { return cmp.Compare(b.least, a.least) })
	switch len(holders) {
	case 0:
		return sentence(before, "no system is sure to hold "+first)
	case 1:
		return before + holders[0].name + " holds " + holders[0].answer.text(chart.Int) + " at " + first
	}
	clear := true
	for _, h := range holders[1:] {
		clear = clear && h.most > 0 && h.most < holders[0].least
	}
	if clear {
		return before + holders[0].name + " holds the most agents at " + first + ": " + holders[0].answer.text(chart.Int)
	}
	var parts []string
	for _, h := range holders[:min(3, len(holders))] {
		parts = append(parts, h.name+" holds "+h.answer.text(chart.Int))
	}
	return sentence(before, "at "+first+", "+chart.List(parts))
}

// lede says how much was measured, and when.
func (st *study) lede(note string) string {
	if len(st.models) == 0 {
		return "Run page A.json B.json > page.html with the files that maxusers -json and slt -json wrote."
	}
	labels := make(map[[2]string]bool)
	var days []string
	add := func(model int, label string, started time.Time) {
		labels[[2]string{st.models[model], label}] = true
		if !started.IsZero() && started.Year() < 10_000 {
			days = append(days, started.UTC().Format(time.DateOnly))
		}
	}
	for _, s := range st.systems {
		add(s.model, s.system, s.report.Started)
	}
	for _, s := range st.sweeps {
		add(s.model, s.label, s.report.Started)
	}
	text := chart.Count(len(labels), "system", "systems")
	if reports := len(st.systems) + len(st.sweeps); reports > len(labels) {
		text += " in " + chart.Count(reports, "report", "reports")
	}
	text += ", " + chart.Count(len(st.models), "model", "models")
	if len(days) > 0 {
		text += ", measured on " + slices.Min(days)
		if last := slices.Max(days); last != slices.Min(days) {
			text += " to " + last
		}
	}
	text += "."
	if note != "" {
		text += " " + note
	}
	return text
}

// footer says how to read the page.
func (st *study) footer() string {
	return "This file is complete: it loads nothing and sends nothing. Each chart has its figures under Data; point at a mark, or focus a chart and use the arrow keys, to read one."
}
