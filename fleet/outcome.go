package fleet

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

// blame says whose entry cannot be.
func (a *attempt) blame(err error) string {
	if e, ok := errors.AsType[*load.PartError](err); ok {
		return fmt.Sprintf("worker %s tells what cannot be: %v", a.names[e.Part], e.Err)
	}
	return err.Error()
}

// phase returns the phase, which is invalid if there is a fault.
func (a *attempt) phase(before, after []clock, fault string) (*record.Phase, error) {
	a.collect()
	fault = cmp.Or(fault, a.broken)
	var gaps metrics.Gaps
	var warnings []metrics.Warning
	var reconnects int64
	for i := range a.parts {
		t, check := &a.parts[i], a.check(i)
		if t.final {
			m := &t.ended
			if m.Gaps != nil {
				gaps.Merge(m.Gaps)
			}
			reconnects += m.Reconnects
			for _, text := range m.Warnings {
				warnings = append(warnings, metrics.Warning{Code: "connections", Text: "worker " + a.names[i] + ": " + text})
			}
			check = m.Client
		}
		check.Name, check.StartLate, check.ClockError = a.names[i], record.None, record.None
		if t.started {
			check.StartLate = t.late
		}
		if t.final && after != nil {
			if after[i].n == 0 {
				fault = cmp.Or(fault, "worker "+a.names[i]+" does not tell its clock any more")
			} else if check.ClockError = after[i].error(before[i]); check.ClockError > mostClockError {
				fault = cmp.Or(fault, fmt.Sprintf("the clock of worker %s is known to %v, where %v is allowed", a.names[i], check.ClockError, mostClockError))
			}
		}
		a.merge.Client(i, check)
	}
	why := record.Interrupted
	if fault != "" {
		why = record.Stopped
	}
	p, err := a.merge.Phase(why, fault)
	switch {
	case fault != "":
	case err != nil:
		p.Fault = a.blame(err)
	case p.Up < p.Agents && p.Settled < p.WindowEnd:
		p.Fault = fmt.Sprintf("%d of %d agents were not started", p.Agents-p.Up, p.Agents)
	}
	if a.apart != "" {
		warnings = append(warnings, metrics.Warning{Code: "endpoints", Text: a.apart})
	}
	p.Gaps.Merge(&gaps)
	p.Reconnects, p.Warnings = reconnects, warnings
	return p, a.err
}
