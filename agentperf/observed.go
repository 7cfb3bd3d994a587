package agentperf

import "github.com/agentperf/agentperf-go/internal/observe"

// accelerators returns the number of those of the system; 0 if it is not stated.
func (r *run) accelerators() int {
	if s := r.report.System; s != nil {
		return s.Accelerators
	}
	return 0
}

// observed sets what was observed.
func (p *PhaseResult) observed(seen *observe.Seen) {
	p.Server, p.Power = seen.Server, seen.Power
	p.Warnings = append(p.Warnings, seen.Warnings...)
	if f := p.Figures; f != nil {
		p.Yields = p.Power.Yields(f.OutputTokensPerSecond)
	}
}
