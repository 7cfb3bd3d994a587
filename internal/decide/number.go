package decide

import (
	"math"
	"time"

	"github.com/agentperf/agentperf-go/search"
)

// level is the state of one tier under the controlled rule.
type level struct {
	numbers map[int]*number
	// passes and fails count the numbers that a part of the error rate was assigned to,
	// for either verdict.
	passes, fails int
}

// number is the state of one number of agents on one tier. It is bounded by phases and
// criteria, whatever the number of requests.
type number struct {
	criteria []CriterionObservation
	measured time.Duration
	phases   int
	void     int  // phases without evidence since the last that had some
	invalid  bool // the latest phase was one in which the client failed
	// failed counts phases that failed categorically: nothing succeeded, or agents
	// starved. A single one may have been an outage. why is the reason of the latest.
	failed int
	why    string
	// tentative is the direction of the evidence when a search last took it up.
	tentative search.Verdict
	// passRank and failRank are the ranks of the assigned parts of the error rate, from
	// 1; 0 if none is assigned.
	passRank, failRank int

	known *assessment // of criteria, once assessed
}

// at returns the state of a number of agents, creating it if needed.
func (l *level) at(n int) *number {
	k := l.numbers[n]
	if k == nil {
		k = &number{}
		l.numbers[n] = k
	}
	return k
}

// clone returns an independent copy. Observations are shared, as they are never changed.
func (l *level) clone() level {
	c := *l
	c.numbers = make(map[int]*number, len(l.numbers))
	for n, k := range l.numbers {
		c.numbers[n] = new(*k)
	}
	return c
}

// assess assesses what is known of a number, and of one more phase if there is one.
func (k *number) assess(more []CriterionObservation) assessment {
	if more != nil {
		return assess(k.joined(more))
	}
	if k.known == nil {
		k.known = new(assess(k.criteria))
	}
	return *k.known
}

// joined returns the observations of the criteria with those of one more phase.
func (k *number) joined(more []CriterionObservation) []CriterionObservation {
	if len(k.criteria) == 0 {
		return more
	}
	all := append([]CriterionObservation(nil), k.criteria...)
	for i := range more {
		if i < len(all) {
			all[i].join(more[i])
		}
	}
	return all
}

// observe adds a phase.
func (k *number) observe(o *TierObservation, measured time.Duration) {
	k.phases++
	k.void, k.invalid = 0, false
	k.measured += measured
	if o.Categorical != "" {
		k.failed++
		k.why = o.Categorical
		return
	}
	k.criteria, k.known = k.joined(o.Criteria), nil
}

// categorical reports whether a number fails whatever its statistics: at least two of its
// phases, and at least half of them, failed categorically.
func (k *number) categorical() bool { return k.failed > 1 && k.failed >= k.phases-k.failed }

// flip bounds the probability that a number which is being decided changes its direction
// by chance: the e-value against the direction must reach 1/flip. A tenth keeps a search
// from following every look; a wrong direction costs only time.
const flip = 0.1

// belief returns what to think of a number, given also what one more phase has observed so
// far and how long it has measured.
func (c *controlled) belief(k *number, n int, more []CriterionObservation, measured time.Duration) belief {
	if k.categorical() {
		return belief{N: n, Lean: search.Fail, Sure: true, Spent: true}
	}
	w := k.assess(more)
	b := belief{N: n, Lean: w.tentative}
	if k.failed > 0 && len(k.criteria) == 0 && more == nil {
		b.Lean = search.Fail
	}
	assigned := k.passRank+k.failRank > 0
	if assigned && k.tentative != search.Unclear && w.tentative != k.tentative {
		// What was to be decided keeps its direction until the evidence against it is
		// more than chance.
		if against := w.against(k.tentative); against < math.Log(1/flip) {
			b.Lean = k.tentative
		}
	}
	if w.enough {
		if k.passRank > 0 && w.pass >= needed(c.ErrorRate, search.Pass, k.passRank-1, w.criteria) {
			b.Lean, b.Sure = search.Pass, true
		}
		if k.failRank > 0 && w.fail >= needed(c.ErrorRate, search.Fail, k.failRank-1, w.criteria) {
			b.Lean, b.Sure = search.Fail, true
		}
	}
	measured += k.measured
	switch {
	case k.void > 1 || assigned && measured >= c.MaxMeasure:
		b.Spent = true
	case b.Lean == search.Unclear:
		b.Spent = measured >= c.patience() || w.unmeasurable && measured >= blankBlocks*c.Block
	case assigned && !b.Sure:
		b.Spent = measured >= c.patience() && c.projected(k, &w, b.Lean, measured) > 2*c.MaxMeasure
	}
	return b
}

const (
	// looks is the number of blocks, and fewest the number of requests, after which a
	// number that only has to give a direction is left, clear or not: a minute with the
	// default block. Leaving too early costs a detour and no wrong answer.
	looks  = 6
	fewest = 10
	// leastBlocks is the number of blocks that any direction takes, however clear.
	leastBlocks = 3
	// blankBlocks is the number of blocks after which a number is left most of whose
	// answers have no figure to judge: twice what a direction takes.
	blankBlocks = 2 * looks
	// hopeless is the number of blocks before which no number is given up. Somewhat more,
	// about 110, prove that less than 5 % are late where none is; 2,000 simulated searches
	// favored 90 over 40.
	hopeless = 90
	// sureBlocks is the number of blocks that a decision is assumed to take, to weigh it
	// against directions, which take looks. Only the ratio of the two counts.
	sureBlocks = 60
)

// patience is how long a number is measured before it may be given up: long enough for
// hopeless blocks, and no less than a sixth of its time.
func (c *controlled) patience() time.Duration {
	return min(c.MaxMeasure, max(c.MaxMeasure/6, hopeless*c.Block))
}

// projected estimates the total time a number would have to be measured to be decided, if
// its evidence grows as it did.
func (c *controlled) projected(k *number, w *assessment, want search.Verdict, measured time.Duration) time.Duration {
	have, rank := w.optimistic, k.passRank
	if want == search.Fail {
		have, rank = w.fail, k.failRank
	}
	const start = 1 // log e-values start at about -1, the price of betting on many shares at once
	factor := (needed(c.ErrorRate, want, max(rank, 1)-1, w.criteria) + start) / max(have+start, 1e-6)
	return time.Duration(min(float64(measured)*factor, float64(forever)))
}
