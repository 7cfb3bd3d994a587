package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// showPrices prints the tables of prices.
func showPrices(o *options, w io.Writer) error {
	var b strings.Builder
	shown := false
	for _, c := range []catalog.Commitment{catalog.OnDemand, catalog.OneYear} {
		shown = byProvider(&b, o, c) || shown
	}
	if !shown {
		return fmt.Errorf("%w for %q on demand or for a year as of %s", catalog.ErrNoPrice, o.filter, o.asOf.Format(time.DateOnly))
	}
	fmt.Fprintf(&b, "The lowest price of each provider; regions and instance sizes differ.\n* accelerator alone; the rest of the machine is billed separately.\n! older than 90 days on %s.\n\n", o.asOf.Format(time.DateOnly))
	lowest(&b, o)
	_, err := io.WriteString(w, b.String())
	return err
}

var titles = map[catalog.Commitment]string{
	catalog.OnDemand: "On demand", catalog.OneYear: "Committed for a year",
}

// accelerators returns the accelerators of the prices, each once, sorted.
func accelerators(prices catalog.Prices) (list []string) {
	for _, p := range prices {
		if !slices.ContainsFunc(list, func(a string) bool { return catalog.SameAccelerator(a, p.Accelerator) }) {
			list = append(list, p.Accelerator)
		}
	}
	slices.Sort(list)
	return list
}

// providers returns the providers of the prices, each once, in their order.
func providers(prices catalog.Prices) (list []string) {
	for _, p := range prices {
		if !slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, p.Provider) }) {
			list = append(list, p.Provider)
		}
	}
	return list
}

// byProvider prints a row for each provider and a column for each accelerator.
func byProvider(b *strings.Builder, o *options, c catalog.Commitment) bool {
	q := catalog.Query{Accelerator: o.filter, Commitment: c, AsOf: o.asOf}
	whole := o.prices.Select(q)
	q.Scope = catalog.GPUOnly
	all := slices.Concat(whole, o.prices.Select(q))
	if len(all) == 0 {
		return false
	}
	columns := accelerators(all)
	fmt.Fprintf(b, "%s, USD per accelerator-hour\n", titles[c])
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\t"+strings.Join(columns, "\t")+"\t")
	for _, provider := range providers(all) {
		row := []string{provider}
		for _, a := range columns {
			row = append(row, cell(o, catalog.Query{Provider: provider, Accelerator: a, Commitment: c, AsOf: o.asOf}))
		}
		fmt.Fprintln(t, strings.Join(row, "\t")+"\t")
	}
	t.Flush() // to memory
	b.WriteByte('\n')
	return true
}

// cell returns the lowest price with its marks; that of the accelerator alone only if
// there is no other.
func cell(o *options, q catalog.Query) string {
	mark := ""
	quote, err := o.prices.Quote(q, catalog.Minimum)
	if err != nil {
		q.Scope, mark = catalog.GPUOnly, "*"
		if quote, err = o.prices.Quote(q, catalog.Minimum); err != nil {
			return ""
		}
	}
	return quote.PerHour.Text(2) + mark + old(o, quote.From[0])
}

// old marks a price that is older than 90 days.
func old(o *options, p catalog.Price) string {
	if o.asOf.Sub(p.Date) > 90*24*time.Hour {
		return "!"
	}
	return ""
}

// lowest prints the lowest price of each accelerator, of whole instances.
func lowest(b *strings.Builder, o *options) {
	all := o.prices.Select(catalog.Query{Accelerator: o.filter, AsOf: o.asOf})
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "Lowest\tUSD/hour\tstatistic\tprovider\tinstance\tdate")
	for _, a := range accelerators(all) {
		for _, c := range []catalog.Commitment{catalog.OnDemand, catalog.OneYear} {
			q := catalog.Query{Accelerator: a, Commitment: c, AsOf: o.asOf}
			quote, err := o.prices.Quote(q, catalog.Minimum)
			if err != nil {
				continue // there is none, or of the accelerator alone
			}
			p := quote.From[0]
			fmt.Fprintf(t, "%s\t%s%s\t%s\t%s\t%s\t%s\n", a, quote.PerHour.Text(2), old(o, p), quote.Name, p.Provider, p.Instance, p.Date.Format(time.DateOnly))
		}
	}
	t.Flush() // to memory
}
