package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// result is a published or measured result against prices.
type result struct {
	catalog.PublishedResult
	perDollar []*catalog.Figure // for each price; nil: not known
}

// results are what is shown of them.
type results struct {
	list   []result
	prices [][]price // of each accelerator, in the order of names
	names  []string
	notes  []string
}

// showResults puts results against prices.
func showResults(o *options, w io.Writer) error {
	all := &results{}
	published, err := all.read(o)
	if err != nil {
		return err
	}
	published = published.Select(catalog.ResultQuery{Accelerator: o.filter})
	if len(published) == 0 {
		return fmt.Errorf("no result is of %q", o.filter)
	}
	for _, p := range published {
		prices, err := all.pricesOf(o, p.Accelerator)
		if err != nil {
			return err
		}
		r := result{PublishedResult: p}
		for _, price := range prices {
			r.perDollar = append(r.perDollar, p.PerDollarHour(price.perHour))
		}
		all.list = append(all.list, r)
	}
	switch {
	case o.json:
		return all.json(o, w)
	case o.csv:
		return all.csv(w)
	}
	return all.table(w)
}

// read returns the built-in results and those of the files.
func (all *results) read(o *options) (catalog.Results, error) {
	list := catalog.BuiltinResults()
	for _, name := range o.files {
		if strings.HasSuffix(strings.ToLower(name), ".csv") {
			err := open(name, func(r io.Reader) error {
				more, err := catalog.ReadResults(name, r)
				list = append(list, more...)
				return err
			})
			if err != nil {
				return nil, err
			}
			continue
		}
		more, err := all.measured(o, name)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// measured returns a result for each tier of a report of maxusers.
func (all *results) measured(o *options, name string) (list catalog.Results, err error) {
	r, err := read(name)
	if err != nil {
		return nil, err
	}
	agents, err := r.OnlyAgentperf()
	if err != nil {
		return nil, fmt.Errorf("-results are numbers of agents: %w", err)
	}
	if r.system.Accelerator == "" {
		r.system.Accelerator = o.filter
	}
	for _, w := range r.warnings {
		all.notes = append(all.notes, name+": "+w)
	}
	for _, tier := range agents.Tiers {
		p := catalog.PublishedResult{
			System: name, Accelerator: r.system.Accelerator, Accelerators: r.system.Accelerators, Model: agents.Config.Model, SLO: tier.Name,
			Date: agents.Started.UTC().Format(time.DateOnly), Source: name, Strength: catalog.Measured,
		}
		n, err := r.system.Normalize(float64(tier.MaxAgents))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		bound, known := limit(tier)
		if known {
			figure := func(v *float64) *catalog.Figure {
				if v == nil {
					return nil
				}
				return &catalog.Figure{Value: *v, Precision: map[string]catalog.Precision{exact: catalog.Exact, atLeast: catalog.AtLeast}[bound]}
			}
			p.Agents, p.PerAccelerator = figure(new(float64(tier.MaxAgents))), figure(n.PerAccelerator)
			if n.PowerBasis == pricing.MeasuredAccelerator {
				p.PerMW = figure(n.PerMW)
			}
		}
		list = append(list, p)
	}
	if b := r.system.Basis; b != "" && b != pricing.MeasuredAccelerator {
		all.notes = append(all.notes, fmt.Sprintf("%s: per MW is left out: its power is %s, that of published results %s", name, b, pricing.MeasuredAccelerator))
	}
	return list, nil
}

// pricesOf returns the prices of an accelerator, one for each commitment or the one of -price.
func (all *results) pricesOf(o *options, accelerator string) ([]price, error) {
	for i, name := range all.names {
		if catalog.SameAccelerator(name, accelerator) {
			return all.prices[i], nil
		}
	}
	r := &quoted{}
	r.system.Accelerator, r.system.Accelerators = accelerator, 1 // the price is of each
	r.system.Price, _ = o.system.Price()
	r.system.PriceNote = "given"
	if err := r.quote(o); err != nil {
		return nil, err
	}
	for _, w := range r.warnings {
		all.notes = append(all.notes, accelerator+": "+strings.TrimPrefix(w, "catalog: "))
	}
	all.names, all.prices = append(all.names, accelerator), append(all.prices, r.prices)
	return r.prices, nil
}
