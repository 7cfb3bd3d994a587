package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/examples/internal/cli"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/pricing/catalog"
	"github.com/agentperf/agentperf-go/slt"
)

// report is a report of maxusers or slt and the system it is divided by.
type report struct {
	name     string
	agents   *agentperf.Report // or
	load     *slt.Report
	system   pricing.System
	warnings []string
}

// read reads a report of either kind.
func read(name string) (*report, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var kind struct {
		Schema string          `json:"schema"`
		System *pricing.System `json:"system"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, fmt.Errorf("%s: not a report: %w", name, err)
	}
	r := &report{name: name}
	if kind.System != nil {
		r.system = *kind.System
	}
	complete := false
	switch kind.Schema {
	case agentperf.Schema:
		r.agents = new(agentperf.Report)
		err, complete = json.Unmarshal(text, r.agents), r.agents.Complete
	case slt.Schema:
		r.load = new(slt.Report)
		err, complete = json.Unmarshal(text, r.load), r.load.Complete
	default:
		err = cli.CheckSchema(kind.Schema, agentperf.Schema, slt.Schema)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !complete {
		r.warnings = append(r.warnings, "the run did not come to its end")
	}
	return r, nil
}

// price completes the system from flags and the catalog.
func (r *report) price(o *options) (err error) {
	if r.system, err = o.system.Over(r.system); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	if o.statistic == "" {
		return nil
	}
	if r.system.Accelerator == "" || r.system.Accelerators == 0 {
		return fmt.Errorf("%s: -quote needs to know the accelerators; see -accelerator and -accelerators", r.name)
	}
	quote, err := o.prices.Quote(catalog.Query{Accelerator: r.system.Accelerator, Commitment: o.commitment, AsOf: o.asOf}, o.statistic)
	if err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	r.system.Price, r.system.PriceNote = quote.PerHour, quote.Note()
	r.warnings = append(r.warnings, quote.Warnings...)
	return nil
}

// table has a column for each report and a row for each figure, in the order in which
// rows are first set.
type table struct {
	columns int
	order   []string
	cells   map[string][]string
}

func (t *table) set(column int, row, cell string) {
	if t.cells == nil {
		t.cells = make(map[string][]string)
	}
	if t.cells[row] == nil {
		t.order, t.cells[row] = append(t.order, row), make([]string, t.columns)
	}
	t.cells[row][column] = cell
}

// showReports puts the reports side by side.
func showReports(o *options, w io.Writer) error {
	var all []*report
	var bases []pricing.Basis
	for _, name := range o.files {
		r, err := read(name)
		if err == nil {
			err = r.price(o)
		}
		if err != nil {
			return err
		}
		all = append(all, r)
		bases = append(bases, r.system.Basis)
	}
	if err := pricing.SameBasis(bases...); err != nil && !o.mixed {
		return fmt.Errorf("%w; see -mixed-bases", err)
	}
	t := &table{columns: len(all)}
	for i, r := range all {
		if err := r.fill(t, i); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "\t"+strings.Join(o.files, "\t"))
	for _, row := range t.order {
		cells := slices.Clone(t.cells[row])
		for i := range cells {
			if cells[i] == "" {
				cells[i] = "-"
			}
		}
		fmt.Fprintln(tw, row+"\t"+strings.Join(cells, "\t"))
	}
	tw.Flush() // to memory
	b.WriteString("\nThe formulas of per $/hour and per rack are inferred: only the axes are published.\n")
	for _, r := range all {
		for _, warning := range r.warnings {
			fmt.Fprintf(&b, "%s: %s\n", r.name, warning)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fill puts the report into its column.
func (r *report) fill(t *table, column int) error {
	set := func(row, cell string) { t.set(column, row, cell) }
	s := r.system
	set("accelerators", "")
	if s.Accelerators > 0 {
		set("accelerators", strings.TrimSpace(strconv.Itoa(s.Accelerators)+" "+s.Accelerator))
	}
	set("price per accelerator-hour", "")
	if s.Price > 0 {
		set("price per accelerator-hour", strings.TrimSuffix(s.Price.String()+" ("+s.PriceNote+")", " ()"))
	}
	set("power", "")
	if s.Power > 0 {
		basis := string(s.Basis)
		if s.PUE > 0 {
			basis += fmt.Sprintf(", PUE %v", s.PUE)
		}
		set("power", fmt.Sprintf("%.4g kW (%s)", float64(s.Power)/1e3, basis))
	}
	if r.agents != nil {
		return r.fillAgents(set)
	}
	return r.fillLoad(set)
}

func (r *report) fillAgents(set func(row, cell string)) error {
	for _, tier := range r.agents.Tiers {
		bound := "at least "
		switch {
		case tier.FirstFailingAgents != nil && *tier.FirstFailingAgents == tier.MaxAgents+1:
			bound = ""
		case tier.MaxAgents == 0:
			set(tier.Name+": agents", "no answer")
			continue
		}
		set(tier.Name+": agents", bound+strconv.Itoa(tier.MaxAgents))
		if err := r.normalize(set, tier.Name, bound, float64(tier.MaxAgents)); err != nil {
			return err
		}
	}
	return nil
}

func (r *report) fillLoad(set func(row, cell string)) error {
	if p := r.load.PeakOutputTokensPerSecond; p != nil {
		bound := "at least "
		if r.load.PlateauReached {
			bound = ""
		}
		set("peak: tokens/s", bound+number(*p))
		if err := r.normalize(set, "peak", bound, *p); err != nil {
			return err
		}
	}
	for _, a := range r.load.AtSpeed {
		name := fmt.Sprintf("at %v tokens/s per query", float64(a.Speed))
		if a.OutputTokensPerSecond == nil {
			set(name+": tokens/s", strings.ReplaceAll(string(a.Case), "_", " "))
			continue
		}
		bound, most := "", ""
		if a.Case == slt.AllFaster {
			bound, most = "at least ", "at most "
		}
		set(name+": tokens/s", bound+number(*a.OutputTokensPerSecond))
		if r.system.Price > 0 {
			cost, err := r.system.CostPerMillion(*a.OutputTokensPerSecond)
			if err != nil {
				return err
			}
			set(name+": cost of a million tokens", most+cost.Text(3)+tokens(r.load.Config))
		}
		if err := r.normalize(set, name, bound, *a.OutputTokensPerSecond); err != nil {
			return err
		}
	}
	return nil
}

// tokens describes the million tokens.
func tokens(c slt.ConfigEcho) string {
	if c.InputTokens == c.OutputTokens || c.OutputTokens == 0 {
		return " (1M in + 1M out)"
	}
	return fmt.Sprintf(" (%.3gM in + 1M out)", float64(c.InputTokens)/float64(c.OutputTokens))
}

// normalize sets the figures per accelerator and so on.
func (r *report) normalize(set func(row, cell string), name, bound string, quantity float64) error {
	n, err := r.system.Normalize(quantity)
	if err != nil {
		return err
	}
	row := func(what string, v *float64, after string) {
		if v != nil {
			set(name+": "+what, bound+number(*v)+after)
		}
	}
	row("per accelerator", n.PerAccelerator, "")
	row("per kW", n.PerKW, " ("+string(n.PowerBasis)+")")
	row("per MW", n.PerMW, " ("+string(n.PowerBasis)+")")
	row("per $/hour", n.PerDollarHour, "")
	rack := fmt.Sprintf(" (of %d)", n.RackAccelerators)
	if n.RackExtrapolated {
		rack = fmt.Sprintf(" (of %d, extrapolated)", n.RackAccelerators)
	}
	row("per rack", n.PerRack, rack)
	return nil
}

// number formats a figure with four significant digits; from 1,000 on as a whole number.
func number(v float64) string {
	if v >= 1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
