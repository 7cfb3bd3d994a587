package agentperf

import "slices"

// outlook returns an event with what is known between phases of the run as a whole.
func (r *run) outlook() (e Event) {
	if r.progress == nil {
		return e
	}
	o := r.rule.Outlook()
	e.Remaining, e.RemainingMost = o.Remaining, o.Most
	for i, c := range r.rule.Conclude() {
		e.Tiers = append(e.Tiers, TierProgress{
			Tier: r.tiers[i].String(), Holds: c.Holds, Fails: c.Fails, Seems: max(c.Holds, c.Tentative), Limit: c.Limit, Next: o.Aims[i],
		})
	}
	return e
}

// tell passes an event on, with what the outlook before it says of the run as a whole.
func (r *run) tell(outlook, e Event) {
	if r.progress == nil {
		return
	}
	e.Tiers = slices.Clone(outlook.Tiers)
	e.Remaining, e.RemainingMost = outlook.Remaining, outlook.RemainingMost
	r.progress(e)
}
