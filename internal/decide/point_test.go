package decide

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/search"
)

// pointTier promises 100 tokens/s and a first token within 2 s.
var pointTier = two(100, 2*time.Second)

// observed returns the observation of a sound phase with the given statistics, over 100
// requests.
func observed(agents int, speed, ttft float64) Observation {
	o := Observation{Agents: agents, Measured: time.Minute, Took: 2 * time.Minute, Ending: record.Complete, Completed: 30, Least: 3, Tiers: []TierObservation{{}}}
	for i, value := range []float64{speed, ttft} {
		c := &pointTier[0].Criteria[i]
		bad := 0.0
		if c.breaks(value) {
			bad = 50
		}
		e := confseq.Evidence{
			Blocks: []confseq.Block{{N: 100, K: bad}},
			Plays:  confseq.Sum{Clusters: 1, NN: 1e4, NK: 100 * bad, KK: bad * bad},
			Cells:  confseq.Sum{Clusters: 1, NN: 1e4, NK: 100 * bad, KK: bad * bad},
		}
		o.Tiers[0].Criteria = append(o.Tiers[0].Criteria, CriterionObservation{
			Name: c.Metric.Name, Limit: c.Limit(), For: e, Against: e, Measurable: 100, N: 100, Value: Figure(value),
		})
	}
	return o
}

// Every branch of the point rule's verdicts, in the order in which they take precedence.
func TestPointVerdicts(t *testing.T) {
	sec := float64(time.Second)
	rule := Point{Measure: time.Minute, MinTrajectories: 30, MinPerAgent: 3}
	for _, tt := range []struct {
		name        string
		o           Observation
		change      func(o *Observation)
		want        search.Verdict
		reason      string
		categorical bool
		invalid     bool
	}{
		{"pass", observed(4, 120, sec), nil, search.Pass, "", false, false},
		{"ties hold", observed(4, 100, 2*sec), nil, search.Pass, "", false, false},
		{"too slow", observed(4, 99.9, sec), nil, search.Fail, "P25 output speed 99.9 tokens/s is below 100", false, false},
		{"too late", observed(4, 120, 2.5*sec), nil, search.Fail, "P95 TTFT 2.5s is above 2s", false, false},
		{"never", observed(4, 120, math.Inf(1)), nil, search.Fail, "P95 TTFT infinite is above 2s", false, false},
		{"the client failed, whatever else", observed(4, 50, 9*sec), func(o *Observation) {
			o.Invalid, o.Tiers[0].Categorical, o.Ending = "the client was late", "nothing succeeded", record.TimedOut
		}, search.Unclear, "the client was late", false, true},
		{"categorical, though minima are unmet", observed(4, 120, sec), func(o *Observation) {
			o.Tiers[0].Categorical, o.Ending = "3 of 4 agents got nothing", record.TimedOut
		}, search.Fail, "3 of 4 agents got nothing", true, false},
		{"interrupted, though too slow", observed(4, 50, sec), func(o *Observation) { o.Ending = record.Interrupted }, search.Unclear, "the phase was interrupted", false, false},
		{"stopped", observed(4, 120, sec), func(o *Observation) { o.Ending = record.Stopped }, search.Unclear, "the phase was stopped", false, false},
		{"decided, which a look may do", observed(4, 120, sec), func(o *Observation) { o.Ending, o.Cut = record.Decided, 2 }, search.Pass, "", false, false},
		{"minima unmet, which is judged", observed(4, 120, sec), func(o *Observation) { o.Ending, o.Completed, o.Least = record.TimedOut, 29, 2 }, search.Pass,
			"minima unmet: when the time-out passed 29 trajectories were completed and 2 by the slowest agent; 30 and 3 are required", false, false},
		{"minima unmet and too slow", observed(4, 99.9, sec), func(o *Observation) { o.Ending, o.Completed, o.Least = record.TimedOut, 29, 2 }, search.Fail,
			"P25 output speed 99.9 tokens/s is below 100; minima unmet: when", false, false},
		{"minima unmet and a request cut", observed(4, 120, sec), func(o *Observation) { o.Ending, o.Cut = record.TimedOut, 1 }, search.Unclear, "1 measured requests were cut", false, false},
		{"straddling", observed(4, 120, sec), func(o *Observation) { o.Ending, o.Straddling = record.TimedOut, 2 }, search.Unclear, "2 agents had begun no request in the window", false, false},
		{"cut", observed(4, 50, sec), func(o *Observation) { o.Cut = 1 }, search.Unclear, "1 measured requests were cut", false, false},
		{"no request", observed(4, 120, sec), func(o *Observation) {
			for i := range o.Tiers[0].Criteria {
				c := &o.Tiers[0].Criteria[i]
				*c = CriterionObservation{Name: c.Name, Limit: c.Limit}
			}
		}, search.Unclear, "no request was measured", false, false},
		{"half have no speed", observed(4, 120, sec), func(o *Observation) { blank(o, 50) }, search.Pass, "", false, false},
		{"most have no speed", observed(4, 120, sec), func(o *Observation) { blank(o, 51) }, search.Unclear, "51 of 100 answers have no output speed: ", false, false},
		{"most have no speed and the rest too little", observed(4, 50, sec), func(o *Observation) { blank(o, 51) }, search.Unclear, "51 of 100", false, false},
		{"some in doubt, which the tier would survive", observed(4, 120, sec), func(o *Observation) { doubt20(o, 100) }, search.Pass, "", false, false},
		{"some in doubt, which decide", observed(4, 120, sec), func(o *Observation) { doubt20(o, 99) }, search.Unclear, "20 of 100 answers have no output speed: ", false, false},
		{"most have no speed, and too late", observed(4, 120, 3*sec), func(o *Observation) { blank(o, 100) }, search.Fail, "P95 TTFT 3s is above 2s", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.change != nil {
				tt.change(&tt.o)
			}
			p := NewPoint(rule, pointTier, Bounds{Max: 100})
			if err := p.Observe(Plan{Agents: 4}, tt.o); err != nil {
				t.Fatal(err)
			}
			j := p.Judge(4)[0]
			if j.Verdict != tt.want || j.Categorical != tt.categorical || j.Invalid != tt.invalid || j.Tentative != search.Unclear ||
				(j.Reason == "") != (tt.reason == "") || !strings.Contains(j.Reason, tt.reason) {
				t.Errorf("%+v, want %v: %q", j, tt.want, tt.reason)
			}
			if none := tt.categorical || tt.invalid; none && j.Criteria != nil || !none && len(j.Criteria) > 2 {
				t.Errorf("criteria %+v", j.Criteria)
			}
			if valid := !tt.invalid; (j.Phases == 1) != valid || (j.Measured == time.Minute) != valid {
				t.Errorf("%v measured in %d phases", j.Measured, j.Phases)
			}
			if other := p.Judge(5)[0]; other.Verdict != search.Unclear || other.Phases != 0 || other.Reason != "" {
				t.Errorf("of a number that was not measured: %+v", other)
			}
		})
	}
}

// blank makes so many of the 100 answers of the first criterion have no figure.
func blank(o *Observation, n int) {
	c := &o.Tiers[0].Criteria[0]
	c.Measurable, c.Unmeasurable, c.N, c.Reasons = 100-n, n, 100-n, derive.Reasons{metrics.AtOnce: n}
}

// doubt20 puts 20 of the 100 answers of the first criterion in doubt; worst is its statistic
// if they had failed.
func doubt20(o *Observation, worst float64) {
	blank(o, 20)
	o.Tiers[0].Criteria[0].Doubtful, o.Tiers[0].Criteria[0].Worst = 20, Figure(worst)
}

// A phase takes as long as its minima need, and no longer than its time-out.
func TestPointCost(t *testing.T) {
	cfg := Point{SpawnRate: 1, Settle: 30 * time.Second, Measure: 10 * time.Minute}
	for _, tt := range []struct{ minima, timeout, want time.Duration }{
		{0, 0, 9*time.Second + 30*time.Second + 10*time.Minute},
		{20 * time.Minute, 0, 39*time.Second + 20*time.Minute},
		{2 * time.Hour, 0, 39*time.Second + time.Hour},
		{2 * time.Hour, 30 * time.Minute, 30 * time.Minute},
	} {
		cfg.Timeout = tt.timeout
		cfg.Minima = func(tier *Tier, agents int) time.Duration {
			if agents != 10 || len(tier.Criteria) != 2 {
				t.Errorf("asked for %d agents and %+v", agents, tier)
			}
			return tt.minima
		}
		if p, _ := NewPoint(cfg, pointTier, Bounds{Min: 1, Max: 100, Start: 10}).Next(); p.Cost != tt.want {
			t.Errorf("minima of %v and a time-out of %v: %v, want %v", tt.minima, tt.timeout, p.Cost, tt.want)
		}
	}
}

// The point rule doubles, bisects, leaves out what it could not judge, and concludes from
// what it saw.
func TestPointConcludes(t *testing.T) {
	sec := float64(time.Second)
	p := NewPoint(Point{Measure: time.Minute, Timeout: 0, SpawnRate: 2, Settle: 10 * time.Second}, pointTier, Bounds{Min: 1, Max: 100, Start: 4})
	var asked []int
	for plan, ok := p.Next(); ok; plan, ok = p.Next() {
		asked = append(asked, plan.Agents)
		ramp := time.Duration(float64(plan.Agents-1) / 2 * float64(time.Second))
		if plan.Least != time.Minute || plan.Most != 0 || plan.Look != 0 || plan.Timeout != ramp+10*time.Second+6*time.Minute || plan.Cost != ramp+70*time.Second {
			t.Errorf("%+v", plan)
		}
		speed := 100.0 + float64(10-plan.Agents) // 10 agents hold
		o := observed(plan.Agents, speed, sec)
		if plan.Agents == 10 {
			o.Cut = 1
		}
		if p.Stop(plan, o) {
			t.Error("a phase of the point rule is stopped")
		}
		if err := p.Observe(plan, o); err != nil {
			t.Fatal(err)
		}
	}
	// 4 and 8 pass, 16 fails, 12 fails, 10 cannot be judged and bounds the search like a
	// failure, 9 passes.
	if want := []int{4, 8, 16, 12, 10, 9}; len(asked) != len(want) || asked[4] != 10 || asked[5] != 9 {
		t.Errorf("asked %v, want %v", asked, want)
	}
	c := p.Conclude()[0]
	if c.Holds != 9 || c.Fails != 12 || c.Undecided != 10 || len(c.Unclear) != 1 || c.Low != 9 || c.High != 11 || c.Estimate != 9 || c.Confirmed || c.Tentative != 0 || !strings.Contains(c.Reason, "cut") || c.Assumption == "" {
		t.Errorf("%+v", c)
	}
	none := observed(4, 120, sec)
	none.Tiers = nil
	if err := p.Observe(Plan{}, none); err == nil {
		t.Error("an observation of no tier was taken")
	}
}
