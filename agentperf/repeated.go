package agentperf

import (
	"fmt"

	"github.com/agentperf/agentperf-go/internal/observe"
	"github.com/agentperf/agentperf-go/metrics"
)

// repeated collects the warnings of phases. What is said of several, as what observers saw
// often is, is said once.
type repeated struct {
	all []repeatedWarning
}

type repeatedWarning struct {
	phase string // the first
	metrics.Warning
	more int // phases
}

// add adds a warning of a phase.
func (r *repeated) add(phase string, w metrics.Warning) {
	for i := range r.all {
		if of := &r.all[i]; of.Code == w.Code && (of.Text == w.Text || observe.OfPhase(w.Code)) {
			if of.phase != phase {
				of.more++
			}
			return
		}
	}
	r.all = append(r.all, repeatedWarning{phase: phase, Warning: w})
}

// warnings returns them in the order of the phases in which they were first.
func (r *repeated) warnings() (all []metrics.Warning) {
	for _, w := range r.all {
		switch w.more {
		case 0:
		case 1:
			w.phase += " and another"
		default:
			w.phase += fmt.Sprintf(" and %d others", w.more)
		}
		all = append(all, metrics.Warning{Code: w.Code, Text: w.phase + ": " + w.Text})
	}
	return all
}
