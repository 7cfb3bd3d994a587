package record

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
