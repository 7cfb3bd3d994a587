package agentperf

import (
	"math"

	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/search"
)

// How the error rate of a tier's answer is spent. Its answer is wrong only if a number
// that does not hold is found to pass, or one that does is found to fail. Most of it
// goes to the former, as shares near 0 take longest to prove; a fail needs one of two
// criteria and divides its part among them. Of each part the first number that the
// search wants to be sure of gets four fifths, the second half of the rest, and so on.
const (
	passPart  = 0.9
	firstPart = 0.8
)

// allowance returns the part of the error rate for the i-th number to be sure of.
func allowance(i int) float64 {
	if i == 0 {
		return firstPart
	}
	return (1 - firstPart) * math.Pow(0.5, float64(i))
}

// enough returns the logarithm of the evidence that a verdict takes.
func enough(errorRate float64, want search.Verdict, i, criteria int) float64 {
	part := passPart
	if want == search.Fail {
		part = (1 - passPart) / float64(criteria)
	}
	return -math.Log(errorRate * part * allowance(i))
}

// weight is what proofs amount to.
type weight struct {
	pass, fail float64 // logarithms of the evidence for either
	hope       float64 // pass, if all open requests turn out well
	lean       search.Verdict
	clear      bool // the lean is by more than chance, roughly
	enough     bool // there are blocks enough to be sure of anything
	blocks     int
	requests   float64
	blind      bool // most answers say nothing
	criteria   int
}

// weigh weighs the proofs of all criteria of a tier. All must hold for a pass, so that
// the weakest evidence is that for it; one that does not is a fail.
func weigh(proofs []proof) weight {
	w := weight{pass: math.Inf(1), hope: math.Inf(1), fail: math.Inf(-1), lean: search.Pass, clear: true, enough: len(proofs) > 0, criteria: len(proofs)}
	if len(proofs) == 0 {
		w.pass, w.hope, w.lean, w.clear = 0, 0, search.Unclear, false
	}
	failing := false
	for i := range proofs {
		p := &proofs[i]
		n, _ := p.For.Counts()
		w.blocks, w.requests = max(w.blocks, len(p.For.Blocks)), max(w.requests, n+float64(p.Blind))
		w.blind = w.blind || p.blind()
		if n == 0 || p.blind() {
			w.pass, w.hope, w.clear = math.Inf(-1), math.Inf(-1), false
			w.enough = w.enough && n > 0
			if w.lean == search.Pass {
				w.lean = search.Unclear
			}
			continue
		}
		w.enough = w.enough && p.For.Enough()
		w.pass, w.hope = min(w.pass, p.For.LogEBelow(p.Limit)), min(w.hope, p.Against.LogEBelow(p.Limit))
		// What wears off, such as a cold cache, must not be taken for the limit.
		if p.Against.Later() > p.Limit {
			w.fail = max(w.fail, p.Against.LogEAbove(p.Limit))
		}
		z := score(&p.Against, p.Limit)
		if z > doubt || p.Against.Share() > p.Limit+far {
			w.lean = search.Fail
			failing = failing || z > clearly
		} else if p.ended() > -clearly {
			w.clear = false
		}
	}
	if w.lean == search.Fail {
		w.clear = failing
	}
	return w
}

// clearly is by how many standard errors a share is beyond its limit when a search
// takes the direction from it.
const clearly = 2

// doubt is by how many standard errors a share is beyond its limit at least when it is
// taken for more, unless it is by far: one step too far up is found out soon, one too low
// is not.
const (
	doubt = 1
	far   = 0.1
)

// ended returns the score of the requests whose end is known.
func (p *proof) ended() float64 {
	n, worst := p.For.Counts()
	_, k := p.Against.Counts()
	n -= worst - k
	if n <= 0 {
		return math.Inf(1)
	}
	effective := min(p.Against.Effective(), n)
	if k == 0 || k == n {
		effective = n
	}
	return (k/n - p.Limit) * math.Sqrt(effective/(p.Limit*(1-p.Limit)))
}

// score returns by how many standard errors the share is above the limit.
func score(e *confseq.Evidence, limit float64) float64 {
	n, k := e.Counts()
	effective := min(e.Effective(), n)
	if p := k / n; p == 0 || p == 1 {
		effective = n // a direction costs little if it is wrong
	}
	return (k/n - limit) * math.Sqrt(effective/(limit*(1-limit)))
}
