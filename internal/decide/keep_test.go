package decide

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/agentperf/agentperf-go/search"
)

// Once both sides are decided they stay so, whatever else is measured.
func TestKeepsBounds(t *testing.T) {
	c := decidedFar(t)
	c.keep()            // as the next phase does
	var few []replicate // too few to be sure of anything
	of := make(map[int]int)
	for _, o := range c.seen {
		if of[o.Agents]++; of[o.Agents] <= 2 {
			few = append(few, o)
		}
	}
	c.seen = few
	c.forget()
	if s := stand(c.beliefs(0)); s.Pass != 10 || s.Fail != 36 {
		t.Errorf("%+v", s)
	}
	for _, k := range c.levels[0].numbers {
		k.kept = search.Unclear
	}
	c.keep()
	if s := stand(c.beliefs(0)); s.Pass != 0 || s.Fail != 0 {
		t.Errorf("without what was kept: %+v", s)
	}
}

// What is kept is given up for good once the evidence is enough for the contrary, such as where
// another tier goes on at that number, or once what was seen of it is no longer so.
func TestKeptIsRefuted(t *testing.T) {
	for _, tt := range []struct {
		n     int
		limit int // of the system that is measured afterwards; 0 for no more phases
		want  search.Verdict
	}{{10, 4, search.Fail}, {36, 80, search.Pass}, {10, 0, search.Unclear}} {
		c := decidedFar(t)
		c.keep()
		k := c.levels[0].numbers[tt.n]
		kept := k.kept
		c.seen = slices.DeleteFunc(c.seen, func(o replicate) bool { return o.Agents == tt.n })
		c.forget()
		rng := rand.New(rand.NewPCG(3, 1))
		s, _ := classes[0].draw(rng, 0)
		s.drift = [2]float64{}
		for j := range s.curves {
			s.curves[j].limit = tt.limit
		}
		for i := 0; tt.limit > 0 && i < 40; i++ {
			plan := Plan{Agents: tt.n, Draw: c.draws, Pace: c.pace(tt.n), Tiers: []int{0}}
			c.schedule(&plan)
			o := s.measure(rng, c, plan)
			c.seen = append(c.seen, replicate{Observation: o, at: c.elapsed})
			c.elapsed += o.Took.Seconds()
			c.draws++
			c.forget()
		}
		c.levels[0].numbers[tt.n].kept = kept
		if b := c.belief(0, tt.n); b.Sure || b.Lean != tt.want {
			t.Errorf("%d agents, which were kept: %+v, want one that leans to %v", tt.n, b, tt.want)
		}
		if c.keep(); k.kept != search.Unclear {
			t.Errorf("%d agents: %v is still kept", tt.n, k.kept)
		}
	}
}

// A bound is reached by the parts that a plan assigns, before its phase is measured.
func TestKeepsBeforeThePhase(t *testing.T) {
	c := decidedFar(t)
	for _, k := range c.levels[0].numbers {
		k.passRank, k.failRank, k.kept = 0, 0, search.Unclear
	}
	c.levels[0].passes, c.levels[0].fails = 0, 0
	plan := Plan{Agents: 10, Draw: c.draws, Alpha: []Assignment{
		{Tier: 0, Agents: 10, Verdict: search.Pass, Rank: 1}, {Tier: 0, Agents: 36, Verdict: search.Fail, Rank: 1},
	}}
	var o Observation // one that unsettles what was decided
	for _, r := range c.seen {
		if r.Agents == 36 {
			o = r.Observation
		}
	}
	o.Agents = 10
	if err := c.Observe(plan, o); err != nil {
		t.Fatal(err)
	}
	if pass, _ := c.weigh().tiers[0].numbers[10].evidence(); pass >= c.needs(0, 10, search.Pass) {
		t.Fatal("10 agents are decided all the same")
	}
	if low, high := c.levels[0].numbers[10].kept, c.levels[0].numbers[36].kept; low != search.Pass || high != search.Fail {
		t.Errorf("%v and %v are kept", low, high)
	}
}
