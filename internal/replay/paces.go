package replay

import (
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Paces holds the steady states of a workload under a policy, by pace. It is not safe for
// concurrent use.
type Paces struct {
	Workload *trajectory.Workload
	Policy   trajectory.Policy

	known map[record.Pace]*trajectory.Steady
}

// mostPaces bounds what is kept, some 100 bytes for each turn of the workload at each pace. A
// phase and the judgment after it need a handful.
const mostPaces = 16

// At returns the steady state at a pace.
func (p *Paces) At(pace record.Pace) *trajectory.Steady {
	s := p.known[pace]
	if s == nil {
		if p.known == nil || len(p.known) >= mostPaces {
			p.known = make(map[record.Pace]*trajectory.Steady)
		}
		s = trajectory.NewSteady(p.Workload, p.Policy, trajectory.Pace(pace))
		p.known[pace] = s
	}
	return s
}
