package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
)

// pageProviders is the name of catalog.PageProviders on the command line.
const pageProviders = "aa"

// options are the command line.
type options struct {
	asOf        time.Time
	prices      catalog.Prices
	filter      string // accelerator
	system      cli.System
	statistic   catalog.Statistic // empty: no quote
	commitments []catalog.Commitment
	speeds      []metrics.TokensPerSecond // none: those of the reports
	providers   []string                  // none: all
	mixed       bool
	results     bool
	json, csv   bool
	files       []string // reports
}

// parse reads the command line and the price files that it names.
func parse(program cli.Program, args []string, now time.Time) (*options, error) {
	o := &options{asOf: now.UTC().Truncate(24 * time.Hour)}
	var own, azure string
	var sky [][2]string // provider, file
	flags := program.Flags("[REPORT ...]")
	flags.Func("as-of", "`day` of the question as YYYY-MM-DD: later prices are ignored, prices older than 90 days marked (default today)", func(s string) (err error) {
		if o.asOf, err = time.Parse(time.DateOnly, s); err != nil {
			err = errors.New("expected a day as YYYY-MM-DD")
		}
		return err
	})
	flags.StringVar(&own, "prices", "", "CSV `file` with prices to use instead of the built-in ones; see the documentation of catalog.ReadPrices for its columns")
	flags.Func("skypilot", "add the prices in `PROVIDER=FILE`, a vms.csv of SkyPilot's catalog, dated -as-of (repeatable)", func(s string) error {
		provider, file, ok := strings.Cut(s, "=")
		if !ok || provider == "" || file == "" {
			return errors.New("expected PROVIDER=FILE")
		}
		sky = append(sky, [2]string{provider, file})
		return nil
	})
	flags.StringVar(&azure, "azure", "", "add the prices in a `file` of answers of Azure's Retail Prices API, dated -as-of")
	flags.Func("quote", "price the reports at this `statistic` of the catalog prices of their accelerator: minimum or average", func(s string) error {
		o.statistic = catalog.Statistic(s)
		if o.statistic != catalog.Minimum && o.statistic != catalog.Average {
			return errors.New("expected minimum or average")
		}
		return nil
	})
	flags.Func("commitment", "`commitment` of -quote: on_demand, spot, 1yr or 3yr, or several separated by commas (default on_demand)", func(s string) error {
		for text := range strings.SplitSeq(s, ",") {
			switch c := catalog.Commitment(strings.TrimSpace(text)); c {
			case catalog.OnDemand, catalog.Spot, catalog.OneYear, catalog.ThreeYear:
				if !slices.Contains(o.commitments, c) {
					o.commitments = append(o.commitments, c)
				}
			default:
				return errors.New("expected on_demand, spot, 1yr or 3yr, or several separated by commas")
			}
		}
		return nil
	})
	cli.Speeds(flags.FlagSet, &o.speeds, "output `speeds` per query in tokens/s at which reports of slt are read off, such as 30,100 (default those that the reports have)")
	flags.Func("providers", "only the prices of these `names`, separated by commas; "+pageProviders+" means the nine of Artificial Analysis' hardware page", func(s string) error {
		for name := range strings.SplitSeq(s, ",") {
			switch name = strings.TrimSpace(name); name {
			case "":
				return errors.New("expected names separated by commas")
			case pageProviders:
				o.providers = append(o.providers, catalog.PageProviders()...)
			default:
				o.providers = append(o.providers, name)
			}
		}
		return nil
	})
	flags.BoolVar(&o.results, "results", false, "put the published results of AA-AgentPerf against prices, all or those of -accelerator, and beside them the results in files: CSV with a name in .csv, see the documentation of catalog.ReadResults, or reports of maxusers")
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.BoolVar(&o.csv, "csv", false, "print CSV; that of prices is what -prices reads")
	flags.BoolVar(&o.mixed, "mixed-bases", false, "compare figures per kW although the bases of their power differ")
	o.system.Register(flags.FlagSet)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	o.files = flags.Args()
	given := flags.Given()
	if given["quote"] && given["price"] {
		return nil, flags.Check(errors.New("-quote and -price are two prices"))
	}
	if o.json && o.csv {
		return nil, flags.Check(errors.New("-json and -csv are two formats"))
	}
	if given["commitment"] && !given["quote"] && !o.results {
		return nil, flags.Check(errors.New("-commitment is the commitment of -quote, which is not given"))
	}
	if err := o.resolve(given); err != nil {
		return nil, flags.Check(err)
	}
	var err error
	o.prices, err = openCatalog(own, sky, azure, o.asOf, program.Stderr)
	return o, err
}

// resolve fills in defaults and refuses flags that say nothing about what is shown.
func (o *options) resolve(given map[string]bool) error {
	var idle []string
	var price pricing.USD
	price, o.filter = o.system.Price()
	switch {
	case o.results:
		idle = []string{"accelerators", "power", "power-basis", "pue", "rack", "at-speed", "mixed-bases"}
		if price > 0 && o.filter == "" {
			return errors.New("-price with -results needs -accelerator, whose price it is")
		}
		if price > 0 && given["commitment"] {
			return errors.New("-price and -commitment are two prices")
		}
		if price == 0 && o.statistic == "" {
			o.statistic = catalog.Minimum
		}
	case len(o.files) == 0:
		idle = []string{"accelerators", "price", "power", "power-basis", "pue", "rack", "quote", "at-speed", "mixed-bases"}
	}
	for _, name := range idle {
		switch {
		case given[name] && o.results:
			return fmt.Errorf("-%s says nothing with -results", name)
		case given[name]:
			return fmt.Errorf("-%s says nothing without a report", name)
		}
	}
	if len(o.commitments) == 0 {
		o.commitments = []catalog.Commitment{catalog.OnDemand}
	}
	return nil
}
