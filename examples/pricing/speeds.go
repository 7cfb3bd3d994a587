package main

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
)

// ask reads a report of slt off at other speeds than it was run with.
func (r *quoted) ask(speeds []metrics.TokensPerSecond) error {
	if r.SLT == nil || len(speeds) == 0 {
		return nil
	}
	r.SLT.AtSpeed, r.SLT.System = nil, nil // the figures are divided by r.system
	for _, s := range speeds {
		a, err := r.SLT.At(s)
		if err != nil {
			return err
		}
		if a.Recrossed > 0 {
			r.warnings = append(r.warnings, fmt.Sprintf("%s: concurrency %d is fast enough although a lower one was not; it does not count", at(a), a.Recrossed))
		}
		r.SLT.AtSpeed = append(r.SLT.AtSpeed, a)
	}
	return nil
}

// at names a speed in figures.
func at(a slt.AtSpeed) string { return fmt.Sprintf("at %v tokens/s per query", float64(a.Speed)) }

func (f *figures) load(r *quoted) error {
	if p := r.SLT.PeakOutputTokensPerSecond; p != nil {
		bound := atLeast
		if r.SLT.PlateauReached {
			bound = exact
		}
		f.add("peak: tokens/s", bound, *p, "")
		if err := f.normalize("peak", bound, *p); err != nil {
			return err
		}
	}
	for _, a := range r.SLT.AtSpeed {
		if a.OutputTokensPerSecond == nil {
			why := strings.ReplaceAll(string(a.Case), "_", " ")
			if a.Reason != "" {
				why += ": " + a.Reason
			}
			f.none(at(a)+": tokens/s", why)
			continue
		}
		bound := exact
		if a.Case == slt.AllFaster {
			bound = atLeast
		}
		f.add(at(a)+": tokens/s", bound, *a.OutputTokensPerSecond, how(a))
		f.costs(r, a)
		if err := f.normalize(at(a), bound, *a.OutputTokensPerSecond); err != nil {
			return err
		}
	}
	return nil
}

// costs adds the cost of a million tokens at each price. Its note names the tokens and the
// price.
func (f *figures) costs(r *quoted, a slt.AtSpeed) {
	bound := exact
	if a.Case == slt.AllFaster {
		bound = atMost
	}
	for _, p := range f.prices {
		if p.perHour <= 0 {
			continue
		}
		name := at(a) + ": cost of a million tokens" + p.label
		priced := f.system
		priced.Price = p.perHour
		cost, err := priced.CostPerMillion(*a.OutputTokensPerSecond)
		if err != nil {
			f.none(name, "none")
			r.warnings = append(r.warnings, at(a)+": no cost: "+err.Error())
			continue
		}
		note := tokens(r.SLT.Config)
		if p.note != "" {
			note += "; " + p.note
		}
		f.usd(name, bound, cost, cost.Text(3), note)
	}
}

// how says which levels a throughput is from.
func how(a slt.AtSpeed) string {
	if len(a.Between) != 2 {
		return ""
	}
	if a.Between[0] == a.Between[1] {
		return fmt.Sprintf("at concurrency %d", a.Between[0])
	}
	return fmt.Sprintf("between concurrency %d and %d", a.Between[0], a.Between[1])
}

// tokens describes the million tokens.
func tokens(c slt.ConfigEcho) string {
	if c.InputTokens == c.OutputTokens || c.OutputTokens == 0 {
		return "1M in + 1M out"
	}
	return fmt.Sprintf("%.3gM in + 1M out", float64(c.InputTokens)/float64(c.OutputTokens))
}
