package report

import (
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf"
)

// agents compares two searches, checks or measurements.
func (c *Comparison) agents(a, b *agentperf.Report, tolerance float64) {
	rate := a.Config.Rule.ErrorRate + b.Config.Rule.ErrorRate
	// Under Controlled both have one, of which a rule takes none of a half or more.
	bounded := min(a.Config.Rule.ErrorRate, b.Config.Rule.ErrorRate) > 0 && max(a.Config.Rule.ErrorRate, b.Config.Rule.ErrorRate) < 0.5
	var numbers [][2]*agentperf.NumberFigures
	for i := range a.Numbers {
		k := slices.IndexFunc(b.Numbers, func(n agentperf.NumberFigures) bool { return n.Agents == a.Numbers[i].Agents })
		if k >= 0 {
			numbers = append(numbers, [2]*agentperf.NumberFigures{&a.Numbers[i], &b.Numbers[k]})
		}
	}
	for _, n := range numbers {
		c.Figures = append(append(c.Figures, figures(n, nil, bounded, tolerance)...), energy(n, tolerance)...)
	}
	if note := c.energyNote(numbers); note != "" {
		c.Notes = append(c.Notes, note)
	}
	for i := range a.Tiers {
		t := &a.Tiers[i]
		k := slices.IndexFunc(b.Tiers, func(u agentperf.TierResult) bool { return promise(&u) == promise(t) })
		if k < 0 {
			c.Notes = append(c.Notes, fmt.Sprintf("only %s has the service level %s", c.A, t.Name))
			continue
		}
		u := &b.Tiers[k]
		change := Change{Name: "agents", At: t.Name, A: limit(t), B: limit(u), share: tolerance, counts: true, bounded: bounded}
		change.judge(rate)
		if n := longest(numbers); n != nil {
			change.consider(figures(*n, t, bounded, tolerance), t.CheckAgents > 0 && u.CheckAgents > 0)
		}
		c.Tiers = append(c.Tiers, change)
	}
	for i := range b.Tiers {
		if u := &b.Tiers[i]; !slices.ContainsFunc(a.Tiers, func(t agentperf.TierResult) bool { return promise(u) == promise(&t) }) {
			c.Notes = append(c.Notes, fmt.Sprintf("only %s has the service level %s", c.B, u.Name))
		}
	}
}

// promise is what makes two tiers the same.
func promise(t *agentperf.TierResult) [4]float64 {
	return [4]float64{float64(t.SpeedFloorTokensPerSecond), t.TTFTCeilingSeconds, float64(t.E2EFloorTokensPerSecond), t.E2EPercent}
}

// limit is what is known of the number of agents that a tier allows.
func limit(t *agentperf.TierResult) Bounds {
	var b Bounds
	if t.MaxAgents > 0 || t.FirstFailingAgents != nil {
		b.Low = new(float64(t.MaxAgents))
	}
	if t.FirstFailingAgents != nil {
		b.High = new(float64(*t.FirstFailingAgents - 1))
	}
	if t.EstimateAgents != nil {
		b.Estimate = new(float64(*t.EstimateAgents))
	}
	return b
}

// longest returns the number of agents that both runs measured longest, the larger of two.
func longest(numbers [][2]*agentperf.NumberFigures) (found *[2]*agentperf.NumberFigures) {
	time := func(n *[2]*agentperf.NumberFigures) float64 { return min(n[0].MeasuredSeconds, n[1].MeasuredSeconds) }
	for i := range numbers {
		if n := &numbers[i]; found == nil || time(n) >= time(found) {
			found = n
		}
	}
	return found
}

// figureError is the probability with which the intervals of one figure of two runs lie apart by
// chance: they are of 95 %.
const figureError = 0.05

// figures compares the figures of two runs at one number of agents: those of a tier, or all
// without one.
func figures(n [2]*agentperf.NumberFigures, t *agentperf.TierResult, bounded bool, tolerance float64) (all []Change) {
	type figure func(*agentperf.NumberFigures) (*float64, *agentperf.Interval)
	add := func(c Change, of figure) {
		c.At, c.bounded = fmt.Sprintf("%d agents", n[0].Agents), bounded
		for i, side := range []*Bounds{&c.A, &c.B} {
			v, interval := of(n[i])
			if side.Estimate = v; interval != nil {
				side.Low, side.High = interval.Low, interval.High
			}
		}
		if c.A.Estimate != nil || c.B.Estimate != nil {
			c.judge(figureError)
			all = append(all, c)
		}
	}
	if t == nil || t.E2EFloorTokensPerSecond == 0 {
		add(Change{Name: "P25 output speed", Unit: perSecond, share: tolerance}, func(f *agentperf.NumberFigures) (*float64, *agentperf.Interval) {
			return f.P25Speed, f.P25SpeedInterval
		})
	}
	if t == nil || t.E2EFloorTokensPerSecond > 0 {
		add(Change{Name: "P25 E2E speed", Unit: perSecond, share: tolerance}, func(f *agentperf.NumberFigures) (*float64, *agentperf.Interval) {
			return f.P25E2ESpeed, f.P25E2ESpeedInterval
		})
	}
	if t == nil || t.TTFTCeilingSeconds > 0 {
		c := Change{Name: "P95 TTFT", Unit: "s", less: true, share: tolerance}
		if t != nil {
			c.share, c.amount = 0, tolerance*t.TTFTCeilingSeconds
		}
		add(c, func(f *agentperf.NumberFigures) (*float64, *agentperf.Interval) { return f.P95TTFT, f.P95TTFTInterval })
	}
	if t == nil {
		add(Change{Name: "output throughput", Unit: perSecond, share: tolerance}, func(f *agentperf.NumberFigures) (*float64, *agentperf.Interval) {
			return f.OutputTokensPerSecond, nil
		})
	}
	return all
}

const perSecond = "tokens/s"

// consider takes the figures at one number of agents into account where the numbers of agents
// tell nothing: they may show the outcome, and under the estimates of two checks, of which each
// only says whether one number holds, what it seems to be.
func (c *Change) consider(figures []Change, checks bool) {
	if len(figures) == 0 {
		return
	}
	if seems, _ := together(figures, func(f *Change) Outcome { return f.Seems }); c.Seems == Unknown || checks && c.Seems == NoWorse {
		c.Seems = seems
	}
	if c.Outcome != Unknown {
		return
	}
	outcome, f := together(figures, func(f *Change) Outcome { return f.Outcome })
	if outcome == Unknown {
		if f.bounded || c.A.Estimate == nil || checks {
			c.Text += "; at " + f.At + " " + f.Text
		}
		return
	}
	c.Outcome, c.ErrorRate = outcome, figureError*float64(len(figures))
	f.ErrorRate = c.ErrorRate
	c.Text = "at " + f.At + " " + f.text()
}

// together returns the outcome of several figures, and the one that decides it: the worst, but
// the best where none is unknown or worse.
func together(figures []Change, of func(*Change) Outcome) (Outcome, *Change) {
	found := &figures[0]
	for i := range figures {
		f := &figures[i]
		if rank[of(f)] > rank[of(found)] {
			found = f
		}
	}
	if rank[of(found)] >= rank[Unknown] {
		return of(found), found
	}
	for i := range figures {
		if of(&figures[i]) == Better {
			return Better, &figures[i]
		}
	}
	return NoWorse, found
}
