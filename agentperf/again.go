package agentperf

import (
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
)

// mostRepeats bounds how often in a row a phase is repeated in which a Load failed. A worker of
// a fleet that was lost is back for the next; what fails so often fails for a reason that
// another attempt does not end.
const mostRepeats = 3

// again reports whether a phase, in which a Load of the caller's may have failed, is to be
// repeated as it was planned. The rule is not told of it: it says nothing of the number. A
// journal has it without the parts of the error rate that were planned with it, which the
// repetition assigns.
func (r *run) again(p *record.Phase) bool {
	if _, local := r.load.(*LocalLoad); local || derive.LocalFailure(p) == "" {
		r.repeats = 0
		return false
	}
	r.repeats++
	return r.repeats <= mostRepeats
}
