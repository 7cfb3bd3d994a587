package decide

// A Past tells a rule of the phases in a journal, in their order. A phase in which the
// client failed is left out, since it says nothing of a client that was started again; but
// the parts of the error rate that were assigned with it stay assigned, as later plans
// build on that.
type Past struct {
	Rule  Rule
	alpha []Assignment // of phases left out since the last that was not
}

// Observe tells the rule of the next phase.
func (p *Past) Observe(plan Plan, o Observation) error {
	plan.Alpha = append(p.alpha, plan.Alpha...)
	if o.Invalid != "" {
		p.alpha = plan.Alpha
		return nil
	}
	p.alpha = nil
	return p.Rule.Observe(plan, o)
}
