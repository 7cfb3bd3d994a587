package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/internal/confseq"
)

// worstAbove returns the share of bad requests in phases of n agents or more whose agents
// held more than in any of those given; 1 if fewer than three are known.
func (c *controlled) worstAbove(i, j, n int, phases []*replicate) float64 {
	top := 0.0
	for _, o := range phases {
		top = max(top, o.Load.Held)
	}
	sum, bad, count := 0.0, 0.0, 0
	for k := range c.counted() {
		o := &c.counted()[k]
		if o.Agents >= n && o.Load.Held > top && c.felt(o) >= float64(n) {
			a, b := c.counts(o, i, j, 0)
			sum, bad, count = sum+a, bad+b, count+1
		}
	}
	if count < 3 || sum == 0 {
		return 1
	}
	return bad / sum
}

// betOnLateness adds the bets on blocks of time. Where shares are next to 0, which those of
// late requests are at numbers that hold, the variance between phases is next to unknown;
// bets take no variance. What was late at n agents or more counts for n as well, since fewer
// agents are not served later: the mean of two e-values is one. Where anything was late at n
// agents or fewer, the phases have to agree: it may have come in spells.
func (c *controlled) betOnLateness(x *criterionEvidence, i, j, n int, phases []*replicate, q float64) {
	x.bets = true
	var own, more [2]confseq.Evidence
	late := false
	var lower []sample
	for k := range c.counted() {
		o := &c.counted()[k]
		if len(o.Tiers[i].Criteria) == 0 {
			continue
		}
		e := &o.Tiers[i].Criteria[j]
		if o.Agents >= n {
			more[0].Join(e.For)
		}
		if o.Agents <= n {
			if r, b := e.Against.Counts(); r > 0 {
				lower = append(lower, sample{n: r, k: b})
				late = late || b > 0
			}
		}
	}
	for _, o := range phases {
		own[0].Join(o.Tiers[i].Criteria[j].For)
		own[1].Join(o.Tiers[i].Criteria[j].Against)
	}
	x.lateness = &own[1]
	k := c.spell()
	x.betOn = bets{own[0].Spread(k), more[0].Spread(k)}
	against := own[1].Spread(k)
	x.betPass, x.betFail = x.betOn.logBelow(q), math.Inf(-1)
	if against.Enough() {
		x.betFail = against.LogEAbove(q)
	}
	pass := x.betPass
	if late {
		s := plain(lower, q)
		pass = min(pass, x.logPass, logE((q-s.p)/math.Sqrt(s.v/s.m), s.m, s.nu))
	} else if x.pass.phases < minPhases {
		pass = math.Inf(-1)
	}
	x.logPass, x.logFail = pass, min(x.betFail, x.logFail)
}

// plain estimates a share from phases as they are, without a curve.
func plain(samples []sample, q float64) (s share) {
	flat := loadCurve{a: math.Inf(-1), n0: 1}
	return assist(&flat, 1, []moment{{}}, 0, samples, 1<<20, q)
}
