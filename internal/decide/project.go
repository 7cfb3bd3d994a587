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

// variance returns the variance of one phase to expect at a number of agents. Where it was seen
// at the number itself, others say little beside that: near a steep limit shares of 0 and of a
// half are neighbors, and vary by different amounts.
func (c *controlled) variance(i, j, n int) float64 {
	q := c.tiers[i].Criteria[j].Limit()
	w := &c.weigh().tiers[i]
	sum, weights := 0.02*q*(1-q)/0.1875*0.5, 0.5
	own := 0.0
	for m, e := range w.numbers {
		if e.phases >= 3 && j < len(e.criteria) && !math.IsInf(e.criteria[j].fail.v, 1) {
			d := distance(n, m) / (2 * near)
			x := math.Exp(-d*d) * float64(e.phases)
			if m == n && c.quick(n) {
				own = x
				continue
			}
			sum, weights = sum+x*e.criteria[j].fail.v, weights+x
		}
	}
	if own > 0 {
		if weights > othersWeigh {
			sum, weights = sum*othersWeigh/weights, othersWeigh
		}
		sum, weights = sum+own*w.numbers[n].criteria[j].fail.v, weights+own
	}
	return sum / weights
}

// nextToNone is the share of late requests up to which it is projected that none is.
const nextToNone = 0.002

// othersWeigh is how many phases those at other numbers stand for beside a number's own.
const othersWeigh = 1

// An effort is what a decision still takes: phases for the t test, and seconds of windows for
// bets on blocks.
type effort struct{ phases, measured float64 }

// remaining projects how many seconds of the system's time it takes to decide a number.
func (c *controlled) remaining(i, n int, want search.Verdict) float64 {
	most, least := effort{}, math.Inf(1)
	for j := range c.tiers[i].Criteria {
		x := c.effort(i, j, n, want)
		most = effort{max(most.phases, x.phases), max(most.measured, x.measured)}
		least = min(least, c.lasts(n, x))
	}
	if want == search.Pass {
		return c.lasts(n, most)
	}
	return least
}

// lasts returns how long an effort at a number takes: phases are longer where bets need that.
func (c *controlled) lasts(n int, x effort) float64 {
	if x.phases >= giveUp {
		return giveUp
	}
	start, window := c.parts(n)
	phases := max(x.phases, math.Ceil(x.measured/c.longWindow(n)))
	return phases*start + max(phases*window, x.measured)
}

// effort projects what it takes to decide one criterion of a number.
func (c *controlled) effort(i, j, n int, want search.Verdict) effort {
	need, e := c.needs(i, n, want), c.weigh().tiers[i].numbers[n]
	inflation, have := c.weigh().memory.inflation, phasesOf(e)
	crit := &c.tiers[i].Criteria[j]
	q, p, v := crit.Limit(), c.predicted(i, j, n), c.variance(i, j, n)
	doubt := c.longer(i, j, n).doubt
	if e != nil && want == search.Pass && e.phases >= minPhases {
		// What was not seen of the load counts as bad, and will be less with more phases.
		p = (p + e.criteria[j].pass.held - doubt) / 2
	}
	d := q - p - doubt
	if want == search.Fail {
		d = p - doubt - q
	}
	if d <= 0 {
		return effort{phases: giveUp}
	}
	m := minPhases
	for ; m <= 300; m++ {
		nu := max(2, float64(m)-1-3*min(1, 1.5*float64(m)/float64(len(c.seen)+m)))
		if float64(m) >= inflation*leastEffective || inflation == 1 {
			if logE(d/math.Sqrt(v*inflation/float64(m)), float64(m)/inflation, nu/inflation) >= need {
				break
			}
		}
	}
	x := effort{phases: float64(max(1, m-have))}
	if m > 300 {
		x.phases = giveUp
	}
	if crit.Metric != TTFT {
		return x
	}
	x.measured = c.betSeconds(j, n, want, need, p, q, e)
	if want == search.Pass && p <= nextToNone { // bets do alone
		x.phases = float64(max(0, minPhases-have))
	}
	return x
}

// betSeconds projects for how many seconds blocks have to be measured for bets.
func (c *controlled) betSeconds(j, n int, want search.Verdict, need, p, q float64, e *evidence) float64 {
	have := 0.0
	if e != nil && j < len(e.criteria) {
		if want == search.Pass {
			have = e.criteria[j].betPass
		} else {
			have = e.criteria[j].betFail
		}
	}
	if have >= need {
		return 0
	}
	block := max(c.block(n), c.Block.Seconds())
	divergence := 0.0
	if p > 0 {
		divergence += p * math.Log(p/q)
	}
	if p < 1 {
		divergence += (1 - p) * math.Log((1-p)/(1-q))
	}
	return max(confseq.MinBlocks, (need-max(0, have)+0.5)/max(divergence, 1e-6)) * block
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

// usualPhases is how many phases a number takes whose shares are clearly within their
// limits, or beyond: the least number, and some for the variance between them.
const usualPhases = minPhases + 3
