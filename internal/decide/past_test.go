package decide

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/search"
)

// A search that is taken up from its journal has assigned the same parts of the error rate
// to the same numbers, also where the client had failed in some phases.
func TestPastKeepsAssignments(t *testing.T) {
	assigned := func(c *controlled) map[Assignment]bool {
		all := make(map[Assignment]bool)
		for i := range c.levels {
			for n, k := range c.levels[i].numbers {
				if k.passRank > 0 {
					all[Assignment{i, n, search.Pass, k.passRank}] = true
				}
				if k.failRank > 0 {
					all[Assignment{i, n, search.Fail, k.failRank}] = true
				}
			}
		}
		return all
	}
	invalid := 0
	for i := range 4 {
		rng := rand.New(rand.NewPCG(11, uint64(i)))
		s, _ := classes[4].draw(rng, i)
		r, again := newControlled(usual, twoCriteria, Bounds{Max: 4096}), newControlled(usual, twoCriteria, Bounds{Max: 4096})
		past := Past{Rule: again}
		counted := make(map[int]bool) // draws of phases that are evidence
		for plan, ok := r.Next(); ok; plan, ok = r.Next() {
			o := s.measure(rng, r, plan)
			if rng.Float64() < 0.3 {
				o.Invalid = "the client was too late"
				invalid++
			}
			if err := r.Observe(plan, o); err != nil {
				t.Fatal(err)
			}
			if err := past.Observe(plan, o); err != nil {
				t.Fatal(err)
			}
			if o.Invalid != "" {
				continue
			}
			counted[plan.Draw] = true
			if next, ok := again.Next(); ok && counted[next.Draw] {
				t.Fatalf("search %d: draw %d would be evidence twice", i, next.Draw)
			}
			got := assigned(again)
			for a := range assigned(r) {
				if !got[a] {
					t.Fatalf("search %d: %+v is lost", i, a)
				}
			}
		}
	}
	if invalid < 10 {
		t.Errorf("only %d phases were invalid", invalid)
	}
}

// A number whose only phase left no evidence, though the client did not fail, is not
// invalid.
func TestVoidIsNotInvalid(t *testing.T) {
	o := Observation{Agents: 4, Ending: record.TimedOut, Straddling: 1, Measured: time.Minute, Took: time.Minute, Tiers: []TierObservation{{Criteria: make([]CriterionObservation, 2)}}}
	for i := range o.Tiers[0].Criteria {
		o.Tiers[0].Criteria[i].Name, o.Tiers[0].Criteria[i].Limit = twoCriteria[0].Criteria[i].Metric.Name, twoCriteria[0].Criteria[i].Limit()
	}
	for _, invalid := range []string{"", "the client was too late"} {
		c := newControlled(usual, twoCriteria, Bounds{Max: 20})
		o.Invalid = invalid
		if err := c.Observe(Plan{}, o); err != nil {
			t.Fatal(err)
		}
		if j := c.Judge(4)[0]; j.Invalid != (invalid != "") || j.Verdict != search.Unclear || j.Phases != 0 {
			t.Errorf("%q: %+v", invalid, j)
		}
	}
}

// What-if questions leave what was observed as it is.
func TestJoinedChangesNothing(t *testing.T) {
	of := func(n int) []CriterionObservation {
		return []CriterionObservation{{Unmeasurable: n, Reasons: derive.Reasons{metrics.AtOnce: n}}}
	}
	first := of(1)[0]
	all := first
	if all.join(of(2)[0]); first.Reasons[metrics.AtOnce] != 1 || all.Reasons[metrics.AtOnce] != 3 {
		t.Errorf("%v became %v", first.Reasons, all.Reasons)
	}
}

// A search in which the client fails in every phase ends soon, and tries no more agents.
func TestSearchOfInvalidPhasesEnds(t *testing.T) {
	c := newControlled(usual, twoCriteria, Bounds{Max: 4096, Start: 2})
	phases := 0
	for plan, ok := c.Next(); ok; plan, ok = c.Next() {
		if phases++; phases > 10 || plan.Agents > 2 {
			t.Fatalf("phase %d has %d agents", phases, plan.Agents)
		}
		o := Observation{Agents: plan.Agents, Invalid: "the client was too late", Measured: time.Second, Took: time.Second, Tiers: []TierObservation{{Criteria: make([]CriterionObservation, 2)}}}
		for i := range o.Tiers[0].Criteria {
			o.Tiers[0].Criteria[i].Name, o.Tiers[0].Criteria[i].Limit = twoCriteria[0].Criteria[i].Metric.Name, twoCriteria[0].Criteria[i].Limit()
		}
		if err := c.Observe(plan, o); err != nil {
			t.Fatal(err)
		}
	}
	if phases == 0 {
		t.Error("no phase")
	}
}
