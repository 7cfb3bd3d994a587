package page

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// A rate is a price that a cost is computed with: the one in the report, or one of a catalog.
type rate struct {
	id, title string
	// of returns the price of an accelerator-hour for a system and where it is from; 0 for none.
	of func(pricing.System) (pricing.USD, string)
}

// rates returns the rates that some system of the sweeps has.
func rates(all []tuned, prices catalog.Prices, day time.Time) (out []rate) {
	quoted := func(c catalog.Commitment) func(pricing.System) (pricing.USD, string) {
		return func(s pricing.System) (pricing.USD, string) {
			if s.Accelerator == "" {
				return 0, ""
			}
			q, err := prices.Quote(catalog.Query{Accelerator: s.Accelerator, Commitment: c, AsOf: day}, catalog.Minimum)
			if err != nil {
				return 0, ""
			}
			return q.PerHour, q.Note()
		}
	}
	for _, r := range []rate{
		{"given", "As in the report", func(s pricing.System) (pricing.USD, string) { return s.Price, cmp.Or(s.PriceNote, "given") }},
		{"demand", "On demand, lowest", quoted(catalog.OnDemand)},
		{"year", "1 year, lowest", quoted(catalog.OneYear)},
		{"three", "3 years, lowest", quoted(catalog.ThreeYear)},
	} {
		for _, s := range all {
			if s.report.System != nil {
				if price, _ := r.of(*s.report.System); price > 0 {
					out = append(out, r)
					break
				}
			}
		}
	}
	return out
}

// cost returns what a million output tokens cost at a speed and a rate: a bound where the
// throughput is one.
func (s tuned) cost(at metrics.TokensPerSecond, r rate) (c reading, note string) {
	through := s.throughputAt(at)
	if through.unknown != "" {
		return reading{unknown: through.unknown}, ""
	}
	if s.report.System == nil {
		return reading{unknown: "no price given"}, ""
	}
	price, from := r.of(*s.report.System)
	switch {
	case price <= 0 && r.id == "given":
		return reading{unknown: "no price given"}, ""
	case price <= 0:
		return reading{unknown: "no such price known"}, ""
	}
	cost, err := pricing.CostPerMillion(price, s.report.System.Accelerators, through.value)
	if err != nil {
		return reading{unknown: "number of accelerators not given"}, ""
	}
	return reading{value: cost.Dollars(), most: through.least}, fmt.Sprintf("%s per accelerator-hour, %s", chart.USD(price.Dollars()), from)
}

// costFigure shows what a million tokens cost at the reference speed, with a switch between
// rates. It is empty if no system has a price.
func costFigure(id string, all []tuned, at metrics.TokensPerSecond, prices catalog.Prices, day time.Time) (f chart.Figure, rules string) {
	known := rates(all, prices, day)
	if len(known) == 0 {
		return chart.Figure{}, ""
	}
	var body strings.Builder
	if len(known) > 1 {
		rules = fmt.Sprintf(":root .sec-%s .rate{display:none}", id)
		var options []chart.Option
		for _, r := range known {
			options = append(options, chart.Option{ID: "p-" + id + "-" + r.id, Label: r.title})
			rules += fmt.Sprintf(":root:has(#p-%s-%s:checked) .sec-%s .rate-%s{display:block}", id, r.id, id, r.id)
		}
		body.WriteString(`<div class="ctl">` + string(chart.Switch("p-"+id, "Price", options)) + "</div>")
	}
	table := chart.Table{Caption: "Cost per million", Head: []string{"System", "Rate", "USD per million", "Price"}}
	for _, r := range known {
		bars := loadBars(all, "Cost per million input and output tokens, price "+strings.ToLower(r.title), chart.USD,
			func(s tuned) reading { c, _ := s.cost(at, r); return c },
			func(s tuned) string {
				price, _ := r.of(*s.report.System) // there is one where there is a cost
				return " at " + chart.USD(price.Dollars()) + "/h"
			})
		fmt.Fprintf(&body, `<div class="rate rate-%s"><p class="ut">%s</p>%s</div>`, r.id, chart.Escape("Price: "+strings.ToLower(r.title)), bars.HTML())
		for _, s := range all {
			c, note := s.cost(at, r)
			table.Rows = append(table.Rows, chart.Row{Cells: []string{s.name(), r.title, c.text(chart.USD), orUnknown(note)}})
		}
	}
	sub := fmt.Sprintf("USD where half of the queries get %s tok/s: a million output tokens together with their input. Shorter is better.", chart.Number(float64(at)))
	return chart.Figure{Span: 6, Class: "sec-" + id, Title: "Cost per million input and output tokens", Sub: sub, Body: template.HTML(body.String()), Table: table,
		Caption: "Price per accelerator-hour times accelerators, over the output of an hour at that speed. Prices are dated; see the table."}, rules
}
