package derive

import (
	"fmt"
	"strings"

	"github.com/agentperf/agentperf-go/metrics"
)

// Reasons counts the answers without an output speed by the reason.
type Reasons map[metrics.Unmeasurable]int

// Add counts some more.
func (r *Reasons) Add(why metrics.Unmeasurable, n int) {
	if *r == nil {
		*r = make(Reasons)
	}
	(*r)[why] += n
}

// LongAnswer is the number of tokens from which an answer should have an output speed. A tool
// call of fewer comes as one event from parsers that hold it back until it is whole.
const LongAnswer = 64

// Noteworthy reports whether a reader has to know of the answers without a speed: where some
// are doubtful, long is the number of those of at least [LongAnswer] tokens, or they are more
// than half of all. Others are short.
func (r Reasons) Noteworthy(all, long int) bool {
	n := 0
	for why, k := range r {
		if n += k; why.Doubtful() && k > 0 {
			return true
		}
	}
	return long > 0 || 2*n > all
}

// Text says how many of all answers have no speed and why.
func (r Reasons) Text(all int) string {
	n := 0
	var parts []string
	for _, why := range metrics.Unmeasurables() {
		if k := r[why]; k > 0 {
			n += k
			parts = append(parts, fmt.Sprintf("they %s (%d)", why.Text(), k))
		}
	}
	if len(parts) == 1 {
		parts[0] = strings.TrimSuffix(parts[0], fmt.Sprintf(" (%d)", n))
	}
	return fmt.Sprintf("%d of %d answers have no output speed: %s", n, all, strings.Join(parts, "; "))
}
