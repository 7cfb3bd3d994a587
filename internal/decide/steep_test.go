package decide

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/search"
)

// step observes a phase of a system that is fast enough for all up to a limit and too slow for
// all beyond it, with a request of each agent in every turn.
func step(plan Plan, turn float64, limit int) Observation {
	o := Observation{Agents: plan.Agents, Draw: plan.Draw, Block: plan.Block, Measured: plan.Most, Tiers: make([]TierObservation, 1)}
	o.Began = ramp(plan.Agents, plan.SpawnRate) + plan.Settle
	o.Took = o.Began + o.Measured
	var slow, late confseq.Sample
	n := int(float64(plan.Agents) * o.Measured.Seconds() / turn)
	for i := range n {
		block := int64(float64(i) / float64(n) * float64(o.Measured/o.Block))
		slow.Add(block, i%plan.Agents, plan.Agents > limit)
		late.Add(block, i%plan.Agents, false)
	}
	o.Load.Requests = float64(n)
	for j, e := range []confseq.Evidence{slow.Evidence(), late.Evidence()} {
		crit := &twoCriteria[0].Criteria[j]
		o.Tiers[0].Criteria = append(o.Tiers[0].Criteria, CriterionObservation{
			Name: crit.Metric.Name, Limit: crit.Limit(), For: e, Against: e, N: n, Measurable: n,
		})
	}
	return o
}

// A step between 97 and 98 agents. Doubling finds it between 64 and 128, the square roots of
// 64 x 128 and of 91 x 128 are 91 and 108, and there a curve would begin to decide. Where turns
// are short the search goes on to 99, 95, 97 and 98, and decides on nothing but the neighbors.
func TestStep(t *testing.T) {
	for _, tt := range []struct {
		turn       float64
		directions []int
	}{
		{2, []int{1, 2, 4, 8, 16, 32, 64, 128, 91, 108, 99, 95, 97, 98}},
		{20, []int{1, 2, 4, 8, 16, 32, 64, 128, 91, 108}},
	} {
		c := newControlled(usual, twoCriteria, Bounds{Max: 4096})
		var directions, decisions []int
		for plan, ok := c.Next(); ok; plan, ok = c.Next() {
			if len(plan.Tiers) == 0 {
				directions = append(directions, plan.Agents)
			} else if !slices.Contains(decisions, plan.Agents) {
				decisions = append(decisions, plan.Agents)
			}
			if err := c.Observe(plan, step(plan, tt.turn, 97)); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(directions, tt.directions) {
			t.Errorf("turns of %v s: directions at %v, want %v", tt.turn, directions, tt.directions)
		}
		slices.Sort(decisions)
		if tt.turn == 2 && !slices.Equal(decisions, []int{97, 98}) {
			t.Errorf("decisions at %v", decisions)
		}
		if con := c.Conclude()[0]; con.Holds > 97 || con.Fails < 98 || tt.turn == 2 && !con.Confirmed {
			t.Errorf("turns of %v s: %d hold, %d do not", tt.turn, con.Holds, con.Fails)
		}
	}
}

// The windows of a check of a fast system are as long as they have to be for lateness to be
// decided in eight phases. Of the error rate of 0.01 a half is for passes and of that a half
// for the first, so that ln(400) = 6 nats are needed, and half a nat to spare. A block without
// a late request gives ln(1/0.95) at the most: that makes 127 blocks of a second, 16 s in each
// of eight. By windows of the usual 12 s it would be fifteen and more.
func TestWindowsAreAsLongAsBetsNeed(t *testing.T) {
	c := newControlled(usual, twoCriteria, Bounds{Min: 8, Max: 8, Start: 8})
	var windows []time.Duration
	for plan, ok := c.Next(); ok; plan, ok = c.Next() {
		windows = append(windows, plan.Most)
		if err := c.Observe(plan, step(plan, 2, 8)); err != nil {
			t.Fatal(err)
		}
	}
	if c.Judge(8)[0].Verdict != search.Pass {
		t.Error("no pass")
	}
	windows = windows[1:] // nothing was known of the first
	if len(windows) > 11 || slices.Max(windows) > longTurns*2*time.Second {
		t.Errorf("windows of %v", windows)
	}
	// What the first phases, whose windows are as usual, leave is spread over the others.
	if i := slices.IndexFunc(windows, func(w time.Duration) bool { return w > leastWindow*time.Second }); i < 0 || windows[i] < 15*time.Second || windows[i] > 18*time.Second {
		t.Errorf("windows of %v", windows)
	}
}

// Neighbors are apart by four fifths of the limit: 0.2 where it is 0.25.
func TestApart(t *testing.T) {
	for _, tt := range []struct {
		below, above float64
		want         bool
	}{{0.1, 0.4, true}, {0.2, 0.35, false}, {0.3, 0.6, false}, {0, 0.24, false}} {
		c := newControlled(usual, twoCriteria, Bounds{Max: 64})
		for range takenUp {
			for n, share := range map[int]float64{10: tt.below, 11: tt.above} {
				plan := Plan{Agents: n, Most: 20 * time.Second, Block: time.Second}
				o := step(plan, 2, 64)
				var s confseq.Sample
				for i := range 100 {
					s.Add(int64(i/5), i%n, i%20 < int(math.Round(20*share)))
				}
				o.Tiers[0].Criteria[0].For, o.Tiers[0].Criteria[0].Against = s.Evidence(), s.Evidence()
				if err := c.Observe(plan, o); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := c.apart(0, 10, 11); got != tt.want {
			t.Errorf("%v and %v: %v, want %v", tt.below, tt.above, got, tt.want)
		}
	}
}
