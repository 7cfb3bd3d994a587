package decide

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/internal/derive"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/search"
)

// ended returns a request that began at a time and was answered.
func ended(begun, ttft, e2e time.Duration, tokens int) record.Row {
	start := time.Unix(1_800_000_000, 0)
	var c metrics.Clock
	c.Sent(start.Add(begun))
	c.Arrived(start.Add(begun+ttft), 4, 1)
	c.Arrived(start.Add(begun+e2e), 4*(tokens-1), tokens-1)
	c.Usage(metrics.Usage{Completion: tokens})
	c.Done(start.Add(begun + e2e))
	r := record.New()
	r.Begun, r.Outcome = begun, record.OK
	t := c.Timing()
	r.Take(&t, start)
	return r
}

// two returns a tier of a floor and a ceiling.
func two(floor float64, ceiling time.Duration) []Tier {
	return []Tier{{Name: "two", Criteria: []Criterion{{Metric: OutputSpeed, Bound: floor, Percent: 25}, {Metric: TTFT, Bound: float64(ceiling), Percent: 95}}}}
}

// A third of the requests is slow, and slow ones take fifteen times as long: of those that
// have ended at some time far fewer are slow. What is open is counted so that no look is
// misled, in either direction.
func TestCensoring(t *testing.T) {
	tiers := two(10, time.Second)
	for now := 10 * time.Second; now <= 5*time.Minute; now += 7 * time.Second {
		p := &record.Phase{Header: record.Header{Agents: 1, WindowEnd: now, End: now}}
		truth, done, slowDone := 0.0, 0.0, 0.0
		for i := range int(now / time.Second) {
			begun := time.Duration(i) * time.Second
			e2e, slow := 2*time.Second, i%3 == 0
			if slow {
				e2e, truth = 30*time.Second, truth+1
			}
			if begun+e2e <= now {
				p.Rows = append(p.Rows, ended(begun, 100*time.Millisecond, e2e, 41))
				if done++; slow {
					slowDone++
				}
				continue
			}
			r := record.New()
			r.Begun, r.MaxTokens, r.Forced = begun, 41, true
			if first := begun + 100*time.Millisecond; first <= now {
				r.First = first
			}
			p.Open = append(p.Open, r)
		}
		n := now.Seconds()
		truth /= n
		o := Observe(tiers, time.Second, p)
		speed, ttft := &o.Tiers[0].Criteria[0], &o.Tiers[0].Criteria[1]
		if all, _ := speed.For.Counts(); all != n {
			t.Fatalf("at %v %v requests count, want all %v", now, all, n)
		}
		if lo, hi := speed.Against.Share(), speed.For.Share(); lo > truth || hi < truth {
			t.Errorf("at %v a share of %.3f is taken to be %.3f for a pass and %.3f for a fail", now, truth, hi, lo)
		}
		if now == 45*time.Second && slowDone/done > truth*0.6 {
			t.Errorf("the test tests nothing: of completed requests %.2f are slow", slowDone/done)
		}
		if ttft.Against.Share() != 0 || ttft.For.Share()*n > 1 {
			t.Errorf("at %v first tokens that have come are taken to be late: %v", now, ttft.For.Share())
		}
	}
}

// A phase that a look ended says what it said at that look, whatever its open requests came
// to afterwards.
func TestObservationIsThatOfTheLook(t *testing.T) {
	tiers, now := two(10, time.Second), 20*time.Second
	look := &record.Phase{Header: record.Header{Agents: 1, WindowEnd: now, End: now}}
	after := &record.Phase{Header: record.Header{Agents: 1, WindowEnd: now, End: now + time.Minute, Ending: record.Decided}}
	for i := range 20 {
		begun := time.Duration(i) * time.Second
		e2e := 2 * time.Second
		if i%3 == 0 {
			e2e = 30 * time.Second
		}
		r := ended(begun, 100*time.Millisecond, e2e, 41)
		after.Rows = append(after.Rows, r)
		if r.End <= now {
			look.Rows = append(look.Rows, r)
			continue
		}
		open := record.New()
		open.Begun, open.Agent = begun, 0
		if r.First <= now {
			open.First = r.First
		}
		look.Open = append(look.Open, open)
	}
	a, b := Observe(tiers, time.Second, look), Observe(tiers, time.Second, after)
	if d := cmp.Diff(a.Tiers[0].Criteria, b.Tiers[0].Criteria); d != "" {
		t.Errorf("(-at the look +afterwards)\n%s", d)
	}
	if n, bad := b.Tiers[0].Criteria[0].For.Counts(); n != 20 || bad < 8 {
		t.Errorf("%v requests, %v of them bad for a pass", n, bad)
	}
}

func TestOpenRequests(t *testing.T) {
	at := func(seconds float64) time.Duration { return time.Duration(seconds * 1e9) }
	row := func(first time.Duration, tokens int32) *record.Row {
		r := record.New()
		r.Begun, r.First, r.MaxTokens, r.Forced = 0, first, tokens, tokens > 0
		return &r
	}
	waiting, streaming, open := row(record.None, 41), row(at(2), 41), row(at(2), 0)
	for _, tt := range []struct {
		name      string
		m         *Metric
		row       *record.Row
		at, bound float64
		bad, good bool
	}{
		{"40 tokens after the first at 10/s take 4 s", OutputSpeed, streaming, 6, 10, false, false},
		{"and no more", OutputSpeed, streaming, 6.001, 10, true, false},
		{"without a first token", OutputSpeed, waiting, 99, 10, false, false},
		{"without a length nothing is known", OutputSpeed, open, 99, 10, false, false},
		{"over all 41 take 4.1 s", E2ESpeed, streaming, 4.1, 10, false, false},
		{"and no more, waiting or not", E2ESpeed, waiting, 4.2, 10, true, false},
		{"without a length", E2ESpeed, open, 99, 10, false, false},
		{"late while it waits", TTFT, waiting, 3.1, 3e9, true, false},
		{"not yet", TTFT, waiting, 3, 3e9, false, false},
		{"a first token in time stays so", TTFT, streaming, 99, 3e9, false, true},
		{"one that was not, too", TTFT, streaming, 99, 1e9, true, false},
	} {
		if bad, good := tt.m.Open(tt.row, at(tt.at), tt.bound); bad != tt.bad || good != tt.good {
			t.Errorf("%s: bad %v, good %v", tt.name, bad, good)
		}
	}
}

// Failures are slow and late, requests that we cut are unknown, what the client broke is
// nothing, and answers that came at once have no speed.
func TestOutcomes(t *testing.T) {
	sec := time.Second
	failed, cut, local, atOnce, before := ended(sec, sec, 2*sec, 5), ended(sec, sec, 2*sec, 5), ended(sec, sec, 2*sec, 5), ended(sec, sec, sec, 5), ended(sec-1, sec, 99*sec, 5)
	failed.Outcome, cut.Outcome, local.Outcome = "truncated", record.Canceled, record.Local
	p := &record.Phase{Header: record.Header{Agents: 1, Settled: sec, WindowEnd: 2 * sec, End: 4 * sec, Ending: record.Complete}}
	p.Rows = []record.Row{failed, cut, local, atOnce, before}
	e2e := Tier{Criteria: []Criterion{{Metric: E2ESpeed, Bound: 1, Percent: 25}}}
	for _, tt := range []struct {
		tier Tier
		want [][4]float64 // requests and bad ones, for a pass and for a fail
	}{
		{two(1, 2*sec)[0], [][4]float64{{2, 2, 2, 1}, {3, 1, 3, 1}}},
		{Tier{Criteria: two(1, 0)[0].Criteria[:1]}, [][4]float64{{2, 2, 2, 1}}},
		{e2e, [][4]float64{{3, 2, 3, 1}}},
	} {
		o := Observe([]Tier{tt.tier}, sec, p)
		for i, c := range o.Tiers[0].Criteria {
			n, k := c.For.Counts()
			m, j := c.Against.Counts()
			if got := [4]float64{n, k, m, j}; got != tt.want[i] {
				t.Errorf("%s: %v, want %v", c.Name, got, tt.want[i])
			}
		}
	}
	o := Observe(two(1, 2*sec), sec, p)
	if c := o.Tiers[0].Criteria[:1]; !c[0].mostlyUnmeasurable() || assess(c).tentative != search.Unclear {
		t.Errorf("%+v, %+v", c, assess(c))
	}
	if o.Cut != 1 || o.Invalid == "" && derive.LocalFailure(p) != "" {
		t.Errorf("%d cut, invalid %q", o.Cut, o.Invalid)
	}
}

// An observation goes through JSON and says the same, also where nothing is finite.
func TestObservationJSON(t *testing.T) {
	failed := ended(0, time.Second, 2*time.Second, 5)
	failed.Outcome = "status"
	p := &record.Phase{Header: record.Header{Agents: 3, WindowEnd: time.Minute, End: time.Minute, Ending: record.Complete}, Rows: []record.Row{failed, ended(1, 2, 3e9, 40)}}
	tiers := two(1, time.Second)
	o := Observe(tiers, time.Second, p)
	if !math.IsInf(float64(o.Tiers[0].Criteria[1].Value), 1) {
		t.Errorf("P95 of a failure and a fast answer is %v", o.Tiers[0].Criteria[1].Value)
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var again Observation
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(o, again); d != "" {
		t.Error(d)
	}
	if err := again.Validate(tiers); err != nil {
		t.Error(err)
	}
}

// A number beyond those that may be tried at which nothing succeeded, of a journal, makes
// nobody ask between there and here.
func TestControlledStaysWithinMax(t *testing.T) {
	c := newControlled(usual, twoCriteria, Bounds{Max: 20})
	dead := Observation{Agents: 64, Ending: record.Dead, Tiers: []TierObservation{{Categorical: "nothing succeeded", Criteria: make([]CriterionObservation, 2)}}}
	for i := range dead.Tiers[0].Criteria {
		dead.Tiers[0].Criteria[i].Name, dead.Tiers[0].Criteria[i].Limit = twoCriteria[0].Criteria[i].Metric.Name, twoCriteria[0].Criteria[i].Limit()
	}
	for range 2 {
		if err := c.Observe(Plan{}, dead); err != nil {
			t.Fatal(err)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	holds := system{curves: [2]curve{{limit: 30}, {limit: 30}}, memory: 5, lasts: 5}
	for range 200 {
		plan, ok := c.Next()
		if !ok {
			break
		}
		if plan.Agents > 20 {
			t.Fatalf("asks %d agents, where 20 are the most", plan.Agents)
		}
		if err := c.Observe(plan, holds.measure(rng, c, plan)); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.Conclude()[0]; got.Holds != 20 {
		t.Errorf("%+v, want 20 to hold", got)
	}
}

// A criterion can be over the requests that end in the window, in blocks of their ends: what
// began before it counts, and what is open or was cut does not.
func TestRequestsThatEnd(t *testing.T) {
	const sec = time.Second
	tier := Tier{Criteria: []Criterion{{Metric: E2ESpeed, Bound: 10, Percent: 25, Ends: true}}}
	p := &record.Phase{Header: record.Header{Agents: 1, Settled: 10 * sec, WindowEnd: 20 * sec, End: 30 * sec, Ending: record.Complete}}
	cut := ended(12*sec, sec, 2*sec, 41)
	cut.Outcome = record.Canceled
	p.Rows = []record.Row{
		ended(2*sec, sec, 9*sec, 41),  // to 11 s, slow
		ended(9*sec, sec, 4*sec, 41),  // to 13 s
		ended(3*sec, sec, 9*sec, 91),  // to 12 s
		ended(14*sec, sec, 4*sec, 41), // to 18 s
		ended(18*sec, sec, 4*sec, 41), // to 22 s
		cut,
	}
	open := record.New()
	open.Begun = 15 * sec
	p.Open = []record.Row{open}
	c := Observe([]Tier{tier}, 2*sec, p).Tiers[0].Criteria[0]
	want := []confseq.Block{{N: 1, K: 1}, {N: 2}, {N: 1}} // from 10, 12 and 18 s
	if d := cmp.Diff(want, c.For.Blocks); d != "" || c.N != 4 {
		t.Errorf("%d requests (-want +got)\n%s", c.N, d)
	}
}
