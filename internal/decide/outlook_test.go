package decide

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/search"
)

// The outlook of the point rule is the phases that doubling and bisecting still take, worked
// out by hand: phases of 10 s that take no time to start.
func TestPointOutlook(t *testing.T) {
	cfg := Point{Measure: 10 * time.Second}
	at := func(b Bounds, known map[int]search.Verdict) Outlook {
		p := NewPoint(cfg, twoCriteria, b).(*point)
		for n, v := range known {
			p.brackets[0].Observe(n, v)
		}
		return p.Outlook()
	}
	for _, tt := range []struct {
		name   string
		b      Bounds
		known  map[int]search.Verdict
		phases int
		aims   []int
	}{
		{"a check", Bounds{Min: 7, Max: 7, Start: 7}, nil, 1, []int{7}},
		{"a check that is over", Bounds{Min: 7, Max: 7, Start: 7}, map[int]search.Verdict{7: search.Fail}, 0, nil},
		// 1 2 4 8 pass, 16 fails, 12 14 15 pass: as if the limit were 15.
		{"nothing measured", Bounds{Max: 4096}, nil, 8, []int{1}},
		// Between 8 and 16 there are 3 bisections.
		{"bracketed", Bounds{Max: 4096}, map[int]search.Verdict{8: search.Pass, 16: search.Fail}, 3, []int{12}},
		{"neighbors", Bounds{Max: 4096}, map[int]search.Verdict{8: search.Pass, 9: search.Fail}, 0, nil},
		// 16 fails, and 3 bisections.
		{"nothing fails yet", Bounds{Max: 4096}, map[int]search.Verdict{4: search.Pass, 8: search.Pass}, 4, []int{16}},
	} {
		o := at(tt.b, tt.known)
		if want := time.Duration(tt.phases) * cfg.Measure; o.Remaining != want || o.Most != 0 {
			t.Errorf("%s: %v remain, %v at most; want %v and no bound", tt.name, o.Remaining, o.Most, want)
		}
		if d := cmp.Diff([][]int{tt.aims}, o.Aims); d != "" {
			t.Errorf("%s: aims: %s", tt.name, d)
		}
	}
}

// Before the first phase the outlook of a check is that of a number with nothing late: 110
// blocks or so for lateness. Without that criterion it is the phases that any number takes. At
// most it is MaxMeasure, with the settling beside it.
func TestOutlookOfChecks(t *testing.T) {
	one := Bounds{Min: 8, Max: 8, Start: 8}
	cfg := usual
	cfg.Block = 5 * time.Second
	c := newControlled(cfg, twoCriteria, one)
	phase, window := c.phaseSeconds(8), c.window(8)
	o := c.Outlook()
	// Of the error rate a half is for passes, of that a half for the first of them.
	least := cfg.LeastTime(twoCriteria, cfg.Block).Seconds() * phase / window
	if got := o.Remaining.Seconds(); got < 0.95*least || got > 1.1*least {
		t.Errorf("%v remain, want about %.0f s", o.Remaining, least)
	}
	if want := cfg.MaxMeasure.Seconds() * phase / window; o.Most < seconds(0.99*want) || o.Most > seconds(1.01*want) {
		t.Errorf("at most %v, want %.0f s", o.Most, want)
	}
	speed := []Tier{{Name: "speed", Criteria: twoCriteria[0].Criteria[:1]}}
	if o, want := newControlled(cfg, speed, one).Outlook(), seconds(usualPhases*phase); o.Remaining != want {
		t.Errorf("speed alone: %v remain, want %v", o.Remaining, want)
	}
	with := cfg
	with.Companion = true
	if o := newControlled(with, speed, one).Outlook(); o.Remaining != seconds(2*usualPhases*phase) {
		t.Errorf("with a companion: %v remain, want %v", o.Remaining, seconds(2*usualPhases*phase))
	}
	cfg.Budget = 10 * time.Minute
	if o := newControlled(cfg, twoCriteria, one).Outlook(); o.Remaining != cfg.Budget || o.Most != cfg.Budget {
		t.Errorf("with a budget of 10 minutes %v remain, at most %v", o.Remaining, o.Most)
	}
}

// Over simulated searches the estimate falls to 0, is never beyond the budget, aims at what is
// planned, changes nothing, and is of the order of what the search then takes.
func TestOutlookOfSearches(t *testing.T) {
	within, estimates := 0, 0
	for i := range 6 {
		rng := rand.New(rand.NewPCG(11, uint64(i)))
		s, _ := classes[0].draw(rng, 0)
		a := newControlled(usual, twoCriteria, Bounds{Max: 4096})
		type estimate struct{ at, left float64 }
		var said []estimate
		for range 300 {
			plan, ok := a.Next()
			o := a.Outlook()
			if again, _ := a.Next(); cmp.Diff(plan, again) != "" {
				t.Fatal("Outlook changed the plan")
			}
			if !ok {
				if o.Remaining != 0 && a.elapsed+o.Remaining.Seconds() < usual.Budget.Seconds()-300 {
					t.Errorf("%v remain when the search is over", o.Remaining)
				}
				break
			}
			if o.Remaining <= 0 || o.Remaining > usual.Budget {
				t.Fatalf("%v remain with a plan for %d agents", o.Remaining, plan.Agents)
			}
			if !contains(o.Aims, plan.Agents) {
				t.Errorf("the aims are %v, and %d is planned", o.Aims, plan.Agents)
			}
			said = append(said, estimate{a.elapsed, o.Remaining.Seconds()})
			if err := a.Observe(plan, s.measure(rng, a, plan)); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range said[:len(said)*3/4] {
			estimates++
			if ratio := e.left / (a.elapsed - e.at); ratio > 1./3 && ratio < 3 {
				within++
			}
		}
	}
	if within < estimates/2 {
		t.Errorf("%d of %d estimates are within a factor of three", within, estimates)
	}
	t.Logf("%d of %d estimates are within a factor of three", within, estimates)
}

func contains(all [][]int, n int) bool {
	for _, ns := range all {
		if slices.Contains(ns, n) {
			return true
		}
	}
	return false
}

func (a *alternate) Outlook() Outlook { return Outlook{} }
