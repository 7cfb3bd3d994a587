package page

import (
	"cmp"
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/chart"
)

// A level is a service level. Those of two reports are the same if they promise the same,
// whatever they are called.
type level struct {
	speed, ttft  float64
	e2e, percent float64
}

func levelOf(t *agentperf.TierResult) level {
	return level{
		speed: promised(float64(t.SpeedFloorTokensPerSecond)), ttft: promised(t.TTFTCeilingSeconds),
		e2e: promised(float64(t.E2EFloorTokensPerSecond)), percent: promised(t.E2EPercent),
	}
}

// promised is a bound as it stands in a level: 0 for what can be none.
func promised(v float64) float64 {
	if !(v > 0) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// short names the level by its speed.
func (l level) short() string {
	if l.e2e > 0 {
		return chart.Number(l.e2e) + "\u00a0tok/s E2E"
	}
	return chart.Number(l.speed) + "\u00a0tok/s"
}

// rest is what short leaves out.
func (l level) rest() string {
	switch {
	case l.e2e > 0:
		return "P" + chart.Number(l.percent) + " over whole requests"
	case l.ttft > 0:
		return "P95 TTFT at most " + chart.Seconds(l.ttft)
	}
	return "no ceiling of TTFT"
}

// floor is the speed that the level demands.
func (l level) floor() float64 { return max(l.speed, l.e2e) }

// slo is the text of its line in a chart of P25 speeds.
func (l level) slo() string {
	text := "SLO " + tokens(l.floor())
	if l.e2e > 0 && l.percent != 25 {
		text += " at P" + chart.Number(l.percent)
	}
	return text
}

// full says what the level promises.
func (l level) full() string {
	switch {
	case l.e2e > 0:
		return "P" + chart.Number(l.percent) + " E2E speed of at least " + chart.Number(l.e2e) + " tok/s"
	case l.ttft > 0:
		return "P25 speed of at least " + l.short() + " and P95 TTFT of at most " + chart.Seconds(l.ttft)
	}
	return "P25 speed of at least " + l.short()
}

// levels returns all levels of the systems, the slowest first.
func levels(systems []*subject) (all []level) {
	for _, s := range systems {
		for i := range s.tiers() {
			if l := levelOf(&s.report.Tiers[i]); !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b level) int {
		return cmp.Or(cmp.Compare(a.e2e, b.e2e), cmp.Compare(a.speed, b.speed), cmp.Compare(b.ttft, a.ttft), cmp.Compare(a.percent, b.percent))
	})
	return all[:min(len(all), mostLevels)]
}

// mostLevels bounds the levels that a page shows: published sets have up to four.
const mostLevels = 8

// names returns how levels are told apart in a few words each.
func names(levels []level) []string {
	out := make([]string, len(levels))
	for i, l := range levels {
		out[i] = l.short()
		for k, o := range levels {
			if k != i && o.short() == l.short() {
				out[i] = l.short() + ", " + l.rest()
			}
		}
	}
	return out
}

// tiers returns what a report says of its levels, of as many as a page shows.
func (s *subject) tiers() []agentperf.TierResult {
	return s.report.Tiers[:min(len(s.report.Tiers), mostLevels)]
}

// tier returns what a system's report says of a level; nil if it does not have it.
func (s *subject) tier(l level) *agentperf.TierResult {
	for i := range s.tiers() {
		if t := &s.report.Tiers[i]; levelOf(t) == l {
			return t
		}
	}
	return nil
}
