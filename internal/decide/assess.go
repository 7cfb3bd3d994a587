package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/search"
)

// An assessment is what a phase under way says of a tier: in which direction to go.
type assessment struct {
	tentative    search.Verdict
	clear        bool // the tentative verdict is by more than chance, roughly
	blocks       int
	requests     float64
	unmeasurable bool // most answers say nothing of some criterion
}

// assess assesses all criteria of a tier: a pass needs all of them, a fail one.
func assess(criteria []CriterionObservation) (w assessment) {
	if len(criteria) == 0 {
		return w
	}
	w.tentative, w.clear = search.Pass, true
	failing := false
	for i := range criteria {
		c := &criteria[i]
		n, _ := c.For.Counts()
		w.blocks, w.requests = max(w.blocks, len(c.For.Blocks)), max(w.requests, n+float64(c.Unmeasurable-c.Doubtful))
		w.unmeasurable = w.unmeasurable || c.mostlyUnmeasurable()
		if n == 0 || c.mostlyUnmeasurable() {
			w.clear = false
			if w.tentative == search.Pass {
				w.tentative = search.Unclear
			}
			continue
		}
		z := score(&c.Against, c.Limit)
		if z > doubt || c.Against.Share() > c.Limit+far {
			w.tentative = search.Fail
			failing = failing || z > clearly
		} else if c.endedScore() > -clearly {
			w.clear = false
		}
	}
	if w.tentative == search.Fail {
		w.clear = failing
	}
	return w
}

const (
	// clearly is the number of standard errors between a share and its limit from which
	// its direction is clear, so that a phase may end early. At 2, chance misleads one
	// step in fifty.
	clearly = 2
	// doubt is the number of standard errors above its limit from which a share points to
	// a fail. One step too far up is found out by the next phase, one too far down is
	// not: in 2,000 simulated searches 1 did better than 0.
	doubt = 1
	// far is how much above its limit a share points to a fail whatever its standard
	// error, which few requests make large.
	far = 0.1
)

// endedScore returns the score of the requests of which the end is known.
func (c *CriterionObservation) endedScore() float64 {
	n, worst := c.For.Counts()
	_, k := c.Against.Counts()
	n -= worst - k
	if n <= 0 {
		return math.Inf(1)
	}
	effective := min(c.Against.Effective(), n)
	if k == 0 || k == n {
		effective = n
	}
	return (k/n - c.Limit) * math.Sqrt(effective/(c.Limit*(1-c.Limit)))
}

// score returns the number of standard errors by which the share is above the limit.
func score(e *confseq.Evidence, limit float64) float64 {
	n, k := e.Counts()
	effective := min(e.Effective(), n)
	if p := k / n; p == 0 || p == 1 {
		effective = n // a direction costs little if it is wrong
	}
	return (k/n - limit) * math.Sqrt(effective/(limit*(1-limit)))
}

const (
	// looks is the number of blocks, and fewest the number of requests, after which a
	// phase that only has to give a direction ends, clear or not. Leaving too early costs
	// a detour and no wrong answer.
	looks  = 6
	fewest = 10
	// leastBlocks is the number of blocks that any direction takes, however clear.
	leastBlocks = 3
	// blankBlocks is the number of blocks after which a number is left most of whose
	// answers have no figure to judge: twice what a direction takes.
	blankBlocks = 2 * looks
)
