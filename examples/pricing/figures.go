package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/pricing"
)

// figure is one figure of a report: a row of the table, and of CSV and JSON.
type figure struct {
	// Name is what it is of, and what it is: "20@10s: per kW".
	Name string `json:"name"`
	// Value is exact; nil if there is none, and Note then says why.
	Value *float64 `json:"value"`
	// Unit is kW or USD where the name does not say it.
	Unit string `json:"unit,omitempty"`
	// Bound is at_least or at_most if the value is one, and empty if it is exact.
	Bound string `json:"bound,omitempty"`
	// Note is what belongs beside the value, such as the basis of power.
	Note string `json:"note,omitempty"`

	text string // the value, rounded for people
}

// Bounds, and their words.
const (
	exact   = ""
	atLeast = "at_least"
	atMost  = "at_most"
)

// cell returns the figure as a cell of the table.
func (f figure) cell() string {
	if f.Value == nil && f.text == "" {
		return f.Note
	}
	text := map[string]string{atLeast: "at least ", atMost: "at most "}[f.Bound] + f.text
	if f.Note != "" {
		text += " (" + f.Note + ")"
	}
	return text
}

// figures collects the figures of a report.
type figures struct {
	system pricing.System
	prices []price
	list   []figure
}

func (f *figures) add(name, bound string, value float64, note string) {
	f.list = append(f.list, figure{Name: name, Value: &value, Bound: bound, Note: note, text: number(value)})
}

// none adds a figure that is not there.
func (f *figures) none(name, why string) { f.list = append(f.list, figure{Name: name, Note: why}) }

// usd adds an amount of money and its text.
func (f *figures) usd(name, bound string, amount pricing.USD, text, note string) {
	f.list = append(f.list, figure{Name: name, Value: new(amount.Dollars()), Unit: "USD", Bound: bound, Note: note, text: text})
}

// figures returns the figures of the report.
func (r *quoted) figures() ([]figure, error) {
	f := &figures{system: r.system, prices: r.prices}
	s := r.system
	if s.Accelerators > 0 {
		f.list = append(f.list, figure{Name: "accelerators", Value: new(float64(s.Accelerators)), text: strings.TrimSpace(strconv.Itoa(s.Accelerators) + " " + s.Accelerator)})
	} else {
		f.none("accelerators", "")
	}
	for _, p := range r.prices {
		if p.perHour > 0 {
			f.usd("price per accelerator-hour"+p.label, exact, p.perHour, p.perHour.Short(), p.note)
		} else {
			f.none("price per accelerator-hour"+p.label, "")
		}
	}
	if s.Power > 0 {
		kW := float64(s.Power) / 1e3
		f.list = append(f.list, figure{Name: "power", Value: &kW, Unit: "kW", Note: basis(s.Basis, s.PUE, s.PowerNote), text: fmt.Sprintf("%.4g kW", kW)})
	} else {
		f.none("power", "")
	}
	part := f.load
	if r.Agentperf != nil {
		part = f.agents
	}
	err := part(r)
	return f.list, err
}

// basis describes what power covers and where it is from.
func basis(b pricing.Basis, pue float64, note string) string {
	text := string(b)
	if pue > 0 {
		text += fmt.Sprintf(", PUE %v", pue)
	}
	if note != "" {
		text += ", " + note
	}
	return text
}

func (f *figures) agents(r *quoted) error {
	for _, tier := range r.Agentperf.Tiers {
		bound, known := limit(tier)
		if !known {
			f.none(tier.Name+": agents", "no answer")
			continue
		}
		f.list = append(f.list, figure{Name: tier.Name + ": agents", Value: new(float64(tier.MaxAgents)), Bound: bound, text: strconv.Itoa(tier.MaxAgents)})
		if err := f.normalize(tier.Name, bound, float64(tier.MaxAgents)); err != nil {
			return err
		}
	}
	return nil
}

// limit returns whether the number of agents of a tier is exact or a bound; known is false if
// there is none.
func limit(tier agentperf.TierResult) (bound string, known bool) {
	if tier.FirstFailingAgents != nil && *tier.FirstFailingAgents == tier.MaxAgents+1 {
		return exact, true
	}
	return atLeast, tier.MaxAgents > 0
}

// normalize adds the figures per accelerator and so on.
func (f *figures) normalize(name, bound string, quantity float64) error {
	n, err := f.system.Normalize(quantity)
	if err != nil {
		return err
	}
	row := func(what string, v *float64, note string) {
		if v != nil {
			f.add(name+": "+what, bound, *v, note)
		}
	}
	power := basis(n.PowerBasis, n.PUE, "") // the power's own row says where it is from
	row("per accelerator", n.PerAccelerator, "")
	row("per kW", n.PerKW, power)
	row("per MW", n.PerMW, power)
	for _, p := range f.prices {
		priced := f.system
		priced.Price, priced.PriceNote = p.perHour, p.note
		n, err := priced.Normalize(quantity)
		if err != nil {
			return err
		}
		row("per $/hour"+p.label, n.PerDollarHour, "")
	}
	rack := fmt.Sprintf("of %d", n.RackAccelerators)
	if n.RackNote != "" {
		rack += ", " + n.RackNote
	}
	if n.RackExtrapolated {
		rack += ", extrapolated"
	}
	row("per rack", n.PerRack, rack)
	return nil
}

// number formats a figure with four significant digits; from 1,000 on as a whole number.
func number(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
