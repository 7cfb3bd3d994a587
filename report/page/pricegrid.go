package page

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/chart"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// mostProviders bounds the rows of the grid of a catalog of someone's own.
const mostProviders = 40

// priceGrid is the table of prices by provider and accelerator, those who have most of them first.
func priceGrid(all []accelerator) chart.Figure {
	offers := make(map[string]int)
	for _, a := range all {
		for _, o := range a.offers {
			offers[o.Provider]++
		}
	}
	var providers []string
	for name := range offers {
		providers = append(providers, name)
	}
	slices.SortFunc(providers, func(x, y string) int {
		return cmp.Or(cmp.Compare(offers[y], offers[x]), cmp.Compare(x, y))
	})
	omitted := max(0, len(providers)-mostProviders)
	t := chart.Table{Caption: "Lowest price by provider and accelerator", Head: []string{"Provider"}, Class: "pg"}
	for _, a := range all {
		t.Head = append(t.Head, a.name)
	}
	for _, name := range providers[:len(providers)-omitted] {
		row := chart.Row{Cells: []string{name}, HTML: []template.HTML{""}}
		for _, a := range all {
			cell, html := a.cell(name)
			row.Cells, row.HTML = append(row.Cells, cell), append(row.HTML, html)
		}
		t.Rows = append(t.Rows, row)
	}
	caption := "Bold: the lowest of the accelerator for that term, of whole machines and recent prices if there are any. Dates are those of prices older than 90 days; alone: the accelerator without the rest of its machine."
	if omitted > 0 {
		caption += " " + chart.Count(omitted, "provider", "providers") + " with fewer prices left out."
	}
	return chart.Figure{
		Span: 12, Title: "Prices by provider and accelerator", Sub: "USD per accelerator and hour, on demand and, below it, by commitment.",
		Body: t.HTML(), Caption: chart.Text(caption),
	}
}

// cell has the prices of a provider, a line for each term.
func (a accelerator) cell(provider string) (text string, html template.HTML) {
	var b strings.Builder
	for _, c := range commitments {
		best, _ := a.lowest(c)
		for _, o := range a.offers {
			if o.Provider != provider || o.Commitment != c {
				continue
			}
			price, tag := chart.USD(o.PerHour.Dollars()), "span"
			if o.Price == best.Price {
				tag = "b"
			}
			line := fmt.Sprintf("<%s>%s</%s>", tag, chart.Escape(price), tag)
			var notes []string
			if c != catalog.OnDemand {
				notes = append(notes, terms[c])
			}
			if o.alone() {
				notes = append(notes, "alone")
			}
			if o.old {
				notes = append(notes, o.Date.Format("2006-01"))
			}
			if len(notes) > 0 {
				line += " <small>" + chart.Escape(strings.Join(notes, ", ")) + "</small>"
			}
			fmt.Fprintf(&b, "<div>%s</div>", line)
		}
	}
	if b.Len() == 0 {
		return chart.Unknown, ""
	}
	return "", template.HTML(b.String())
}
