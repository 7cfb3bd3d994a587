package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

// CompareOptions say how two runs are compared. The zero value is ready.
type CompareOptions struct {
	// Tolerance is the share by which something may be worse and still be [NoWorse]: of a
	// number of agents, of a speed or throughput, and of a tier's ceiling of TTFT. 0 means 0.1,
	// since a search by default leaves about that between the numbers it is sure of; negative
	// means none.
	Tolerance float64
	// Ignore are fields in which the configurations may differ, as in [Comparable].
	Ignore []string
}

// A Comparison says how the second of two runs differs from the first.
type Comparison struct {
	// A and B are the names of the reports.
	A string `json:"a"`
	B string `json:"b"`
	// Tiers holds a verdict for each service level that both runs have, in the order of the
	// first. Of a System Load Test it holds the peak and each speed that both were asked about.
	Tiers []Change `json:"tiers"`
	// Figures hold what both measured at the same number of agents or concurrency.
	Figures []Change `json:"figures"`
	// Systems are the differences in what is stated of the systems under test.
	Systems []Difference `json:"systems"`
	// Notes say what a reader must know beside the verdicts.
	Notes []string `json:"notes"`
}

// Compare compares two runs of one configuration, such as before and after a change of the
// system.
//
// Of a tier, the numbers of agents decide if both runs were under agentperf.Controlled: the
// bounds of both hold with the error rates of the rules, and if they do not overlap one of the
// runs had more agents for sure. Where they do, the figures decide that both runs measured at one
// number of agents, the one that was measured longest: P25 speed and P95 TTFT, by their intervals
// of 95 %. Two such intervals of independent runs lie apart by chance in at most 5 % of cases,
// and about 0.6 % where they are as wide as each other; the probability that is given is 5 % for
// each figure. That is of intervals looked at once, while the controlled rule ends a number when
// its evidence is enough: figures near a limit lie apart by chance somewhat more often. Intervals
// say nothing of what all of a run has in common, such as a slow hour: what is sure is that the
// runs differ, and not why.
//
// Under agentperf.Point nothing is ever sure, as it bounds no error, and neither is anything of
// a System Load Test, whose figures have no intervals. Change.Seems is what there is.
//
// Measured power and energy for each output token are among the figures where both runs have them
// on one basis; they decide nothing.
//
// The error names the fields for which [Comparable] finds that the runs are not comparable.
func Compare(a, b *Report, o CompareOptions) (*Comparison, error) {
	if math.IsNaN(o.Tolerance) || o.Tolerance >= 1 {
		return nil, fmt.Errorf("report: Tolerance is %v, expected less than 1", o.Tolerance)
	}
	if all := Comparable(a, b, o.Ignore...); len(all) > 0 {
		errs := make([]error, len(all))
		for i, d := range all {
			errs[i] = errors.New(d.String())
		}
		return nil, fmt.Errorf("report: the runs cannot be compared, as they differ in\n%w", errors.Join(errs...))
	}
	o.Tolerance = max(0, cmp.Or(o.Tolerance, 0.1))
	c := &Comparison{A: cmp.Or(a.Name, "the first"), B: cmp.Or(b.Name, "the second"), Tiers: []Change{}, Figures: []Change{}, Systems: systems(a, b), Notes: []string{}}
	if a.SLT != nil {
		c.sweeps(a.SLT, b.SLT, o.Tolerance)
	} else {
		c.agents(a.Agentperf, b.Agentperf, o.Tolerance)
	}
	c.notes(a, b)
	return c, nil
}

// Outcome is that of the tier that fared worst, where Unknown is between NoWorse and Worse; it
// is Unknown without any tier.
func (c *Comparison) Outcome() Outcome {
	return worst(c.Tiers, func(c *Change) Outcome { return c.Outcome })
}

// Seems is [Comparison.Outcome] by the estimates alone.
func (c *Comparison) Seems() Outcome {
	return worst(c.Tiers, func(c *Change) Outcome { return c.Seems })
}

// rank orders outcomes from the best to the worst.
var rank = map[Outcome]int{Better: 0, NoWorse: 1, Unknown: 2, Worse: 3}

func worst(changes []Change, of func(*Change) Outcome) Outcome {
	if len(changes) == 0 {
		return Unknown
	}
	found := Better
	for i := range changes {
		if o := of(&changes[i]); rank[o] > rank[found] {
			found = o
		}
	}
	return found
}
