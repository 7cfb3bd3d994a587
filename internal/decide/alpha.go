package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/search"
)

// Alpha spending: how the error rate of a tier's answer is split. Its answer is wrong only
// if a number that does not hold is found to pass, or one that does is found to fail. Most
// of it goes to the former, as shares near 0 take longest to prove; a fail needs one of
// the criteria and divides its part among them. Of each part the first number that has to
// be sure gets four fifths, the second half of the rest, and so on.
const (
	passPart  = 0.9
	firstPart = 0.8
)

// alpha returns the part of the error rate for the i-th number of a verdict, from 0.
func alpha(i int) float64 {
	if i == 0 {
		return firstPart
	}
	return (1 - firstPart) * math.Pow(0.5, float64(i))
}

// needed returns the log e-value that a verdict takes of the i-th number, from 0.
func needed(errorRate float64, want search.Verdict, i, criteria int) float64 {
	part := passPart
	if want == search.Fail {
		part = (1 - passPart) / float64(criteria)
	}
	return -math.Log(errorRate * part * alpha(i))
}
