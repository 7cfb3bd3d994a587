package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/telemetry"
)

// energy compares measured power and energy at one number of agents, of each basis that both runs
// measured on: watts of accelerators and at the wall are not of the same thing.
func energy(n [2]*agentperf.NumberFigures, tolerance float64) (all []Change) {
	for _, a := range n[0].Yields {
		k := slices.IndexFunc(n[1].Yields, func(b telemetry.Yield) bool { return b.Basis == a.Basis })
		if k < 0 || !measured(a.Basis) {
			continue
		}
		b := n[1].Yields[k]
		for _, f := range []struct {
			name, unit string
			a, b       *float64
		}{{"power", "W", &a.Watts, &b.Watts}, {"energy per output token", "J", a.JoulesPerOutputToken, b.JoulesPerOutputToken}} {
			if f.a == nil || f.b == nil {
				continue
			}
			c := Change{Name: fmt.Sprintf("%s (%s)", f.name, a.Basis), Unit: f.unit, At: fmt.Sprintf("%d agents", n[0].Agents), A: Bounds{Estimate: f.a}, B: Bounds{Estimate: f.b}, less: true, share: tolerance}
			c.judge(figureError)
			all = append(all, c)
		}
	}
	return all
}

// measured reports whether a basis is one of measurements; a report may have any text.
func measured(basis pricing.Basis) bool {
	return slices.Contains([]pricing.Basis{pricing.MeasuredAccelerator, pricing.MeasuredNode, pricing.MeasuredWall}, basis)
}

// energyNote says that power was measured and is not compared; empty if that is not so.
func (c *Comparison) energyNote(numbers [][2]*agentperf.NumberFigures) string {
	bases := func(i int) (all []string) {
		for _, n := range numbers {
			for _, y := range n[i].Yields {
				if measured(y.Basis) && !slices.Contains(all, string(y.Basis)) {
					all = append(all, string(y.Basis))
				}
			}
		}
		return all
	}
	a, b := bases(0), bases(1)
	if len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(basis string) bool { return slices.Contains(b, basis) }) {
		return ""
	}
	return fmt.Sprintf("power of %s is %s and of %s %s, which are not compared", c.A, strings.Join(a, ", "), c.B, strings.Join(b, ", "))
}
