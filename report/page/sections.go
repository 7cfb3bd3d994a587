package page

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
)

// sections returns the parts of the page, those of each model together.
func (st *study) sections() (all []section) {
	for m := range st.models {
		if s, ok := st.agents(m); ok {
			all = append(all, s)
		}
		all = append(all, st.loadTests(m)...)
	}
	if s, ok := priceSection(st.prices, st.latest(), st.accelerators()); ok && len(all) > 0 {
		all = append(all, s)
	}
	if s, ok := st.basis(); ok {
		all = append(all, s)
	}
	return all
}

// switchOfModels draws the switch between models; empty for one model.
func (st *study) switchOfModels() template.HTML {
	if len(st.models) < 2 {
		return ""
	}
	var options []chart.Option
	for m, name := range st.models {
		options = append(options, chart.Option{ID: fmt.Sprintf("m-%d", m), Label: chart.Cut(name, 200, 13)})
	}
	return chart.Switch("model", "Model", options)
}

func (st *study) rulesOfModels() string {
	if len(st.models) < 2 {
		return ""
	}
	var rules strings.Builder
	rules.WriteString(":root .mdl{display:none}")
	for m := range st.models {
		rules.WriteString(fmt.Sprintf(":root:has(#m-%d:checked) .mdl-%d{display:block}", m, m))
	}
	return rules.String()
}

// agents is the section of what agentperf measured on a model.
func (st *study) agents(m int) (section, bool) {
	systems := st.of(m)
	if len(systems) == 0 {
		return section{}, false
	}
	s := section{ID: fmt.Sprintf("agents-%d", m), Model: m, Title: "Concurrent agents, " + chart.Cut(st.models[m], 400, 16)}
	if len(st.models) > 1 && m > 0 {
		s.Lede = unbroken(finding("", systems)) + "."
	}
	if len(systems) > 1 {
		s.Control = choice(m, systems)
		for _, x := range systems {
			s.rules += fmt.Sprintf(":root:has(#c-%d:not(:checked)) .mdl-%d .%s:not(label){display:none}", x.index, m, x.class())
		}
	}
	for _, part := range []func(int, []*subject) (chart.Figure, string){capacity, speedOf, ttftOf, e2eOf, search, tradeoff, throughputOf, cachedOf} {
		f, rules := part(m, systems)
		if f.Title != "" {
			s.Figures = append(s.Figures, f)
		}
		s.rules += rules
	}
	s.Figures = append(s.Figures, st.insides(m)...)
	return s, true
}

// choice is the row of systems: each can be hidden.
func choice(m int, systems []*subject) template.HTML {
	var b strings.Builder
	b.WriteString(`<fieldset class="key"><legend>Systems shown</legend>`)
	for _, s := range systems {
		fmt.Fprintf(&b, `<label data-s="%s"><input type="checkbox" checked id="c-%d">%s<span>%s</span></label>`,
			s.class(), s.index, chart.Key(s.color, chart.Decided, true), chart.Escape(chart.Cut(s.label, 220, 13)))
	}
	b.WriteString("</fieldset>")
	return template.HTML(b.String())
}
