package page

import (
	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing"
)

// A unit is what a capacity is divided by.
type unit struct {
	id, title, name string
	unknown         string // what a system lacks that has no figure
	of              func(pricing.Normalized) *float64
}

var units = []unit{
	{"total", "Total", "agents", "", func(pricing.Normalized) *float64 { return new(1.0) }},
	{"acc", "Per accelerator", "agents per accelerator", "number of accelerators not given", func(n pricing.Normalized) *float64 { return n.PerAccelerator }},
	{"kw", "Per kW", "agents per kW", "no power given", func(n pricing.Normalized) *float64 { return n.PerKW }},
	{"usd", "Per $/hour", "agents per $/hour", "no price given", func(n pricing.Normalized) *float64 { return n.PerDollarHour }},
	{"rack", "Per rack", "agents per rack", "rack size not given", func(n pricing.Normalized) *float64 { return n.PerRack }},
}

// one is what a single agent is worth on a system; empty where the system states nothing, or
// what cannot be.
func (s *subject) one() pricing.Normalized {
	if s.report.System == nil {
		return pricing.Normalized{}
	}
	n, err := s.report.System.Normalize(1)
	if err != nil {
		return pricing.Normalized{}
	}
	return n
}

// factor returns how many of the unit an agent is; ok is false if that is unknown.
func (s *subject) factor(u unit) (factor float64, ok bool) {
	if f := u.of(s.one()); f != nil {
		return *f, true
	}
	return 0, false
}

// known returns the units that are known of some system.
func knownUnits(systems []*subject) (all []unit) {
	for _, u := range units {
		for _, s := range systems {
			if _, ok := s.factor(u); ok {
				all = append(all, u)
				break
			}
		}
	}
	return all
}

// bar draws what a system holds at a level.
func (s *subject) bar(l level, u unit) chart.Bar {
	factor, ok := s.factor(u)
	t := s.tier(l)
	b := chart.Bar{Text: "not measured"}
	switch {
	case t == nil:
	case !ok:
		b.Text = u.unknown
	default:
		write := chart.Int
		if u.id != "total" {
			write = func(n int) string { return chart.Number(float64(n) * factor) }
		}
		b = answerOf(s.report, t).bar(factor, write)
	}
	b.Color, b.Class, b.Name = s.color, s.class(), s.label
	return b
}
