package page

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/internal/plain"
)

// basis is the section of what one needs to know to believe the rest: it is always open.
func (st *study) basis() (section, bool) {
	s := section{ID: "basis", Model: -1, Title: "What was tested, and how far to believe it"}
	for _, x := range st.systems {
		s.Figures = append(s.Figures, x.basis(st.whole[x.model]))
	}
	for _, x := range st.sweeps {
		s.Figures = append(s.Figures, x.basis(st.whole[x.model]))
	}
	return s, len(s.Figures) > 0
}

// basis says what is behind a report of agents.
func (s *subject) basis(model string) chart.Figure {
	r := s.report
	facts := append([]fact{whole(s.name), {"Model", model}}, identified(r.Identity)...)
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
		fact{"Seed", fmt.Sprint(c.Seed)}, measuredOn(r.Started, r.Run, r.Complete), loadFrom(r), s.selfCheck(), audited(&r.Audit), measuredBy(&r.Tool),
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
		Span: 6, Class: "sys " + s.class(), Mark: chart.Key(s.color, chart.Decided, false), Title: s.label,
		Body: definitions(facts) + listed(append(lists, warnings(r.Warnings))),
	}
}

// basis says what is behind a report of the System Load Test.
func (s *sweep) basis(model string) chart.Figure {
	r := s.report
	c := &r.Config
	facts := append([]fact{whole(s.name), {"Model", model}, {"Setup", c.Name}}, identified(r.Identity)...)
	facts = append(facts, hardware(r.System)...)
	facts = append(facts,
		fact{"Queries", fmt.Sprintf("%s input and %s output tokens", chart.Int(c.InputTokens), chart.Int(c.OutputTokens))},
		fact{"Percentiles", c.PercentileRule}, fact{"Counting", c.CountingRule}, fact{"Seed", fmt.Sprint(c.Seed)},
		measuredOn(r.Started, r.Run, r.Complete), s.selfCheck(), measuredBy(&r.Tool),
	)
	return chart.Figure{
		Span: 6, Class: "sys", Mark: chart.Key(s.color, chart.Decided, false), Title: s.label + ", System Load Test",
		Body: definitions(facts) + listed([]list{warnings(r.Warnings)}),
	}
}

// whole has the name of a system that is shown cut elsewhere.
func whole(name string) fact {
	if bounded(name) == plain.Text(name) {
		return fact{}
	}
	return fact{"Whole name", name}
}
