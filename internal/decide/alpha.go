package decide

import (
	"math"

	"github.com/agentperf/agentperf-go/search"
)

// Alpha spending: how the error rate of a tier's answer is split. The answer is wrong only
// if a number that does not hold is found to pass, or one that holds is found to fail.
// passPart is the part for passes. A fail needs only one criterion, so that the rest is
// divided among the criteria.
const passPart = 0.5

// alpha returns the part for the i-th number to be decided by one verdict, from 0: a half, a
// sixth, a twelfth and so on, which add up to 1. A search takes up two or three numbers on
// either side, and what a part is smaller costs little: a tenth of it some 2.3 nats.
func alpha(i int) float64 { return 1 / float64((i+1)*(i+2)) }

// needed returns the log e-value from which the i-th number, from 0, has a verdict.
func needed(errorRate float64, want search.Verdict, i, criteria int) float64 {
	part := passPart
	if want == search.Fail {
		part = (1 - passPart) / float64(criteria)
	}
	return -math.Log(errorRate * part * alpha(i))
}
