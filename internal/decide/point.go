package decide

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/search"
)

// Point configures the point rule. The fields are those of every plan. Only Timeout has a
// default: the caller sets the others.
type Point struct {
	SpawnRate                    float64
	Settle, Measure              time.Duration
	MinTrajectories, MinPerAgent int
	// Timeout ends a window with its minima unmet; 0 means six times Measure and at least
	// a minute after settling.
	Timeout, Drain time.Duration
	// Minima returns how long the window lasts until the minima are met, if agents get just
	// the speed of a tier; nil if that is not known.
	Minima func(t *Tier, agents int) time.Duration
}

// NewPoint returns the point rule for the given tiers.
func NewPoint(cfg Point, tiers []Tier, b Bounds) Rule {
	p := &point{Point: cfg, tiers: tiers, bounds: b, seen: make(map[int]*pointNumber)}
	for range tiers {
		p.brackets = append(p.brackets, search.Bracket{Min: b.Min, Max: b.Max, Start: b.Start})
	}
	return p
}

// point is the point rule. It measures each number of agents once, for a fixed time, and
// compares the observed percentiles with the bounds.
type point struct {
	Point
	tiers    []Tier
	bounds   Bounds
	brackets []search.Bracket // for each tier
	seen     map[int]*pointNumber
}

// pointNumber is what was seen of one number of agents.
type pointNumber struct {
	judgments []Judgment // of the latest phase
	measured  time.Duration
	phases    int
}

// Next implements [Rule]: the first tier that is still open chooses.
func (p *point) Next() (Plan, bool) {
	if len(p.bounds.List) > 0 {
		if n := p.nextListed(); n > 0 {
			return p.plan(n, p.tiers), true
		}
		return Plan{}, false
	}
	for i := range p.brackets {
		n, ok := p.brackets[i].Next()
		if !ok {
			continue
		}
		plan := p.plan(n, p.tiers[i:i+1])
		plan.Tiers, plan.Why = []int{i}, "where the search goes from here"
		return plan, true
	}
	return Plan{}, false
}

// start returns the time from the first agent's start to the window.
func (p *Point) start(agents int) time.Duration { return ramp(agents, p.SpawnRate) + p.Settle }

// Limit returns the time from the first agent's start to the time-out.
func (p *Point) Limit(agents int) time.Duration {
	if p.Timeout == 0 {
		return p.start(agents) + max(6*p.Measure, time.Minute)
	}
	return p.Timeout
}

// Window returns the longest time from settling to the time-out.
func (p *Point) Window(agents int) time.Duration { return p.Limit(agents) - p.start(agents) }

// plan returns the plan of a phase of n agents for tiers.
func (p *point) plan(n int, tiers []Tier) Plan {
	plan := Plan{
		Agents: n, Why: "the next number of the list",
		SpawnRate: p.SpawnRate, Settle: p.Settle, Least: p.Measure, MinTrajectories: p.MinTrajectories, MinPerAgent: p.MinPerAgent, Drain: p.Drain,
	}
	window := p.Measure
	for i := range tiers {
		if p.Minima != nil {
			window = max(window, p.Minima(&tiers[i], n))
		}
	}
	plan.Timeout = p.Limit(n)
	plan.Cost = p.start(n) + window
	if p.Minima != nil {
		plan.Cost = min(plan.Timeout, plan.Cost)
	}
	return plan
}

// nextListed returns the first number of a list that was not measured; 0 without one.
func (p *point) nextListed() int {
	for _, n := range p.bounds.List {
		if p.seen[n] == nil {
			return n
		}
	}
	return 0
}

// Stop implements [Rule]: no phase ends early.
func (p *point) Stop(Plan, Observation) bool { return false }

// Observe implements [Rule].
func (p *point) Observe(_ Plan, o Observation) error {
	if err := o.Validate(p.tiers); err != nil {
		return err
	}
	k := p.seen[o.Agents]
	if k == nil {
		k = &pointNumber{}
		p.seen[o.Agents] = k
	}
	k.judgments = p.judge(&o)
	if o.Invalid == "" {
		k.measured += o.Measured
		k.phases++
	}
	for i := range p.brackets {
		p.brackets[i].Observe(o.Agents, k.judgments[i].Verdict)
	}
	return nil
}

// judge judges one phase.
func (p *point) judge(o *Observation) (js []Judgment) {
	for i := range p.tiers {
		j := Judgment{}
		j.Verdict, j.Reason, j.Categorical = p.verdict(&p.tiers[i], &o.Tiers[i], o)
		j.Invalid = o.Invalid != ""
		for k := range o.Tiers[i].Criteria {
			c := &o.Tiers[i].Criteria[k]
			if c.N > 0 && !j.Categorical && !j.Invalid {
				n, _ := c.Against.Counts()
				j.Criteria = append(j.Criteria, Estimate{
					Criterion: &p.tiers[i].Criteria[k], Share: c.Against.Share(), Requests: int(n), Effective: c.Against.Effective(),
				})
			}
		}
		js = append(js, j)
	}
	return js
}

func (p *point) verdict(t *Tier, seen *TierObservation, o *Observation) (v search.Verdict, reason string, categorical bool) {
	switch unmet := p.unmet(o); {
	case o.Invalid != "":
		return search.Unclear, o.Invalid, false
	case seen.Categorical != "":
		return search.Fail, seen.Categorical, true
	case unmet != "":
		return search.Unclear, unmet, false
	}
	requests := 0
	for i := range seen.Criteria {
		requests = max(requests, seen.Criteria[i].N+seen.Criteria[i].Unmeasurable)
	}
	if requests == 0 {
		return search.Unclear, "no request was measured: none began in the window, which is too short for the delays between turns", false
	}
	for i := range seen.Criteria {
		c, want := &seen.Criteria[i], &t.Criteria[i]
		if c.N > 0 && !c.mostlyUnmeasurable() && want.breaks(float64(c.Value)) {
			return search.Fail, joined(want.broken(float64(c.Value)), p.Short(o)), false
		}
	}
	for i := range seen.Criteria {
		if c := &seen.Criteria[i]; c.N == 0 || c.mostlyUnmeasurable() || c.Doubtful > 0 && t.Criteria[i].breaks(float64(c.Worst)) {
			return search.Unclear, joined(c.unmeasurableText(), p.Short(o)), false
		}
	}
	return search.Pass, p.Short(o), false
}

func joined(reason, more string) string {
	if more == "" {
		return reason
	}
	return reason + "; " + more
}

// Short says which minima a phase has not met when the time-out passed; empty if it has met
// them. It is judged all the same: at the speed of a slow tier the published minima take
// longer than the time-outs that vendors' files of the official client have.
func (p *Point) Short(o *Observation) string {
	if o.Ending != record.TimedOut {
		return ""
	}
	return fmt.Sprintf("minima unmet: when the time-out passed %d trajectories were completed and %d by the slowest agent; %d and %d are required",
		o.Completed, o.Least, p.MinTrajectories, p.MinPerAgent)
}

// unmet says what the phase lacks to be judged; empty if nothing.
func (p *point) unmet(o *Observation) string {
	switch {
	case o.Ending == record.Interrupted:
		return "the phase was interrupted"
	case o.Ending == record.Stopped:
		return "the phase was stopped"
	case o.Ending == record.Decided:
		return ""
	case o.Ending == record.TimedOut && o.Straddling > 0:
		return fmt.Sprintf("the time-out passed and %d agents had begun no request in the window: each had one open from before it", o.Straddling)
	case o.Cut > 0:
		return fmt.Sprintf("%d measured requests were cut", o.Cut)
	}
	return ""
}

// Judge implements [Rule].
func (p *point) Judge(agents int) []Judgment {
	k := p.seen[agents]
	if k == nil {
		return make([]Judgment, len(p.tiers))
	}
	js := append([]Judgment(nil), k.judgments...)
	for i := range js {
		js[i].Measured, js[i].Phases = k.measured, k.phases
	}
	return js
}

// Conclude implements [Rule].
func (p *point) Conclude() (all []Conclusion) {
	for i, b := range p.brackets {
		b.Max = max(b.Max, mostAgents) // what a journal knows of more agents counts too
		s := b.Summary()
		c := Conclusion{
			Holds: s.LargestPassing, Fails: s.SmallestFailing, Unclear: s.Unclear, Contradictions: s.Contradictions,
			Estimate: s.LargestPassing, Low: s.LargestPassing,
			Assumption: "near the limit, luck decides whether a phase passes",
		}
		if s.SmallestFailing > 0 {
			c.High = s.SmallestFailing - 1
		}
		for _, n := range s.Unclear {
			if n > s.LargestPassing && (s.SmallestFailing == 0 || n < s.SmallestFailing) {
				c.Undecided, c.Reason = n, p.Judge(n)[i].Reason
				break
			}
		}
		all = append(all, c)
	}
	return all
}
