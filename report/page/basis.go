package page

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/system"
)

// basis is the section of what one needs to know to believe the rest: it is always open.
func (st *study) basis() (section, bool) {
	s := section{ID: "basis", Model: -1, Title: "What was tested, and how far to believe it"}
	for _, x := range st.systems {
		s.Figures = append(s.Figures, x.basis(st.models[x.model]))
	}
	for _, x := range st.sweeps {
		s.Figures = append(s.Figures, x.basis(st.models[x.model]))
	}
	return s, len(s.Figures) > 0
}

// A fact is a line of a definition list; it is left out without text.
type fact struct{ name, text string }

// basis says what is behind a report of agents.
func (s *subject) basis(model string) chart.Figure {
	r := s.report
	facts := append([]fact{{"Model", model}}, identified(r.Identity)...)
	facts = append(facts, hardware(r.System)...)
	c := &r.Config
	workload := c.Workload
	if c.Trajectories > 0 {
		workload += ", " + chart.Count(c.Trajectories, "trajectory", "trajectories") + ", " + chart.Count(c.Turns, "turn", "turns")
	}
	rule := c.Rule.Text
	if rule == "" {
		rule = c.Rule.Name
	}
	facts = append(facts,
		fact{"Workload", workload}, fact{"Rule", rule}, fact{"Certainty", upper(s.rule())}, fact{"Percentiles", c.PercentileRule},
		fact{"Answer lengths", string(c.Output)}, fact{"Tool delays", string(c.ToolDelay)}, fact{"Cache isolation", string(c.CachePrefix)},
		fact{"Seed", fmt.Sprint(c.Seed)}, measuredOn(r.Started, r.Run, r.Complete), s.selfCheck(), audited(&r.Audit), measuredBy(&r.Tool),
	)
	if r.Source != nil {
		facts = append(facts, fact{"Judged from", "records of " + strings.Join(r.Source.Clients, " and ") + ", not measured by this run"})
	}
	var lists []list
	if p := r.Profile; p != nil {
		lists = append(lists, list{fmt.Sprintf("Differs from profile %s in %s", p.Name, chart.Count(len(p.Deviations), "point", "points")), p.Deviations})
	} else {
		lists = append(lists, list{"Compared with no published profile", nil})
	}
	return chart.Figure{
		Span: 6, Class: "sys " + s.class(), Mark: chart.Key(s.color, chart.Decided, false), Title: chart.Cut(s.label, 2000, 16),
		Body: definitions(facts) + listed(append(lists, warnings(r.Warnings))),
	}
}

// basis says what is behind a report of the System Load Test.
func (s *sweep) basis(model string) chart.Figure {
	r := s.report
	c := &r.Config
	facts := append([]fact{{"Model", model}, {"Setup", c.Name}}, identified(r.Identity)...)
	facts = append(facts, hardware(r.System)...)
	facts = append(facts,
		fact{"Queries", fmt.Sprintf("%s input and %s output tokens", chart.Int(c.InputTokens), chart.Int(c.OutputTokens))},
		fact{"Percentiles", c.PercentileRule}, fact{"Counting", c.CountingRule}, fact{"Seed", fmt.Sprint(c.Seed)},
		measuredOn(r.Started, r.Run, r.Complete), s.selfCheck(), measuredBy(&r.Tool),
	)
	return chart.Figure{
		Span: 6, Class: "sys", Mark: chart.Key(s.color, chart.Decided, false), Title: chart.Cut(s.label, 2000, 16) + ", System Load Test",
		Body: definitions(facts) + listed([]list{warnings(r.Warnings)}),
	}
}

// identified lists what is stated of the system under test.
func identified(id *system.Identity) (facts []fact) {
	for _, line := range id.Lines() {
		name, text, _ := strings.Cut(line, ": ")
		if name != "system" && name != "model" {
			facts = append(facts, fact{upper(name), text})
		}
	}
	return facts
}

// hardware lists what capacity is divided by, and what is not known of it.
func hardware(s *pricing.System) []fact {
	if s == nil {
		return []fact{{"Hardware", "not stated: nothing is divided by it"}}
	}
	note := func(text, more string) string {
		if more != "" {
			text += " (" + more + ")"
		}
		return text
	}
	price, power, rack := "not given", "not given", "not given"
	if s.Price > 0 {
		price = note(chart.USD(s.Price.Dollars())+" per accelerator-hour", s.PriceNote)
	}
	if s.Power > 0 {
		power = note(chart.Number(float64(s.Power)/1000)+"\u00a0kW, "+strings.ReplaceAll(string(s.Basis), "_", " "), s.PowerNote)
		if s.PUE > 1 {
			power += ", PUE " + chart.Number(s.PUE)
		}
	}
	if s.RackAccelerators > 0 {
		rack = note(chart.Count(s.RackAccelerators, "accelerator", "accelerators"), s.RackNote)
	}
	hardware := s.Accelerator
	if s.Accelerators > 0 {
		hardware = strings.TrimSpace(fmt.Sprintf("%dx %s", s.Accelerators, s.Accelerator))
	}
	return []fact{{"Divided by", hardware}, {"Price", price}, {"Power", power}, {"Rack", rack}}
}

func measuredOn(started time.Time, run string, complete bool) fact {
	if started.IsZero() || started.Year() >= 10_000 {
		return fact{"Measured", "at a time that is not stated"}
	}
	text := started.UTC().Format("2006-01-02 15:04 UTC")
	if run != "" {
		text += ", run " + run
	}
	if !complete {
		text += "; ended before it was complete"
	}
	return fact{"Measured", text}
}

func measuredBy(t *system.Tool) fact {
	text := strings.TrimSpace(t.Module + " " + t.Version)
	if t.Revision != "" {
		text += " at " + t.Revision
	}
	if t.Modified {
		text += ", modified"
	}
	for _, part := range []string{t.Go, strings.Trim(t.OS+"/"+t.Arch, "/")} {
		if part != "" {
			text += ", " + part
		}
	}
	return fact{"Tool", strings.TrimPrefix(text, ", ")}
}

// audited says what came of the audit.
func audited(a *agentperf.AuditReport) fact {
	text := string(a.Outcome)
	if a.Reason != "" {
		text += ": " + a.Reason
	}
	if a.Requests > 0 {
		text += fmt.Sprintf(", %s requests at %s", chart.Int(a.Requests), chart.Count(a.Agents, "agent", "agents"))
	}
	for _, c := range a.Checks {
		if c.Outcome != "passed" {
			text += "; " + c.Code + " (" + c.Outcome + "): " + c.Text
		}
	}
	return fact{"Audit", text}
}

// selfCheck says what the client found out about itself.
func (s *subject) selfCheck() fact {
	var c clientSummary
	for i := range s.report.Phases {
		c.add(s.report.Phases[i].Client, s.report.Phases[i].Invalid)
	}
	return c.fact("phases")
}

func (s *sweep) selfCheck() fact {
	var c clientSummary
	for i := range s.report.Levels {
		c.add(s.report.Levels[i].Client, s.report.Levels[i].Invalid)
	}
	return c.fact("levels")
}

// A list is a heading with warnings below it.
type list struct {
	title string
	items []metrics.Warning
}

func warnings(all []metrics.Warning) list {
	if len(all) == 0 {
		return list{"No warnings", nil}
	}
	return list{chart.Count(len(all), "warning", "warnings"), all}
}

func definitions(facts []fact) template.HTML {
	var b strings.Builder
	b.WriteString("<dl>")
	for _, f := range facts {
		if f.text != "" {
			fmt.Fprintf(&b, "<dt>%s</dt><dd>%s</dd>", chart.Escape(cut(f.name)), chart.Escape(cut(f.text)))
		}
	}
	b.WriteString("</dl>")
	return template.HTML(b.String())
}

// mostItems bounds a list of warnings: a report has some tens.
const mostItems = 100

func listed(lists []list) template.HTML {
	var b strings.Builder
	for _, l := range lists {
		fmt.Fprintf(&b, "<h4>%s</h4>", chart.Escape(cut(l.title)))
		if len(l.items) == 0 {
			continue
		}
		b.WriteString("<ul>")
		for _, w := range l.items[:min(len(l.items), mostItems)] {
			text := w.Text
			if text == "" {
				text = w.Code
			}
			fmt.Fprintf(&b, "<li>%s</li>", chart.Escape(cut(text)))
		}
		if n := len(l.items) - mostItems; n > 0 {
			fmt.Fprintf(&b, "<li>and %s more, in the report</li>", chart.Int(n))
		}
		b.WriteString("</ul>")
	}
	return template.HTML(b.String())
}

// cut bounds text of others that is shown in full: no launch command is longer.
func cut(text string) string {
	const most = 2000
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
