package main

import (
	"errors"

	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// price is a price of an accelerator-hour; 0 if it is not known.
type price struct {
	label   string // ", 1yr" where there are several, to stand behind the names of figures
	perHour pricing.USD
	note    string
}

// quote finds the prices of the system: those of -quote, one for each -commitment, or else
// the one that is stated. A price that is not known leaves out the figures that need it, and
// a warning says so.
func (r *quoted) quote(o *options) error {
	if o.statistic == "" {
		r.prices = []price{{"", r.system.Price, r.system.PriceNote}}
		return nil
	}
	r.system.Price, r.system.PriceNote = 0, "" // a report's own is another than was asked for
	known := r.system.Accelerator != "" && r.system.Accelerators > 0
	if !known {
		r.warnings = append(r.warnings, "no price: -quote needs to know the accelerators; see -accelerator and -accelerators")
	}
	for _, c := range o.commitments {
		var p price
		if len(o.commitments) > 1 {
			p.label = ", " + string(c)
		}
		if known {
			quote, warnings, err := o.priceOf(r.system.Accelerator, c)
			if err != nil {
				return err
			}
			for _, w := range warnings {
				if p.label != "" {
					w = string(c) + ": " + w
				}
				r.warnings = append(r.warnings, w)
			}
			if quote != nil {
				p.perHour, p.note = quote.PerHour, quote.Note()
			}
		}
		r.prices = append(r.prices, p)
	}
	if len(r.prices) == 1 {
		r.system.Price, r.system.PriceNote = r.prices[0].perHour, r.prices[0].note
	}
	return nil
}

// priceOf returns the -quote of an accelerator, nil if it has no price, and what there is to
// say of it.
func (o *options) priceOf(accelerator string, c catalog.Commitment) (quote *catalog.Quote, warnings []string, err error) {
	q, err := o.prices.Quote(catalog.Query{Providers: o.providers, Accelerator: accelerator, Commitment: c, AsOf: o.asOf}, o.statistic)
	switch {
	case errors.Is(err, catalog.ErrNoPrice):
		return nil, []string{err.Error()}, nil
	case err != nil:
		return nil, nil, err
	}
	for _, w := range q.Warnings {
		warnings = append(warnings, w.Text)
	}
	return &q, warnings, nil
}
