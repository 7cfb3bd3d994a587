package decide

import (
	"cmp"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/search"
)

// Outlook implements [Rule]. It goes through the phases that follow if the limits are in the
// middle of what is open.
func (p *point) Outlook() (o Outlook) {
	if len(p.bounds.List) > 0 {
		return p.listOutlook()
	}
	ahead := *p
	ahead.brackets = slices.Clone(p.brackets)
	limits := make([]int, len(p.brackets))
	for i := range ahead.brackets {
		b := &ahead.brackets[i]
		b.Answers = slices.Clone(b.Answers)
		var aims []int
		if n, ok := b.Next(); ok {
			aims = []int{n}
			limits[i] = p.likely(i, n)
		}
		o.Aims = append(o.Aims, aims)
	}
	for range 64 { // twice the most that a search asks up to mostAgents
		plan, ok := ahead.Next()
		if !ok {
			break
		}
		o.Remaining += plan.Cost
		for i := range ahead.brackets {
			v := search.Pass
			if plan.Agents > limits[i] {
				v = search.Fail
			}
			ahead.brackets[i].Observe(plan.Agents, v)
		}
	}
	return o
}

// likely returns the limit to expect of a tier that would measure n next.
func (p *point) likely(i, n int) int {
	s, start := p.brackets[i].Summary(), cmp.Or(p.brackets[i].Start, p.brackets[i].Min, 1)
	if s.SmallestFailing == 0 {
		return max(unknownRatio*start-1, (s.LargestPassing+n)/2)
	}
	return (s.LargestPassing + s.SmallestFailing) / 2
}

// listOutlook goes through what is left of a list.
func (p *point) listOutlook() (o Outlook) {
	var aims []int
	if n := p.nextListed(); n > 0 {
		aims = []int{n}
	}
	for range p.tiers {
		o.Aims = append(o.Aims, aims)
	}
	var left time.Duration
	for _, n := range p.bounds.List {
		if p.seen[n] == nil {
			left += p.plan(n, p.tiers).Cost
		}
	}
	o.Remaining = left
	return o
}
