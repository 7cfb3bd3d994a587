package catalog

import (
	_ "embed"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

//go:embed data/gpu_prices.csv
var embeddedPrices string

// BuiltinPrices returns the prices that come with the package, as known in November 2026:
// those of the nine providers of Artificial Analysis' page and one more, each with its
// date and source. Some are transcribed from secondary sources, and prices move by tens
// of percent within months.
func BuiltinPrices() Prices {
	p, err := ReadPrices("gpu_prices.csv", strings.NewReader(embeddedPrices))
	if err != nil {
		panic(err) // a test reads them
	}
	return p
}

// ReadPrices reads prices from CSV. The first row names the columns:
//
//	provider, accelerator, commitment (on_demand, spot, 1yr, 3yr),
//	price_per_gpu_hour_usd, price_date (YYYY-MM-DD)
//
// and optionally gpus_per_instance, instance_name, region, variant (a zone or meter), scope
// (whole_instance, the default, gpu_only or community), source_title, source_url_or_repo,
// confidence and notes. Other columns are ignored. name is the name of the file; the error names
// file, line and column of each bad row, up to ten.
func ReadPrices(name string, r io.Reader) (Prices, error) {
	var prices Prices
	err := readTable(name, r, []string{"provider", "accelerator", "commitment", "price_per_gpu_hour_usd", "price_date"}, func(r *row) error {
		p, err := readPrice(r)
		if err == nil {
			prices = append(prices, p)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return prices, nil
}

func readPrice(r *row) (p Price, err error) {
	p = Price{
		Provider: r.get("provider"), Accelerator: r.get("accelerator"),
		Instance: r.get("instance_name"), Region: r.get("region"), Variant: r.get("variant"),
		SourceTitle: r.get("source_title"), Source: r.get("source_url_or_repo"),
		Confidence: r.get("confidence"), Notes: r.get("notes"),
	}
	var ok bool
	switch {
	case p.Provider == "":
		return p, r.bad("provider", "a name")
	case p.Accelerator == "":
		return p, r.bad("accelerator", "a name")
	}
	if p.Commitment, ok = parseCommitment(r.get("commitment")); !ok {
		return p, r.bad("commitment", "on_demand, spot, 1yr or 3yr")
	}
	if p.Scope, ok = parseScope(r.get("scope")); !ok {
		return p, r.bad("scope", "whole_instance, gpu_only or community")
	}
	if p.PerInstance, err = r.count("gpus_per_instance"); err != nil {
		return p, err
	}
	if p.PerHour, err = pricing.ParseUSD(r.get("price_per_gpu_hour_usd")); err != nil || p.PerHour <= 0 {
		return p, r.bad("price_per_gpu_hour_usd", "an amount above 0, such as 2.50")
	}
	if p.Date, err = time.Parse(time.DateOnly, r.get("price_date")); err != nil {
		return p, r.bad("price_date", "a day as YYYY-MM-DD")
	}
	return p, nil
}

// WritePrices writes prices as CSV. [ReadPrices] reads back the same, except for blanks
// around fields.
func WritePrices(w io.Writer, prices Prices) error {
	rows := [][]string{{
		"provider", "accelerator", "gpus_per_instance", "instance_name", "region", "variant", "commitment", "scope",
		"price_per_gpu_hour_usd", "price_date", "source_title", "source_url_or_repo", "confidence", "notes",
	}}
	for _, p := range prices {
		count := ""
		if p.PerInstance > 0 {
			count = strconv.Itoa(p.PerInstance)
		}
		rows = append(rows, []string{
			p.Provider, p.Accelerator, count, p.Instance, p.Region, p.Variant, string(p.Commitment), string(p.Scope),
			strings.TrimPrefix(p.PerHour.String(), "$"), p.Date.Format(time.DateOnly), p.SourceTitle, p.Source, p.Confidence, p.Notes,
		})
	}
	return writeTable(w, rows)
}
