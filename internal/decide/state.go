package decide

import (
	"cmp"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/search"
)

// limits returns the first and last number that may be tried, and the one to start with.
func (c *controlled) limits() (first, last, start int) {
	first = cmp.Or(c.bounds.Min, 1)
	return first, cmp.Or(c.bounds.Max, math.MaxInt32), cmp.Or(c.bounds.Start, first)
}

// single reports whether only one number may be tried.
func (c *controlled) single() bool {
	first, last, _ := c.limits()
	return first == last
}

// latest returns the index of the last phase at a number, -1 if there is none.
func (c *controlled) latest(n int) int {
	for i := len(c.seen) - 1; i >= 0; i-- {
		if c.seen[i].Agents == n {
			return i
		}
	}
	return -1
}

func newControlled(cfg Controlled, tiers []Tier, b Bounds) *controlled {
	c := &controlled{Controlled: cfg, tiers: tiers, bounds: b, levels: make([]level, len(tiers))}
	for i := range c.levels {
		c.levels[i].numbers = make(map[int]*number)
	}
	c.forget()
	return c
}

// controlled is the controlled rule. It measures most numbers of agents only until they show
// which way to go, and the two nearest to the limit that can be told apart from it in phases
// with fresh draws, until they are decided.
type controlled struct {
	Controlled
	tiers   []Tier
	bounds  Bounds
	levels  []level
	seen    []replicate
	elapsed float64  // seconds of the system's time
	draws   int      // the first draw that no phase has had
	past    exposure // until now

	derived *derived
}

// derived is what follows from the observations, shared by copies of a rule.
type derived struct {
	from       int   // the first phase that counts
	heat       *heat // nil if the system has none
	weighed    *weighed
	population *Population
	mean       float64 // of what an agent of the population holds
	meanInput  float64
	moments    map[int][]moment
	models     map[[3]int]float64 // see [controlled.model]
	uneven     *uneven
	stayCurves map[[2]int]loadCurve // of criteria of tiers
	longer     map[[3]int]longer    // and at numbers of agents
}

// A replicate is an observation that counts.
type replicate struct {
	Observation
	earlier bool     // of another run, at another time
	at      float64  // the middle of the window, in seconds of the system's time
	past    exposure // of the system's time until at
}

// counted returns the phases that count.
func (c *controlled) counted() []replicate { return c.seen[c.derived.from:] }

// forget drops what was derived.
func (c *controlled) forget() {
	c.derived = &derived{
		moments: make(map[int][]moment), models: make(map[[3]int]float64),
		stayCurves: make(map[[2]int]loadCurve), longer: make(map[[3]int]longer),
	}
}

// spell returns the number of blocks that the longest spell takes.
func (c *controlled) spell() int {
	if c.Block <= seconds(mostBlock) {
		return 1
	}
	return int(math.Ceil(c.Block.Seconds() / mostBlock))
}

// level is the state of one tier under the controlled rule, beside the observations.
type level struct {
	numbers map[int]*number
	// passes and fails count the numbers that a part of the error rate was assigned to,
	// for either verdict.
	passes, fails int
}

// number is the state of one number of agents on one tier.
type number struct {
	measured time.Duration
	phases   int
	void     int  // phases without evidence since the last that had some
	invalid  bool // the latest phase was one in which the client failed
	// failed counts phases that failed categorically: nothing succeeded, or agents
	// starved. A single one may have been an outage. why is the reason of the latest.
	failed int
	why    string
	// passRank and failRank are the ranks of the assigned parts of the error rate, from
	// 1; 0 if none is assigned.
	passRank, failRank int
	// kept is the verdict of a bound that was reached when both were: Unclear for none.
	kept search.Verdict
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

// categorical reports whether a number fails whatever its statistics: at least two of its
// phases, and at least half of them, failed categorically.
func (k *number) categorical() bool { return k.failed > 1 && k.failed >= k.phases-k.failed }
