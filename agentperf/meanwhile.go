package agentperf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/observe"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/telemetry"
)

// observed sets what was observed in the phases that count, which have measured
// OutputTokensPerSecond together.
func (f *NumberFigures) observed(phases []PhaseResult) {
	var servers []*telemetry.Server
	var seconds []float64
	type sums struct{ joules, tokens, seconds float64 }
	by := make(map[pricing.Basis]*sums)
	for _, i := range f.Phases {
		p := &phases[i]
		servers, seconds = append(servers, p.Server), append(seconds, p.MeasuredSeconds)
		for _, y := range p.Yields {
			if by[y.Basis] == nil {
				by[y.Basis] = new(sums)
			}
			s := by[y.Basis]
			s.seconds += p.MeasuredSeconds
			s.joules += y.Watts * p.MeasuredSeconds
			s.tokens += p.Figures.OutputTokensPerSecond * p.MeasuredSeconds
		}
	}
	f.Server = telemetry.Together(servers, seconds)
	for _, b := range pricing.Bases() { // in an order that does not change
		if s := by[b]; s != nil && s.seconds > 0 {
			p := telemetry.Power{Figures: []telemetry.PowerFigure{{Basis: b, Watts: new(s.joules / s.seconds)}}}
			f.Yields = append(f.Yields, p.Yields(s.tokens/s.seconds)...)
		}
	}
}

// numberFiguresOf returns those of a number of agents; nil if it was not measured.
func (r *Report) numberFiguresOf(agents int) *NumberFigures {
	for i := range r.Numbers {
		if r.Numbers[i].Agents == agents {
			return &r.Numbers[i]
		}
	}
	return nil
}

// meanwhile sets what tiers say of what was observed.
func (r *Report) meanwhile() {
	for i := range r.Tiers {
		t := &r.Tiers[i]
		holds := r.numberFiguresOf(t.MaxAgents)
		var parts []string
		if t.FirstFailingAgents != nil {
			if fails := r.numberFiguresOf(*t.FirstFailingAgents); fails != nil && fails.Server.String() != "" {
				parts = append(parts, fmt.Sprintf("at %d: %s", fails.Agents, fails.Server))
			}
		}
		if holds != nil && holds.Server.String() != "" {
			parts = append(parts, fmt.Sprintf("at %d: %s", holds.Agents, holds.Server))
		}
		t.Meanwhile = strings.Join(parts, "; ")
		if holds != nil {
			t.Measured = telemetry.Normalize(holds.Yields, float64(t.MaxAgents), r.System)
		}
	}
}

// measuredLines says what the measured power comes to, and why the next number fails.
func (t *TierResult) measuredLines(r *Report) (lines []string) {
	for i := range t.Measured {
		for _, line := range t.Measured[i].Lines("agents") {
			if !t.exact() {
				line = "at least " + line
			}
			lines = append(lines, line)
		}
	}
	if f := r.numberFiguresOf(t.MaxAgents); f != nil {
		for _, y := range f.Yields {
			lines = append(lines, y.String())
		}
	}
	if t.Meanwhile != "" {
		lines = append(lines, t.Meanwhile)
	}
	return lines
}

// warnOfThrottling says whether slower clocks explain that the system is not steady.
func (r *run) warnOfThrottling() {
	unsteady := slices.ContainsFunc(r.report.Tiers, func(t TierResult) bool {
		return slices.ContainsFunc(t.Numbers, func(n Number) bool { return decide.Unsteady(n.Reason) })
	})
	var shares []float64 // of the phases that say something of power, in their order
	for i := range r.report.Phases {
		if p := &r.report.Phases[i]; p.Power != nil && p.Figures != nil {
			shares = append(shares, observe.Throttling(p.Power))
		}
	}
	n := len(shares) / 3
	if !unsteady || n == 0 {
		return
	}
	mean := func(shares []float64) (sum float64) {
		for _, s := range shares {
			sum += s
		}
		return sum / float64(len(shares))
	}
	if early, late := mean(shares[:n]), mean(shares[len(shares)-n:]); late > early+0.05 { // what varies from phase to phase is less
		r.warn("throttling_grows", fmt.Sprintf("clocks were held down for %s of the time in the first third of the phases and for %s in the last: that is why the system gets slower", decide.Percent(early), decide.Percent(late)))
	}
}

// measuredPower reports whether each tier with an answer has the power of a basis at it.
func (r *Report) measuredPower(basis pricing.Basis) bool {
	known := false
	for i := range r.Tiers {
		t := &r.Tiers[i]
		has := slices.ContainsFunc(t.Measured, func(n pricing.Normalized) bool { return n.PowerBasis == basis })
		if t.MaxAgents > 0 && !has {
			return false
		}
		known = known || has
	}
	return known
}
