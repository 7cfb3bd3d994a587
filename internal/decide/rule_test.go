package decide

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/search"
)

// Asking a rule changes nothing: after any number of questions, looks, judgments and
// conclusions it plans the same, and a rule that was given the same plans and observations
// through a journal does too.
func TestRulesArePure(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	s, _ := classes[0].draw(rng, 0)
	cfg := usual
	cfg.Steady = func(p record.Pace) Population {
		held := []float64{1000, 2000, 4000, 7000}
		return Population{Held: held, Inputs: held, Input: 3500, Seconds: 4 + 100*p.Token}
	}
	a, b := NewControlled(cfg, twoCriteria, Bounds{Max: 4096}), NewControlled(cfg, twoCriteria, Bounds{Max: 4096})
	for range 300 {
		plan, ok := a.Next()
		again, okAgain := a.Next()
		other, okOther := b.Next()
		if d := cmp.Diff(plan, again); d != "" || ok != okAgain {
			t.Fatalf("asked again:\n%s", d)
		}
		if d := cmp.Diff(plan, other); d != "" || ok != okOther {
			t.Fatalf("from the journal:\n%s", d)
		}
		if !ok {
			if d := cmp.Diff(a.Conclude(), b.Conclude(), cmp.AllowUnexported(Metric{})); d != "" {
				t.Error(d)
			}
			return
		}
		o := s.measure(rng, a, plan) // with many looks, which the other is not asked for
		fillIn(rng, &o)
		a.Judge(plan.Agents)
		a.Conclude()
		text, err := json.Marshal(struct {
			Plan
			Observation Observation
		}{plan, o})
		if err != nil {
			t.Fatal(err)
		}
		var kept struct {
			Plan
			Observation Observation
		}
		if err := json.Unmarshal(text, &kept); err != nil {
			t.Fatal(err)
		}
		if err := a.Observe(plan, o); err != nil {
			t.Fatal(err)
		}
		if err := b.Observe(kept.Plan, kept.Observation); err != nil {
			t.Fatal(err)
		}
	}
	t.Error("the search does not end")
}

// fillIn adds to an observation what simulated systems do not have: what agents held, and how
// fast they were answered.
func fillIn(rng *rand.Rand, o *Observation) {
	n := float64(o.Agents)
	o.Load.Held = n * (3000 + 1000*rng.Float64())
	o.Load.HeldMean, o.Load.Input = o.Load.Held+rng.Float64(), 3500*o.Load.Requests
	o.Speed = SpeedObservation{N: o.Load.Requests, Mean: 3 - 0.01*n + 0.02*rng.NormFloat64(), Variance: 0.01 * rng.Float64()}
	o.Pace = PaceSums{W: 10, WX: 10 * 3500, WY: 10 * (0.04 + rng.Float64()/300), WXX: 10 * 4000 * 4000, WXY: 1500, Firsts: 3, First: rng.Float64()}
	for j := range o.Tiers[0].Criteria {
		c := &o.Tiers[0].Criteria[j]
		n, k := c.For.Counts()
		c.Inputs = []InputCount{{22, n / 3, [2]float64{k / 3, k / 3}}, {25, n * 2 / 3, [2]float64{k * 2 / 3, k * 2 / 3}}}
	}
}

// The parts of the error rate that plans assign are never assigned twice.
func TestAlphaIsAssignedOnce(t *testing.T) {
	for i := range 5 {
		rng := rand.New(rand.NewPCG(5, uint64(i)))
		s, _ := classes[4].draw(rng, i) // too close to call: many numbers are taken up
		r := NewControlled(usual, twoCriteria, Bounds{Max: 4096})
		type part struct {
			verdict search.Verdict
			rank    int
		}
		of := make(map[part]int)
		for plan, ok := r.Next(); ok; plan, ok = r.Next() {
			for _, a := range plan.Alpha {
				if n, taken := of[part{a.Verdict, a.Rank}]; taken && n != a.Agents {
					t.Fatalf("the %d. part for a %v is that of %d and of %d agents", a.Rank, a.Verdict, n, a.Agents)
				}
				of[part{a.Verdict, a.Rank}] = a.Agents
			}
			if err := r.Observe(plan, s.measure(rng, r, plan)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Phases have draws of their own, those that left no evidence included, windows of whole
// blocks, and where a number is to be decided an end that does not depend on what is seen.
func TestPlansAreReplications(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	s, _ := classes[0].draw(rng, 0)
	r := NewControlled(usual, twoCriteria, Bounds{Max: 4096})
	draws, decides := make(map[int]bool), 0
	for plan, ok := r.Next(); ok; plan, ok = r.Next() {
		if draws[plan.Draw] {
			t.Fatalf("draw %d is given twice", plan.Draw)
		}
		draws[plan.Draw] = true
		if !plan.Fixed || plan.Most < plan.Block || plan.Most%plan.Block != 0 || plan.Least != 0 {
			t.Fatalf("%+v", plan)
		}
		o := s.measure(rng, r, plan)
		if len(plan.Tiers) > 0 {
			decides++
			if o.Measured != plan.Most || o.Ending != record.Complete {
				t.Fatalf("%+v ended after %v, %s", plan, o.Measured, o.Ending)
			}
		}
		if rng.Float64() < 0.1 {
			o.Invalid = "the client was too late"
		}
		if err := r.Observe(plan, o); err != nil {
			t.Fatal(err)
		}
	}
	if decides < 10 {
		t.Errorf("only %d phases were to decide", decides)
	}
}

// alternate is a rule that measures two numbers in turn, with a fresh draw for each phase,
// and compares them: what the interface must allow beside searching.
type alternate struct {
	numbers [2]int
	rounds  int
	seen    []Observation
}

func (a *alternate) Next() (Plan, bool) {
	i := len(a.seen)
	return Plan{Agents: a.numbers[i%2], Draw: i + 1, Pace: record.Pace{Token: 0.05}, Least: time.Minute, Most: 10 * time.Minute, Look: 10 * time.Second, Why: "replication"}, i < 2*a.rounds
}

func (a *alternate) Stop(_ Plan, o Observation) bool {
	return len(o.Tiers[0].Criteria[0].For.Blocks) >= 12
}

func (a *alternate) Observe(_ Plan, o Observation) error {
	a.seen = append(a.seen, o)
	return nil
}

func (a *alternate) share(n int) float64 {
	var e CriterionObservation
	for _, o := range a.seen {
		if o.Agents == n {
			e.join(o.Tiers[0].Criteria[0])
		}
	}
	return e.Against.Share()
}

func (a *alternate) Judge(n int) []Judgment {
	return []Judgment{{Criteria: []Estimate{{Share: a.share(n)}}, Phases: a.rounds}}
}

func (a *alternate) Conclude() []Conclusion {
	if a.share(a.numbers[0]) <= 0.25 && a.share(a.numbers[1]) > 0.25 {
		return []Conclusion{{Holds: a.numbers[0], Fails: a.numbers[1]}}
	}
	return []Conclusion{{}}
}

// The interface carries a rule that was not thought of: fresh draws, replications of the
// same number, and a pace, driven by the same loop as the others.
func TestAnotherRule(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	s, _ := classes[0].draw(rng, 0)
	limit := s.curves[0].limit
	s.curves[0].at, s.curves[0].above = 0.1, 0.5
	var rule Rule = &alternate{numbers: [2]int{limit, limit + 1}, rounds: 5}
	var draws []int
	for plan, ok := rule.Next(); ok; plan, ok = rule.Next() {
		o := s.measure(rng, rule, plan)
		draws = append(draws, plan.Draw)
		if err := rule.Observe(plan, o); err != nil {
			t.Fatal(err)
		}
	}
	if c := rule.Conclude()[0]; c.Holds != limit || c.Fails != limit+1 {
		t.Errorf("%+v, want %d", c, limit)
	}
	if slices.Sort(draws); len(slices.Compact(draws)) != 10 {
		t.Errorf("draws %v, want ten different ones", draws)
	}
}

// The state of the controlled rule is bounded by phases and criteria.
func TestObservationsAreSmall(t *testing.T) {
	p := &record.Phase{Header: record.Header{Agents: 100, WindowEnd: time.Hour, End: time.Hour, Ending: record.Complete}}
	for i := range 200_000 {
		r := ended(time.Duration(i)*18*time.Millisecond, 1e8, 2e9, 40)
		r.Play, r.Agent, r.Planned = int32(i%3000), int32(i%100), int32(i%200_000)
		p.Rows = append(p.Rows, r)
	}
	tiers := []Tier{{Criteria: slices.Clone(twoCriteria[0].Criteria)}}
	for i := range tiers[0].Criteria {
		tiers[0].Criteria[i].Ends = true // as the controlled rule has them
	}
	text, err := json.Marshal(Observe(tiers, 10*time.Second, p))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d requests of an hour are observed in %d bytes", len(p.Rows), len(text))
	if len(text) > 32<<10 {
		t.Errorf("%d bytes", len(text))
	}
}
