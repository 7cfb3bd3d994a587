package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/search"
)

// An assessment sums up the observations of all criteria of a tier.
type assessment struct {
	pass, fail   float64 // log e-values for either
	optimistic   float64 // pass, if all open requests turn out well
	tentative    search.Verdict
	clear        bool // the tentative verdict is by more than chance, roughly
	enough       bool // there are blocks enough to decide on anything
	blocks       int
	requests     float64
	unmeasurable bool // most answers say nothing of some criterion
	criteria     int
}

// assess assesses all criteria of a tier. A pass needs all of them, so that the weakest
// evidence counts; for a fail the strongest does.
func assess(criteria []CriterionObservation) assessment {
	w := assessment{
		pass: math.Inf(1), optimistic: math.Inf(1), fail: math.Inf(-1),
		tentative: search.Pass, clear: true, enough: len(criteria) > 0, criteria: len(criteria),
	}
	if len(criteria) == 0 {
		w.pass, w.optimistic, w.tentative, w.clear = 0, 0, search.Unclear, false
	}
	failing := false
	for i := range criteria {
		c := &criteria[i]
		n, _ := c.For.Counts()
		w.blocks, w.requests = max(w.blocks, len(c.For.Blocks)), max(w.requests, n+float64(c.Unmeasurable-c.Doubtful))
		w.unmeasurable = w.unmeasurable || c.mostlyUnmeasurable()
		if n == 0 || c.mostlyUnmeasurable() {
			w.pass, w.optimistic, w.clear = math.Inf(-1), math.Inf(-1), false
			w.enough = w.enough && n > 0
			if w.tentative == search.Pass {
				w.tentative = search.Unclear
			}
			continue
		}
		w.enough = w.enough && c.For.Enough()
		w.pass, w.optimistic = min(w.pass, c.For.LogEBelow(c.Limit)), min(w.optimistic, c.Against.LogEBelow(c.Limit))
		// What wears off, such as a cold cache, must not be taken for the limit.
		if c.Against.Later() > c.Limit {
			w.fail = max(w.fail, c.Against.LogEAbove(c.Limit))
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

// against returns the log e-value that speaks against a tentative verdict.
func (w *assessment) against(tentative search.Verdict) float64 {
	if tentative == search.Pass {
		return w.fail
	}
	return w.pass
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
