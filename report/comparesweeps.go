package report

import (
	"fmt"
	"slices"

	"github.com/agentperf/agentperf-go/slt"
)

// sweeps compares two sweeps, whose figures have no intervals.
func (c *Comparison) sweeps(a, b *slt.Report, tolerance float64) {
	verdict := func(name, at string, va, vb *float64) {
		c.Tiers = appendSweep(c.Tiers, Change{Name: name, At: at, Unit: perSecond, share: tolerance}, va, vb)
	}
	verdict("peak output throughput", "", a.PeakOutputTokensPerSecond, b.PeakOutputTokensPerSecond)
	for _, s := range a.AtSpeed {
		k := slices.IndexFunc(b.AtSpeed, func(t slt.AtSpeed) bool { return t.Speed == s.Speed })
		if k >= 0 {
			verdict("output throughput", fmt.Sprintf("%v tokens/s per query", float64(s.Speed)), s.OutputTokensPerSecond, b.AtSpeed[k].OutputTokensPerSecond)
		}
	}
	for _, l := range a.Levels {
		k := slices.IndexFunc(b.Levels, func(m slt.Level) bool { return m.Concurrency == l.Concurrency })
		if k < 0 || l.Figures == nil || b.Levels[k].Figures == nil {
			continue
		}
		f, g := l.Figures, b.Levels[k].Figures
		for _, ch := range []struct {
			Change
			a, b *float64
		}{
			{Change{Name: "output throughput", Unit: perSecond}, &f.OutputTokensPerSecond, &g.OutputTokensPerSecond},
			{Change{Name: "median output speed", Unit: perSecond}, f.MedianOutputSpeed, g.MedianOutputSpeed},
			{Change{Name: "median TTFT", Unit: "s", less: true}, f.MedianTTFT, g.MedianTTFT},
		} {
			ch.At, ch.share = fmt.Sprintf("concurrency %d", l.Concurrency), tolerance
			c.Figures = appendSweep(c.Figures, ch.Change, ch.a, ch.b)
		}
	}
}

// appendSweep appends the change of a figure that either of two sweeps has.
func appendSweep(all []Change, c Change, a, b *float64) []Change {
	if a == nil && b == nil {
		return all
	}
	c.A.Estimate, c.B.Estimate = a, b
	c.judge(0)
	return append(all, c)
}
