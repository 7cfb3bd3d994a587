package agentperf_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
)

func TestTierProgress(t *testing.T) {
	for _, tt := range []struct {
		p    agentperf.TierProgress
		want string
	}{
		{agentperf.TierProgress{}, "nothing is known yet"},
		{agentperf.TierProgress{Seems: 8}, "8 seem to hold"},
		{agentperf.TierProgress{Seems: 1, Limit: 1.7}, "1 seems to hold, about 1.7"},
		{agentperf.TierProgress{Seems: 15, Limit: 14.1}, "about 14.1"},
		{agentperf.TierProgress{Holds: 9, Fails: 13, Seems: 10, Limit: 10.93}, "9 hold, 13 do not, about 10.9"},
		{agentperf.TierProgress{Holds: 9, Seems: 9, Limit: 10.93}, "9 hold, about 10.9"},
		{agentperf.TierProgress{Fails: 13, Limit: 10.93}, "13 do not, about 10.9"},
		{agentperf.TierProgress{Holds: 9, Fails: 10, Limit: 9.5}, "9 hold, 10 do not"},
		{agentperf.TierProgress{Holds: 1, Fails: 2}, "1 holds, 2 do not"},
		{agentperf.TierProgress{Fails: 1, Limit: 0.5}, "not even 1 holds"},
	} {
		if got := tt.p.String(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.p, got, tt.want)
		}
	}
}

// Events say how far the search has come. A capacity of 100 tokens/s is 3 agents at 30 and not
// 4: the search measures 1, 2, 4 and 3 for 2 s each, and starts agents and measures at once.
func TestEventsOfPoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rule := agentperf.Point{SpawnRate: -1, Settle: -1, Measure: 2 * time.Second, MinTrajectories: -1, MinPerAgent: -1}
		var first agentperf.Event
		var done []agentperf.Event
		measuring := 0
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 100, TTFT: 50 * time.Millisecond}, agentperf.Config{
			Workload: workload(t, 8, []int{20, 20}, 0), Tiers: floor(30), Rule: rule, MaxAgents: 8,
			Progress: func(e agentperf.Event) {
				switch {
				case e.Stage == "starting":
					first = e
				case e.Result != nil:
					done = append(done, e)
				case e.Stage == "measuring":
					measuring++
					n := float64(e.Agents) // each gets 20 tokens in the time that these and the TTFT take
					if want := 20 * n / (0.05 + 0.2*n) * e.Elapsed.Seconds(); e.Estimate != rule.Measure || e.Longest != time.Minute || e.InFlight > e.Agents || e.InFlight != e.Requests-e.Succeeded || e.Failed != 0 || math.Abs(float64(e.OutputTokens)-want) > 20*(n+1) {
						t.Errorf("%+v, want %v tokens", e, want)
					}
					if from := done; len(from) > 0 && (e.Remaining != max(0, from[len(from)-1].Remaining-e.Elapsed) || e.Tiers[0].Holds != from[len(from)-1].Tiers[0].Holds) {
						t.Errorf("at %v of phase %d %v remain and %v; after the phase before it was %v and %v", e.Elapsed, e.Phase, e.Remaining, e.Tiers[0], from[len(from)-1].Remaining, from[len(from)-1].Tiers[0])
					}
				}
			},
		})
		if _, err := agentperf.Run(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		if len(first.Tiers) != 1 || first.Tiers[0].String() != "nothing is known yet" || first.Remaining < 2*rule.Measure || first.RemainingMost != 0 {
			t.Errorf("at the start: %+v", first)
		}
		if measuring == 0 || len(done) != 4 {
			t.Fatalf("%d events while measuring, %d phases", measuring, len(done))
		}
		for i, want := range []struct {
			known  string
			phases time.Duration
			next   int
		}{
			{"1 holds", 3, 2},          // 2, 4 and 8, as if they held
			{"2 hold", 2, 4},           // 4 and 8
			{"2 hold, 4 do not", 1, 3}, // 3
			{"3 hold, 4 do not", 0, 0},
		} {
			e := done[i]
			next := 0
			if len(e.Tiers[0].Next) > 0 {
				next = e.Tiers[0].Next[0]
			}
			if e.Tiers[0].String() != want.known || e.Remaining != want.phases*rule.Measure || next != want.next {
				t.Errorf("after phase %d: %q, %v remain, next %d; want %q, %d phases, %d", i, e.Tiers[0], e.Remaining, next, want.known, want.phases, want.next)
			}
		}
	})
}

// Under Controlled events and report say the same: bounds never part again, the last event has
// those of the report, nothing remains, and what is told to be next is what follows. A capacity
// of 46 tokens/s is 11 agents at 4.
func TestEventsOfControlled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last agentperf.Event
		var next []int
		phases := 0
		r, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{
			Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(4), Rule: brief(), MaxAgents: 64,
			Progress: func(e agentperf.Event) {
				p := e.Tiers[0]
				if e.Stage != "starting" && e.Result == nil && !slices.Contains(next, e.Agents) {
					t.Errorf("phase %d is of %d agents; %v were next", e.Phase, e.Agents, next)
				}
				if was := last.Tiers; len(was) > 0 && (p.Holds < was[0].Holds || was[0].Fails > 0 && (p.Fails == 0 || p.Fails > was[0].Fails)) {
					t.Errorf("phase %d: %v after %v", e.Phase, p, was[0])
				}
				for _, text := range e.Pending { // of the phase, not of what the rule may measure at most
					if left, ok := strings.CutSuffix(text, " to measure"); ok {
						if d, err := time.ParseDuration(left); err != nil || d > 2*time.Minute {
							t.Errorf("phase %d: %s", e.Phase, text)
						}
					}
				}
				if e.Remaining > e.RemainingMost || e.Stage == "starting" && e.Remaining < time.Minute {
					t.Errorf("phase %d: %v remain, at most %v", e.Phase, e.Remaining, e.RemainingMost)
				}
				if e.Stage == "starting" || e.Result != nil {
					next, last, phases = p.Next, e, phases+1
				}
			},
		}))
		if err != nil {
			t.Fatal(err)
		}
		tier, p := r.Tiers[0], last.Tiers[0]
		if tier.MaxAgents != p.Holds || tier.FirstFailingAgents == nil || *tier.FirstFailingAgents != p.Fails || phases != len(r.Phases)+1 {
			t.Errorf("the last event has %+v, the report %s", p, tier.Sentence())
		}
		if last.Remaining != 0 || len(p.Next) > 0 {
			t.Errorf("when all is over %v remain, and %v is next", last.Remaining, p.Next)
		}
		if p.Holds > 11 || p.Fails < 12 || p.Holds < 8 || p.Fails > 15 {
			t.Errorf("%v, want 11", p)
		}
		if l := tier.Limit; l == nil || *l < 9 || *l > 14 || *tier.LimitLow > *l || *tier.LimitHigh < *l || *tier.LimitLow < float64(p.Holds) || *tier.LimitHigh > float64(p.Fails) || p.Limit != *l || *tier.EstimateAgents != int(*l) {
			t.Errorf("limit %v from %v to %v, estimate %v", l, tier.LimitLow, tier.LimitHigh, tier.EstimateAgents)
		}
		var tried []int
		for _, p := range r.Phases {
			tried = append(tried, p.Agents)
		}
		slices.Sort(tried)
		if !slices.Equal(tier.Tried, slices.Compact(tried)) {
			t.Errorf("tried %v, phases of %v", tier.Tried, tried)
		}
		if text := strings.Join(lines(t, r), "\n"); !strings.Contains(text, "    rests on: ") || !strings.Contains(text, "\nNumbers of agents tried: 1 2 4 ") {
			t.Error(text)
		}
	})
}

// A phase under way shows what its window has so far: the figures of a capacity of 100 tokens/s
// and the share of requests below a floor of 30, at instants that grow sparser.
func TestEventsShowTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := make(map[int][]time.Duration) // by agents
		var latest *agentperf.Figures
		cfg := inMemory(t, &endpointtest.Engine{Capacity: 100, TTFT: 50 * time.Millisecond}, agentperf.Config{
			Workload: workload(t, 8, []int{20, 20}, 0), Tiers: floor(30),
			Rule: agentperf.Point{SpawnRate: -1, Settle: -1, Measure: 60 * time.Second, MinTrajectories: -1, MinPerAgent: -1},
			Progress: func(e agentperf.Event) {
				f := e.Figures
				switch {
				case f == nil:
					if e.Criteria != nil || e.Client != nil || e.Stage == "measuring" && e.Elapsed > 2*time.Second {
						t.Errorf("nothing at %v", e.Elapsed)
					}
					return
				case e.Stage != "measuring" && e.Stage != "finishing":
					t.Errorf("figures while %s", e.Stage)
				case f == latest:
					return
				}
				latest = f
				looks[e.Agents] = append(looks[e.Agents], e.Elapsed)
				c := e.Criteria[0][0]
				if want := 100 / float64(e.Agents); f.P25Speed == nil || math.Abs(*f.P25Speed-want) > want/20 || f.P95TTFT == nil || *f.P95TTFT > 0.3 {
					t.Errorf("%d agents at %v: P25 %v, TTFT %v", e.Agents, e.Elapsed, *f.P25Speed, *f.P95TTFT)
				}
				slow := 0.0
				if e.Agents == 4 {
					slow = 1
				}
				if c.Name != "output_speed" || c.Limit != 0.25 || c.Requests > 0 && math.Abs(c.Estimate-slow) > 0.1 || *c.Lower > slow || *c.Upper < slow || e.Client == nil {
					t.Errorf("%d agents at %v: %+v, %v to %v", e.Agents, e.Elapsed, c, *c.Lower, *c.Upper)
				}
				if width := *c.Upper - *c.Lower; e.Elapsed > 50*time.Second && (c.Requests == 0 || width == 0 || width > 0.9) {
					t.Errorf("%d agents at %v: an interval %v wide", e.Agents, e.Elapsed, width)
				}
			},
		})
		if _, err := agentperf.Measure(t.Context(), cfg, 2, 4); err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{2, 4} { // each second up to 10, and then a tenth apart
			if all := looks[n]; len(all) < 20 || len(all) > 35 || all[9] > 11*time.Second {
				t.Errorf("%d agents: looks at %v", n, all)
			}
		}
	})
}
