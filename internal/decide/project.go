package decide

import (
	"maps"
	"math"
	"slices"

	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/search"
)

// predicted returns the share of a criterion to expect at a number of agents, measured or
// not: the curve, moved by what the phases at and near that number differ from it.
func (c *controlled) predicted(i, j, n int) float64 {
	w := &c.weigh().tiers[i]
	if e := w.numbers[n]; e != nil && e.phases >= minPhases {
		return e.criteria[j].fail.p
	}
	off, weights := 0.0, 1.0
	for _, m := range slices.Sorted(maps.Keys(w.numbers)) {
		e := w.numbers[m]
		if e.phases == 0 || j >= len(e.criteria) || e.criteria[j].fail.requests == 0 {
			continue
		}
		d := distance(n, m) / near
		x := math.Exp(-d*d) * float64(e.phases)
		off, weights = off+x*(e.criteria[j].fail.p-c.model(i, j, m)), weights+x
	}
	return clamp(c.model(i, j, n)+off/weights, 0, 1)
}

// model returns the share that the curve alone has at a number of agents.
func (c *controlled) model(i, j, n int) float64 {
	key := [3]int{i, j, n}
	if m, ok := c.derived.models[key]; ok {
		return m
	}
	f := &c.weigh().tiers[i].fits[1][j]
	sum, weights := 0.0, 0.0
	for _, l := range c.moments(n) {
		x := math.Exp(f.gamma * l.load)
		sum, weights = sum+x*f.at(float64(n), l.load, l.input), weights+x
	}
	c.derived.models[key] = sum / weights
	return sum / weights
}

// variance returns the variance of one phase to expect at a number of agents.
func (c *controlled) variance(i, j, n int) float64 {
	q := c.tiers[i].Criteria[j].Limit()
	w := &c.weigh().tiers[i]
	sum, weights := 0.02*q*(1-q)/0.1875*0.5, 0.5
	for m, e := range w.numbers {
		if e.phases >= 3 && j < len(e.criteria) && !math.IsInf(e.criteria[j].fail.v, 1) {
			d := distance(n, m) / (2 * near)
			x := math.Exp(-d*d) * float64(e.phases)
			sum, weights = sum+x*e.criteria[j].fail.v, weights+x
		}
	}
	return sum / weights
}

// remaining projects how many seconds of the system's time it takes to decide a number.
func (c *controlled) remaining(i, n int, want search.Verdict) float64 {
	need, e := c.needs(i, n, want), c.weigh().tiers[i].numbers[n]
	have, inflation := 0, c.weigh().memory.inflation
	if e != nil {
		have = e.phases
	}
	phase := c.phaseSeconds(n)
	turn := c.turn(n)
	window := clamp(windowTurns*turn, leastWindow, mostWindow)
	most, least := 0.0, math.Inf(1)
	for j := range c.tiers[i].Criteria {
		crit := &c.tiers[i].Criteria[j]
		q, p, v := crit.Limit(), c.predicted(i, j, n), c.variance(i, j, n)
		if e != nil && want == search.Pass && e.phases >= minPhases {
			// What was not seen of the load counts as bad, and will be less with more phases.
			p = (p + e.criteria[j].pass.held) / 2
		}
		d := q - p
		if want == search.Fail {
			d = -d
		}
		t := giveUp
		if d > 0 {
			m := 0
			for m = minPhases; m <= 300; m++ {
				nu := max(2, float64(m)-1-3*min(1, 1.5*float64(m)/float64(len(c.seen)+m)))
				if float64(m) >= inflation*leastEffective || inflation == 1 {
					if logE(d/math.Sqrt(v*inflation/float64(m)), float64(m)/inflation, nu/inflation) >= need {
						break
					}
				}
			}
			if m <= 300 {
				t = float64(max(1, m-have)) * phase
			}
		}
		if crit.Metric == TTFT {
			t = c.remainingBets(i, j, n, want, need, p, q, e, phase/window, t)
		}
		most, least = max(most, t), min(least, t)
	}
	if want == search.Pass {
		return most
	}
	return least
}

// remainingBets projects how long bets on blocks take, beside the phases.
func (c *controlled) remainingBets(i, j, n int, want search.Verdict, need, p, q float64, e *evidence, perWindow, phases float64) float64 {
	if want == search.Pass && p >= q || want == search.Fail && p <= q {
		return giveUp
	}
	have := 0.0
	if e != nil && j < len(e.criteria) {
		if want == search.Pass {
			have = e.criteria[j].betPass
		} else {
			have = e.criteria[j].betFail
		}
	}
	block := clamp(c.turn(n)/2, leastBlock, mostBlock)
	if c.Block > 0 {
		block = c.Block.Seconds()
	}
	divergence := 0.0
	if p > 0 {
		divergence += p * math.Log(p/q)
	}
	if p < 1 {
		divergence += (1 - p) * math.Log((1-p)/(1-q))
	}
	bets := max(confseq.MinBlocks, (need-max(0, have)+0.5)/max(divergence, 1e-6)) * block * perWindow
	if have >= need {
		bets = 0
	}
	late := p > 0.002
	if !late && want == search.Pass {
		return max(bets, float64(max(0, minPhases-phasesOf(e)))*perWindow)
	}
	return max(bets, phases)
}

func phasesOf(e *evidence) int {
	if e == nil {
		return 0
	}
	return e.phases
}

// near is the ratio of two numbers of agents, as a logarithm, within which they differ from
// the curve alike.
const near = 0.1
