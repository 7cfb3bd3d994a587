package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// pricesSchema names the layout of the JSON of prices.
const pricesSchema = "pricing.prices/1"

// commitments are those of the tables.
var commitments = []catalog.Commitment{catalog.OnDemand, catalog.OneYear}

// showPrices shows the lowest price of each provider for each accelerator.
func showPrices(o *options, w io.Writer) error {
	q := catalog.Query{Providers: o.providers, Accelerator: o.filter, AsOf: o.asOf}
	whole := o.prices.Lowest(q)
	q.Scope = catalog.GPUOnly
	all := slices.Concat(whole, o.prices.Lowest(q))
	tabled := func(p catalog.Price) bool { return slices.Contains(commitments, p.Commitment) }
	switch {
	case o.csv && len(all) > 0:
		return catalog.WritePrices(w, all)
	case o.json && len(all) > 0:
		return pricesJSON(o, w, all)
	case !slices.ContainsFunc(all, tabled):
		return fmt.Errorf("%w for %q on demand or for a year as of %s", catalog.ErrNoPrice, o.filter, o.asOf.Format(time.DateOnly))
	}
	return pricesTable(o, w, all)
}

// jsonPrice is a price in JSON.
type jsonPrice struct {
	Provider    string             `json:"provider"`
	Accelerator string             `json:"accelerator"`
	Commitment  catalog.Commitment `json:"commitment"`
	Scope       catalog.Scope      `json:"scope"`
	PerHour     pricing.USD        `json:"price_per_accelerator_hour_usd"`
	Instance    string             `json:"instance,omitempty"`
	PerInstance int                `json:"accelerators_per_instance,omitempty"`
	Region      string             `json:"region,omitempty"`
	Variant     string             `json:"variant,omitempty"`
	Date        string             `json:"date"`
	Stale       bool               `json:"stale"` // older than 90 days
	Title       string             `json:"source_title,omitempty"`
	Source      string             `json:"source,omitempty"`
	Confidence  string             `json:"confidence,omitempty"`
}

// pricesJSON writes the prices as JSON.
func pricesJSON(o *options, w io.Writer, all catalog.Prices) error {
	list := make([]jsonPrice, 0, len(all))
	for _, p := range all {
		list = append(list, jsonPrice{
			p.Provider, p.Accelerator, p.Commitment, p.Scope, p.PerHour, p.Instance, p.PerInstance, p.Region, p.Variant,
			p.Date.Format(time.DateOnly), p.Stale(o.asOf), p.SourceTitle, p.Source, p.Confidence,
		})
	}
	return writeJSON(w, struct {
		Schema string      `json:"schema"`
		AsOf   string      `json:"as_of"`
		Prices []jsonPrice `json:"prices"`
	}{pricesSchema, o.asOf.Format(time.DateOnly), list})
}

// writeJSON writes v as indented JSON.
func writeJSON(w io.Writer, v any) error {
	encode := json.NewEncoder(w)
	encode.SetIndent("", "  ")
	return encode.Encode(v)
}
