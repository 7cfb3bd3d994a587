package page

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// capacity is the chart of the benchmark's answer: the most agents each system holds, a panel
// for each level and a set of panels for each unit.
func capacity(m int, systems []*subject) (chart.Figure, string) {
	all := levels(systems)
	if len(all) == 0 {
		return chart.Figure{}, ""
	}
	ranked := byCapacity(systems, all[0])
	known, labels := knownUnits(systems), names(all)
	var body strings.Builder
	body.WriteString(`<div class="ctl">`)
	rules := fmt.Sprintf(":root .mdl-%d .unit{display:none}", m)
	if len(known) > 1 {
		var options []chart.Option
		for _, u := range known {
			options = append(options, chart.Option{ID: fmt.Sprintf("u%d-%s", m, u.id), Label: u.title})
			rules += fmt.Sprintf(":root:has(#u%d-%s:checked) .mdl-%d .u-%s{display:block}", m, u.id, m, u.id)
		}
		body.WriteString(string(chart.Switch(fmt.Sprintf("u%d", m), "Count", options)))
	} else {
		rules = ""
	}
	if len(all) > 1 {
		options := []chart.Option{{ID: fmt.Sprintf("l%d-all", m), Label: "All"}}
		for i := range all {
			options = append(options, chart.Option{ID: fmt.Sprintf("l%d-%d", m, i), Label: labels[i]})
			rules += fmt.Sprintf(":root:has(#l%d-%d:checked) .mdl-%d .lv:not(.lv-%d){display:none}", m, i, m, i)
		}
		body.WriteString(string(chart.Switch(fmt.Sprintf("l%d", m), "Service level", options)))
	}
	body.WriteString("</div>")
	for _, u := range known {
		fmt.Fprintf(&body, `<div class="unit u-%s"><p class="ut">%s</p><div class="g">`, u.id, upper(u.name))
		for i, l := range all {
			span := 6
			if len(all) == 1 {
				span = 12
			}
			fmt.Fprintf(&body, `<div class="w%d lv lv-%d"><h4>%s <small>%s</small></h4>%s</div>`,
				span, i, chart.Escape(l.short()), chart.Escape(l.rest()), capacityPanel(ranked, l, u).HTML())
		}
		body.WriteString("</div></div>")
	}
	return chart.Figure{
		Span: 12, Title: "Max concurrent agents per system",
		Sub:     "The largest number of agents who all get what the service level promises. Longer is better; each level has its own scale.",
		Body:    template.HTML(body.String()),
		Caption: capacityCaption(systems),
		Table:   capacityTable(ranked, all, known),
	}, rules
}

// byCapacity orders systems by what they are sure to hold at a level.
func byCapacity(systems []*subject, l level) []*subject {
	ranked := slices.Clone(systems)
	held := func(s *subject) int {
		if t := s.tier(l); t != nil {
			least, _ := answerOf(s.report, t).bounds()
			return least
		}
		return -1
	}
	slices.SortStableFunc(ranked, func(a, b *subject) int { return cmp.Compare(held(b), held(a)) })
	return ranked
}

func capacityPanel(systems []*subject, l level, u unit) chart.Bars {
	c := chart.Bars{Title: "Max concurrent agents at " + l.short() + ", " + u.name}
	for _, s := range systems {
		if s.tier(l) == nil {
			continue
		}
		b := s.bar(l, u)
		what := ""
		if b.Known > 0 || b.Possible > 0 {
			what = " " + u.name
		}
		b.Tip = chart.Cut(s.label, 600, 13) + "\n" + l.full() + "\n" + b.Text + what + "\n" + upper(s.rule())
		c.Rows = append(c.Rows, b)
		c.Desc += chart.Cut(s.label, 500, 13) + ": " + b.Text + "; "
	}
	c.Desc = strings.TrimSuffix(c.Desc, "; ")
	return c
}

// capacityCaption explains what bars of these systems look like, how sure they are, and what
// they were divided by.
func capacityCaption(systems []*subject) template.HTML {
	kinds := make(map[answerKind]bool)
	seen := make(map[string]bool)
	var rules, power []string
	rack, extrapolated := false, false
	for _, s := range systems {
		for i := range s.tiers() {
			kinds[answerOf(s.report, &s.report.Tiers[i]).kind] = true
		}
		if r := s.rule(); !seen[r] {
			seen[r] = true
			rules = append(rules, r)
		}
		n := s.one()
		if n.PerKW != nil {
			if text := powerText(n.PowerBasis, n.PowerNote, n.PUE); !seen[text] {
				seen[text] = true
				power = append(power, text)
			}
		}
		rack, extrapolated = rack || n.PerRack != nil, extrapolated || n.RackExtrapolated
	}
	var parts []template.HTML
	if kinds[between] || kinds[fewerThan] || kinds[tentative] {
		parts = append(parts, `<svg class="kk n" width="24" height="10" aria-hidden="true"><rect class="fb" width="8" height="10"/><rect class="ub" x="8" width="13" height="10"/></svg> Hatched: sure up to the solid end, not decided beyond.`)
	}
	if kinds[atLeast] {
		parts = append(parts, `<svg class="kk n" width="26" height="12" aria-hidden="true"><rect class="fb" width="8" height="12"/><path class="op" d="M9 .5H19M9 11.5H19M18 2.5L23 6l-5 3.5"/></svg> Arrow: a lower bound; more agents were not seen to fail.`)
	}
	parts = append(parts, chart.Text(upper(strings.Join(rules, "; "))+"."))
	if len(power) > 0 {
		parts = append(parts, chart.Text("Power: "+strings.Join(power, "; ")+"."))
	}
	if extrapolated {
		parts = append(parts, "Racks larger than what was tested are extrapolated.")
	} else if rack {
		parts = append(parts, "Racks are scaled from the accelerators that were tested.")
	}
	var out template.HTML
	for i, p := range parts {
		if i > 0 {
			out += " "
		}
		out += p
	}
	return out
}

func capacityTable(systems []*subject, all []level, known []unit) chart.Table {
	t := chart.Table{Caption: "Max concurrent agents", Head: []string{"System"}}
	for _, u := range known {
		for _, l := range names(all) {
			head := l
			if u.id != "total" {
				head += ", " + strings.ToLower(u.title)
			}
			t.Head = append(t.Head, head)
		}
	}
	for _, s := range systems {
		row := chart.Row{Cells: []string{s.short()}, Class: s.class()}
		for _, u := range known {
			for _, l := range all {
				text := chart.Unknown
				if s.tier(l) != nil {
					text = s.bar(l, u).Text
				}
				row.Cells = append(row.Cells, text)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
