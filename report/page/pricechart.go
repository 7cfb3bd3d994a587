package page

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// priceSection shows what accelerators cost on the day of the measurements. about are those
// that the reports name, in their order. It is not ok if there is no price.
func priceSection(all catalog.Prices, measured time.Time, about []string) (s section, ok bool) {
	day := dayOfPrices(all, measured)
	accelerators, omitted := offersOf(all, day)
	if len(accelerators) == 0 {
		return section{}, false
	}
	return section{
		ID: "prices", Model: -1, Title: "Prices", Lede: priceLede(accelerators, about),
		Figures: []chart.Figure{{
			Span: 12, Title: "Price per accelerator-hour", Sub: "The lowest of each provider, in whatever region and size it is. Written out: the lowest of a whole machine, of recent prices if there are any.",
			Body: priceDots(accelerators).HTML(), Caption: priceCaption(accelerators, day, omitted), Table: priceTable(accelerators),
		}, priceGrid(accelerators)},
	}, true
}

// priceLede states the price of the accelerator that the reports name first, or else of the one
// that most providers have.
func priceLede(all []accelerator, about []string) string {
	chosen := all[0]
	for _, a := range all {
		if len(a.offers) > len(chosen.offers) {
			chosen = a
		}
	}
	for _, name := range about {
		for _, a := range all {
			if catalog.SameAccelerator(a.name, name) {
				return a.sentence()
			}
		}
	}
	return chosen.sentence()
}

func (a accelerator) sentence() string {
	o := a.usual()
	what := "an hour on demand"
	if o.Commitment != catalog.OnDemand {
		what = "an hour, committed for " + terms[o.Commitment]
	}
	return fmt.Sprintf("%s costs from %s %s (%s, %s).", a.name, chart.USD(o.PerHour.Dollars()), what, o.Provider, o.Date.Format(time.DateOnly))
}

func priceDots(all []accelerator) chart.Dots {
	dearest := 0.0
	d := chart.Dots{Title: "Price per accelerator-hour by accelerator and provider"}
	var says []string
	for i, a := range all {
		row := chart.DotRow{Name: a.name}
		row.Note, row.Short = a.note()
		for k, o := range a.offers {
			row.Dots = append(row.Dots, chart.Dot{At: o.PerHour.Dollars(), Color: o.color(), State: o.state(), Tip: a.name + ", " + o.Provider, Key: priceKey(i, k)})
			dearest = max(dearest, o.PerHour.Dollars())
		}
		says = append(says, a.name+" from "+row.Note)
		d.Rows = append(d.Rows, row)
	}
	d.Desc = strings.Join(says, "; ")
	d.X = chart.Axis{Scale: chart.Linear(dearest, 5), Title: "USD per accelerator and hour", Format: func(v float64) string { return "$" + chart.Number(v) }}
	return d
}

func (o offer) color() int { return max(0, slices.Index(commitments, o.Commitment)) }

func (o offer) state() chart.State {
	if o.old {
		return chart.Tentative
	}
	return chart.Decided
}

func (o offer) commitment() string { return terms[o.Commitment] }

// priceKey ties the mark of an offer to its row.
func priceKey(accelerator, offer int) string { return fmt.Sprintf("v%d-%d", accelerator, offer) }

// nonEmpty joins those of the words that are not empty.
func nonEmpty(separator string, words ...string) string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, separator)
}

func priceCaption(all []accelerator, day time.Time, omitted int) template.HTML {
	state := func(color int, s chart.State, text string) template.HTML {
		return `<span class="st">` + chart.Key(color, s, false) + " " + chart.Text(text) + "</span> "
	}
	var caption template.HTML
	old := false
	for i, c := range commitments {
		has := false
		for _, a := range all {
			for _, o := range a.offers {
				old, has = old || o.old, has || o.Commitment == c
			}
		}
		text := terms[c]
		if c != catalog.OnDemand {
			text = "committed for " + text
		}
		if has {
			caption += state(i, chart.Decided, text)
		}
	}
	if old {
		caption += state(chart.Neutral, chart.Tentative, "older than 90 days on "+day.Format(time.DateOnly))
	}
	text := "Each price has a date and a source; nothing was fetched for this page. Prices move by tens of percent within months."
	if omitted > 0 {
		text += " " + chart.Count(omitted, "accelerator that fewer providers have is", "accelerators that fewer providers have are") + " left out."
	}
	return caption + chart.Text(text)
}

func priceTable(all []accelerator) chart.Table {
	t := chart.Table{Caption: "Prices per accelerator-hour", Head: []string{"Accelerator", "Provider", "USD", "Commitment", "Date", "Buys", "Instance", "Region", "Source"}}
	for i, a := range all {
		for k, o := range a.offers {
			dated, buys := o.Date.Format(time.DateOnly), "whole instance"
			if o.old {
				dated += ", older than 90 days"
			}
			if o.alone() {
				buys = "accelerator alone"
			}
			t.Rows = append(t.Rows, chart.Row{Cells: []string{
				a.name, o.Provider, chart.USD(o.PerHour.Dollars()), o.commitment(), dated, buys, orUnknown(o.Instance), orUnknown(o.Region), orUnknown(cmp.Or(o.SourceTitle, o.Source)),
			}, Key: priceKey(i, k)})
		}
	}
	return t
}

func orUnknown(text string) string {
	if text == "" {
		return chart.Unknown
	}
	return text
}
