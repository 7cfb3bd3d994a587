package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

var titles = map[catalog.Commitment]string{
	catalog.OnDemand: "On demand", catalog.OneYear: "Committed for a year",
}

// pricesTable prints a table for each commitment, and the lowest price of each
// accelerator.
func pricesTable(o *options, w io.Writer, all catalog.Prices) error {
	var b strings.Builder
	for _, c := range commitments {
		byProvider(&b, o, slices.DeleteFunc(slices.Clone(all), func(p catalog.Price) bool { return p.Commitment != c }), titles[c])
	}
	fmt.Fprintf(&b, "The lowest price of each provider; regions and instance sizes differ.\n* accelerator alone; the rest of the machine is billed separately.\n! older than 90 days on %s; it counts where there is no other.\n\n", o.asOf.Format(time.DateOnly))
	lowest(&b, o)
	_, err := io.WriteString(w, b.String())
	return err
}

// cellKey is where a price stands in a table.
type cellKey struct{ provider, accelerator string }

func keyOf(p catalog.Price) (k cellKey) {
	k.provider, k.accelerator = p.Key()
	return k
}

// byProvider prints a row for each provider and a column for each accelerator. The prices
// are those of whole instances, then those of accelerators alone, which count where there
// is no other.
func byProvider(b *strings.Builder, o *options, all catalog.Prices, title string) {
	if len(all) == 0 {
		return
	}
	cells := make(map[cellKey]string)
	providers, accelerators := make(map[string]bool), make(map[string]bool)
	var rows, columns catalog.Prices // the first price of each
	for _, p := range all {
		k := keyOf(p)
		if !providers[k.provider] {
			providers[k.provider], rows = true, append(rows, p)
		}
		if !accelerators[k.accelerator] {
			accelerators[k.accelerator], columns = true, append(columns, p)
		}
		if cells[k] == "" {
			cells[k] = p.PerHour.Text(2) + marks(o, p)
		}
	}
	slices.SortFunc(columns, func(a, b catalog.Price) int { return cmp.Compare(a.Accelerator, b.Accelerator) })
	fmt.Fprintf(b, "%s, USD per accelerator-hour\n", title)
	var t plain.Table
	t.Words("")
	for _, c := range columns {
		t.Numbers(c.Accelerator)
	}
	for _, r := range rows {
		row := []string{r.Provider}
		for _, c := range columns {
			row = append(row, cells[cellKey{keyOf(r).provider, keyOf(c).accelerator}])
		}
		t.Row(row...)
	}
	b.WriteString(t.String() + "\n")
}

// marks returns the marks of a price.
func marks(o *options, p catalog.Price) (marks string) {
	if p.Scope == catalog.GPUOnly {
		marks = "*"
	}
	if p.Stale(o.asOf) {
		marks += "!"
	}
	return marks
}

// lowest prints the lowest price of each accelerator, of whole instances, and under it what
// there is to say about them.
func lowest(b *strings.Builder, o *options) {
	of := make(map[string]catalog.Prices)
	var names catalog.Prices // the first price of each accelerator
	for _, p := range o.prices.Select(catalog.Query{Providers: o.providers, Accelerator: o.filter, AsOf: o.asOf}) {
		key := keyOf(p).accelerator
		if of[key] == nil {
			names = append(names, p)
		}
		of[key] = append(of[key], p)
	}
	slices.SortFunc(names, func(a, b catalog.Price) int { return cmp.Compare(a.Accelerator, b.Accelerator) })
	var remarks []string
	var t plain.Table
	t.Words("Lowest")
	t.Numbers("USD/hour")
	t.Words("Statistic", "Provider", "Instance", "Date")
	for _, name := range names {
		for _, c := range commitments {
			q := catalog.Query{Accelerator: name.Accelerator, Commitment: c, AsOf: o.asOf}
			quote, err := of[keyOf(name).accelerator].Quote(q, catalog.Minimum)
			if err != nil {
				continue // there is none, or of the accelerator alone
			}
			p := quote.From[0]
			t.Row(name.Accelerator, quote.PerHour.Text(2)+marks(o, p), string(quote.Name), p.Provider, instance(p), p.Date.Format(time.DateOnly))
			for _, w := range quote.Warnings {
				if w.Code == "above_on_demand" || w.Code == "lower_stale" { // the others are marks, or in the tables
					remarks = append(remarks, plain.Text(name.Accelerator+": "+w.Text))
				}
			}
		}
	}
	b.WriteString(t.String())
	if len(remarks) > 0 {
		b.WriteString("\n" + strings.Join(remarks, "\n") + "\n")
	}
}

// instance names the instance of a price and its zone or meter.
func instance(p catalog.Price) string {
	if p.Variant == "" {
		return p.Instance
	}
	return strings.TrimSpace(p.Instance + ", " + p.Variant)
}
