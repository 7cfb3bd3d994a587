package catalog

import (
	_ "embed"
	"io"
	"math"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/pricing"
)

//go:embed data/results.csv
var embeddedResults string

// A PublishedResult is how many agents a system was published to serve at a tier of
// AA-AgentPerf. Figures that were not published are nil.
type PublishedResult struct {
	// System names the system, Topology how its accelerators are divided between
	// prefill and decode; empty if not stated.
	System, Topology string
	// Accelerator is its name, see [SameAccelerator]; Accelerators is the number in the
	// deployment, those of prefill and of decode, 0 if not stated.
	Accelerator  string
	Accelerators int
	// Model is the model with its reasoning effort: "DeepSeek V4 Pro (max)".
	Model string
	// Tier is the number of the tier among those of the model, 0 if it has none, and SLO
	// its floor of output speed and ceiling of TTFT: "20@10s".
	Tier int
	SLO  string
	// Agents is the largest number of agents for which the tier holds.
	Agents *Figure
	// PerAccelerator is agents per accelerator as published, which may be rounded; Each
	// computes it where it was not published.
	PerAccelerator *Figure
	// PerMW is agents per MW of power that the accelerators drew under load
	// ([pricing.MeasuredAccelerator]).
	PerMW *Figure
	// Date is when the result was published, YYYY-MM or YYYY-MM-DD.
	Date string
	// Source says where, Strength how near to Artificial Analysis that is; of several
	// sources it is the weakest.
	Source   string
	Strength Strength
	Notes    string
}

// A Strength says how near a source is to who measured.
type Strength string

// The strengths; those of published results from the strongest to the weakest.
const (
	// Published is by Artificial Analysis itself, or a copy of it.
	Published Strength = "P"
	// Vendor is by the vendor of the system, in code or a blog.
	Vendor Strength = "V"
	// SecondHand is by others who describe a page of Artificial Analysis.
	SecondHand Strength = "S"
	// Inferred is worked out from other figures.
	Inferred Strength = "I"
	// Measured is by whoever lists it, beside what others published.
	Measured Strength = "M"
)

// Results are a catalog of published results.
type Results []PublishedResult

// BuiltinResults returns the results that come with the package: all for AA-AgentPerf that
// were known in November 2026. They are for one model, and most are of one month.
func BuiltinResults() Results {
	all, err := ReadResults("results.csv", strings.NewReader(embeddedResults))
	if err != nil {
		panic(err) // a test reads them
	}
	return all
}

// ReadResults reads published results from CSV. The first row names the columns:
//
//	system, accelerator, model, date (YYYY-MM or YYYY-MM-DD), source,
//	strength (P, V, S, I or M; see [Strength])
//
// and tier (a number) or slo (such as 20@10s) or both, and at least one of agents,
// agents_per_accelerator and agents_per_mw; a number may stand after "about", "at least" or
// "more than". Optional are accelerators, topology and notes. Other columns are ignored. The
// error is as for [ReadPrices].
func ReadResults(name string, r io.Reader) (Results, error) {
	var all Results
	required := []string{"system", "accelerator", "model", "date", "source", "strength"}
	err := readTable(name, r, required, func(r *row) error {
		for _, column := range required {
			if r.get(column) == "" {
				return r.bad(column, "text")
			}
		}
		p, err := readResult(r)
		if err == nil {
			all = append(all, p)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func readResult(r *row) (p PublishedResult, err error) {
	p = PublishedResult{
		System: r.get("system"), Topology: r.get("topology"), Accelerator: r.get("accelerator"), Model: r.get("model"),
		SLO: r.get("slo"), Date: r.get("date"), Source: r.get("source"), Strength: Strength(r.get("strength")), Notes: r.get("notes"),
	}
	if p.Accelerators, err = r.count("accelerators"); err != nil {
		return p, err
	}
	if p.Tier, err = r.count("tier"); err != nil {
		return p, err
	}
	if p.Tier == 0 && p.SLO == "" {
		return p, r.bad("tier", "a number from 1, or a service level in column slo")
	}
	for _, c := range []struct {
		column string
		f      **Figure
	}{{"agents", &p.Agents}, {"agents_per_accelerator", &p.PerAccelerator}, {"agents_per_mw", &p.PerMW}} {
		if *c.f, err = r.figure(c.column); err != nil {
			return p, err
		}
	}
	switch {
	case p.Agents == nil && p.PerAccelerator == nil && p.PerMW == nil:
		return p, r.bad("agents", "a number here, in agents_per_accelerator or in agents_per_mw")
	case p.Agents != nil && p.Agents.Value != math.Trunc(p.Agents.Value):
		return p, r.bad("agents", "a whole number")
	}
	if _, err := time.Parse(time.DateOnly, p.Date); err != nil {
		if _, err := time.Parse("2006-01", p.Date); err != nil {
			return p, r.bad("date", "YYYY-MM or YYYY-MM-DD")
		}
	}
	switch p.Strength {
	case Published, Vendor, SecondHand, Inferred, Measured:
		return p, nil
	}
	return p, r.bad("strength", "P, V, S, I or M")
}

// Each returns agents per accelerator: as published, or else computed from Agents and
// Accelerators; nil if neither is known.
func (r PublishedResult) Each() (each *Figure, computed bool) {
	if r.PerAccelerator != nil || r.Agents == nil || r.Accelerators == 0 {
		return r.PerAccelerator, false
	}
	return r.Agents.over(float64(r.Accelerators)), true
}

// PerDollarHour returns agents for each dollar that an hour of the system costs:
//
//	agents / (accelerators x price per accelerator-hour)
//
// or agents per accelerator / price where only that is known. It is nil if neither is known
// or the price is 0. Artificial Analysis names this axis without a formula; this one is
// inferred.
func (r PublishedResult) PerDollarHour(perAcceleratorHour pricing.USD) *Figure {
	switch {
	case perAcceleratorHour <= 0:
	case r.Agents != nil && r.Accelerators > 0:
		return r.Agents.over(float64(r.Accelerators) * perAcceleratorHour.Dollars())
	case r.PerAccelerator != nil:
		return r.PerAccelerator.over(perAcceleratorHour.Dollars())
	}
	return nil
}
