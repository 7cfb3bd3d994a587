package decide

import (
	"fmt"
	"math"
)

// An uneven says by how much agents differ in speed for good; zero if they do not, as far as
// is known.
type uneven struct {
	// spread is the standard deviation of the logarithm of the time for a token between
	// agents, without what differs from answer to answer, and reliable the part that it
	// makes up of the variance between the means of agents.
	spread, reliable float64
}

const (
	// unevenClear is the number of standard errors by which the mean square between agents
	// must exceed that within them. There are hundreds of answers, and a system whose
	// agents do not differ should not be taken for one whose agents do.
	unevenClear = 4
	// leastSpread is the smallest spread that matters: at a tenth, shares near the limit
	// change by half a point. Systems whose speed is not quite linear in the context have
	// less.
	leastSpread = 0.1
	// leastReliable is the least part of the variance between agents that must be theirs.
	// Below it the slow agents are in good part those that happened to have slow answers,
	// and to count these for more is a bias.
	leastReliable = 0.7
)

// unevenness pools the analyses of variance of all phases.
func unevenness(all func(yield func(*StaysObservation) bool)) (u uneven) {
	var s StaysObservation
	for o := range all {
		s.Between += o.Between
		s.Within += o.Within
		s.Agents += o.Agents
		s.Answers += o.Answers
		s.Size += o.Size
	}
	if s.Agents <= 0 || s.Answers <= 0 || s.Size <= 0 {
		return u
	}
	between, within, size := s.Between/s.Agents, s.Within/s.Answers, s.Size/s.Agents
	if between <= within*(1+unevenClear*math.Sqrt(2/s.Agents+2/s.Answers)) {
		return u
	}
	variance := (between - within) / size
	u.spread, u.reliable = math.Sqrt(variance), variance/(variance+within/size)
	if u.spread < leastSpread || u.reliable < leastReliable {
		return uneven{}
	}
	return u
}

// text says, as a clause, that agents differ.
func (u *uneven) text() string {
	return fmt.Sprintf("agents differ in speed by %.0f %% for good, and sessions on slow places stay longer than a start can know, which was made up for by theory", 100*u.spread)
}

// A longer says by how much the share of bad requests is higher in the steady state than
// after a start, because slow sessions stay for longer: by more, give or take doubt. Zero for
// lateness, and where agents do not differ for good.
type longer struct{ more, doubt float64 }
