package agentperf

import (
	"cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
)

// A glance is what the window of a phase under way shows to people.
type glance struct {
	figures  *Figures
	client   *metrics.ClientCheck
	criteria [][]Criterion
}

// glanceError is the probability with which each end of an interval of a glance may be wrong:
// people expect 95 %.
const glanceError = 0.025

// glance takes one of a phase as it is known now.
func (r *run) glance(plan decide.Plan, p *record.Phase) (g glance) {
	g.figures, _ = figures(p, r.criteria)
	g.client = derive.ClientCheck(p)
	o := decide.Observe(r.criteria, cmp.Or(plan.Block, pointBlock), p)
	for i := range o.Tiers {
		var promises []Criterion
		for j := range o.Tiers[i].Criteria {
			promises = append(promises, criterionSofar(&o.Tiers[i].Criteria[j]))
		}
		g.criteria = append(g.criteria, promises)
	}
	return g
}

func criterionSofar(c *decide.CriterionObservation) Criterion {
	requests, _ := c.Against.Counts()
	lower, _ := c.Against.Bounds(glanceError)
	_, upper := c.For.Bounds(glanceError)
	return Criterion{
		Name: c.Name, Limit: c.Limit, Estimate: c.Against.Share(), Lower: &lower, Upper: &upper,
		Requests: int(requests), Effective: c.Against.Effective(),
	}
}
