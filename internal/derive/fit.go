package derive

import (
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Fit says how many tokens a byte of visible output has in the answers of a phase, to hold
// each of them against the others: an answer with far more of them has tokens that were not
// in what was seen. It does not depend on the order of the answers, and those with a count
// that cannot be whatever others have do not take part. What all answers have in common, such
// as reasoning of a constant share that is neither shown nor stated, it cannot tell.
type Fit struct {
	most float64 // tokens for each byte at most; 0 where there is nothing to compare with
}

const (
	// fitAnswers is the least number of answers to compare with: a median of fewer may be
	// that of the odd ones.
	fitAnswers = 8
	// fitTokens is the least number of tokens of an answer that is compared. Short ones, such
	// as a number or a name of a tool, vary by themselves.
	fitTokens = 16
	// fitFactor is how many times the median is too much: prose, code and JSON are 3 to 5
	// bytes a token in one vocabulary, so that the median and another are within a factor of
	// two.
	fitFactor = 2
)

// FitOf returns how many tokens the answers have that ended at an instant or before.
func FitOf(p *record.Phase, at time.Duration) Fit {
	var all []float64
	for i := range p.Rows {
		r := &p.Rows[i]
		if r.Outcome != record.OK || r.End > at || r.TokenSource != sourceUsage || r.Bytes <= 0 {
			continue
		}
		t := r.Timing()
		if n := t.VisibleTokens(); n >= fitTokens && t.Unmeasurable() != metrics.TokensDoNotFit {
			all = append(all, float64(n)/float64(r.Bytes))
		}
	}
	if len(all) < fitAnswers {
		return Fit{}
	}
	slices.Sort(all)
	return Fit{most: fitFactor * all[len(all)/2]}
}

// Timing is [record.Row.Timing], with the count doubted where it does not fit those of the others.
func (f Fit) Timing(r *record.Row) metrics.Timing {
	t := r.Timing()
	if f.most > 0 && t.TokenSource == metrics.SourceUsage && t.FirstSource != metrics.SourceContinuous {
		n := t.VisibleTokens()
		t.Doubted = t.Doubted || n >= fitTokens && float64(n) > f.most*float64(t.Bytes)
	}
	return t
}
