package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/search"
)

// weighed is all that the observations say: of the system's memory, and of each tier and
// number.
type weighed struct {
	memory memory
	tiers  []weighedTier
}

type weighedTier struct {
	fits    [2][]fitted // of each criterion: with open and doubtful answers as bad, and as good
	numbers map[int]*evidence
}

// fitted is the curve of one criterion.
type fitted struct {
	loadCurve
	gamma float64
}

// evidence is what is known of one tier at one number of agents.
type evidence struct {
	criteria []criterionEvidence
	// blocked says why no verdict may be given, or neither a pass nor a fail in particular.
	blocked, noPass, noFail string
	measured                float64
	phases                  int
	tentative               search.Verdict
	unmeasurable            bool
	hot                     bool // there are phases, and heat, for which some may not count
	requests                float64
}

// criterionEvidence is that of one criterion.
type criterionEvidence struct {
	pass, fail share // with what is doubtful as bad, and as good
	lateness   *confseq.Evidence
	betOn      bets
	joined     CriterionObservation
	logPass    float64 // log e-values
	logFail    float64
	// betPass and betFail are the parts that are bets on blocks; only lateness has them.
	betPass, betFail float64
	bets             bool
}

// evidence returns the log e-values for a pass and for a fail. A pass needs all criteria, a
// fail only one.
func (e *evidence) evidence() (pass, fail float64) {
	pass, fail = math.Inf(1), math.Inf(-1)
	for j := range e.criteria {
		x := &e.criteria[j]
		p, f := x.logPass, x.logFail
		// What wears off, such as a cold cache, must not be taken for the limit, and what
		// sets in is no reason to pass.
		if x.pass.later > x.joined.Limit {
			p = math.Inf(-1)
		}
		if x.fail.later <= x.joined.Limit {
			f = math.Inf(-1)
		}
		pass, fail = min(pass, p), max(fail, f)
	}
	if len(e.criteria) == 0 || e.blocked != "" || e.noPass != "" {
		pass = math.Inf(-1)
	}
	if e.blocked != "" || e.noFail != "" {
		fail = math.Inf(-1)
	}
	return pass, fail
}
