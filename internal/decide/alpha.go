package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/search"
)

// Alpha spending: how the error rate of a tier's answer is split. The answer is wrong only
// if a number that does not hold is found to pass, or one that holds is found to fail.
const (
	// passPart is the part for passes, which take longest to prove: their shares of bad
	// requests are near 0. A fail needs only one criterion, so that the rest is divided
	// among the criteria. Two thirds of the measuring time goes into the number that
	// passes; 2,000 simulated searches favored 0.9 over 0.8.
	passPart = 0.9
	// firstPart is the part of either for the first number that has to be decided; the
	// second gets half of what is left, and so on. The same searches favored 0.8 over 0.6.
	firstPart = 0.8
)

// alpha returns the part for the i-th number to be decided by one verdict, from 0.
func alpha(i int) float64 {
	if i == 0 {
		return firstPart
	}
	return (1 - firstPart) * math.Pow(0.5, float64(i))
}

// needed returns the log e-value from which the i-th number, from 0, has a verdict.
func needed(errorRate float64, want search.Verdict, i, criteria int) float64 {
	part := passPart
	if want == search.Fail {
		part = (1 - passPart) / float64(criteria)
	}
	return -math.Log(errorRate * part * alpha(i))
}
