package decide

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

// Two agents with ten turns of 10 s each. Of the first, all is as the pace has it. The second
// takes 8 s for answers that the pace has 4 s for, and 2 s for all else: it stays for 10/6 of
// the time.
func TestStays(t *testing.T) {
	const sec = time.Second
	p := &record.Phase{Header: record.Header{Agents: 3, Settled: 100 * sec, WindowEnd: 200 * sec, End: 200 * sec, Ending: record.Complete}}
	p.Pace = record.Pace{Token: 0.008, Context: 2e-7} // 0.01 s with 10,000 tokens of input
	for i := range 10 {
		for agent, decode := range []time.Duration{4 * sec, 8 * sec} {
			r := ended(100*sec+time.Duration(i)*10*sec, sec/2, sec/2+decode, 401)
			r.Agent, r.Planned, r.MaxTokens, r.Forced = int32(agent), 10_000, 401, true
			p.Rows = append(p.Rows, r)
		}
	}
	open := record.New() // of the third agent nothing is known
	open.Agent, open.Outcome, open.Begun = 2, record.Open, 90*sec
	p.Open = append(p.Open, open)
	tier := Tier{Criteria: []Criterion{{Metric: OutputSpeed, Bound: 70, Percent: 25, Ends: true}, {Metric: TTFT, Bound: 3e9, Percent: 95, Ends: true}}}
	o := Observe([]Tier{tier}, sec, p)
	apart := math.Log(10.0 / 6)
	want := StaysObservation{Between: 20 * math.Ln2 * math.Ln2 / 4, Agents: 1, Answers: 18, Size: 10, Spread: apart * apart / 2, Decoding: 0.6}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })
	if d := cmp.Diff(want, o.Stays, near); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	// Half of the logarithm of 10/6 is 0.255 either way.
	if d := cmp.Diff([]InputCount{{Bin: unitStay - 3, N: 10}, {unitStay + 3, 10, [2]float64{10, 10}}}, o.Tiers[0].Criteria[0].Stays); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if o.Tiers[0].Criteria[1].Stays != nil {
		t.Error("lateness by stays")
	}
	if err := o.Validate([]Tier{tier}); err != nil {
		t.Error(err)
	}
	p.Pace = record.Pace{}
	if o := Observe([]Tier{tier}, sec, p); o.Stays != (StaysObservation{}) || o.Tiers[0].Criteria[0].Stays != nil {
		t.Errorf("%+v without a pace", o.Stays)
	}
	for bin := 1; bin < mostBin; bin++ {
		if got := stayBin(binStay(bin)); got != bin {
			t.Errorf("bin %d is %d", bin, got)
		}
	}
}

// analyzed returns the analysis of variance of phases of ten agents with some answers each.
func analyzed(rng *rand.Rand, phases int, between, within float64) (all []StaysObservation) {
	for range phases {
		var s StaysObservation
		var n, x, squares, sizes float64
		for range 10 {
			m, own := float64(1+rng.IntN(5)), between*rng.NormFloat64()
			sum, sq := 0.0, 0.0
			for range int(m) {
				y := own + within*rng.NormFloat64()
				sum, sq = sum+y, sq+y*y
			}
			n, x, squares, sizes = n+m, x+sum, squares+sum*sum/m, sizes+m*m
			s.Within += sq - sum*sum/m
		}
		s.Between, s.Agents, s.Answers, s.Size = squares-x*x/n, 9, n-10, n-sizes/n
		all = append(all, s)
	}
	return all
}

func pooled(all []StaysObservation) uneven {
	return unevenness(func(yield func(*StaysObservation) bool) {
		for i := range all {
			if !yield(&all[i]) {
				return
			}
		}
	})
}

// Agents that do not differ are not taken to, however much their answers do; those that do
// are, by as much as they do.
func TestUnevenness(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		if u := pooled(analyzed(rng, 5+i, 0, 0.6)); u.spread != 0 {
			t.Errorf("agents that do not differ: %+v", u)
		}
	}
	// Of the variance between the means of agents with 3 answers 0.16/(0.16 + 0.09/3) is
	// theirs, 0.84; unequal numbers of answers make that 0.82.
	if u := pooled(analyzed(rng, 300, 0.4, 0.3)); math.Abs(u.spread-0.4) > 0.02 || math.Abs(u.reliable-0.82) > 0.03 {
		t.Errorf("agents that differ by 0.4: %+v", u)
	}
	if u := pooled(analyzed(rng, 300, 0.05, 0.02)); u.spread != 0 {
		t.Errorf("agents that differ by next to nothing: %+v", u)
	}
	if u := pooled(nil); u.spread != 0 {
		t.Errorf("nothing: %+v", u)
	}
}

// network is a system of places that agents are put on at random and share there, with all
// that can be known of it exactly: an agent's stay by the number at its place, and whether
// its requests are then bad.
type network struct {
	places int
	stay   func(j int) float64
	bad    func(j int) float64
}

// each calls f for each way to put agents on places, with its probability after a start and
// its weight in the steady state, by the product form.
func (w *network) each(agents int, f func(at []int, start, steady float64)) {
	at := make([]int, 0, w.places)
	var put func(left int)
	put = func(left int) {
		if len(at) == w.places-1 {
			at = append(at, left)
			ways, product := math.Gamma(float64(agents+1))/math.Pow(float64(w.places), float64(agents)), 1.0
			for _, j := range at {
				ways /= math.Gamma(float64(j + 1))
				for i := 1; i <= j; i++ {
					product *= w.stay(i)
				}
			}
			f(at, ways, ways*product)
			at = at[:len(at)-1]
			return
		}
		for j := range left + 1 {
			at = append(at, j)
			put(left - j)
			at = at[:len(at)-1]
		}
	}
	put(agents)
}

// observed returns what a thousand phases after a start say together, and the share of bad
// requests after a start and in the steady state.
func (w *network) observed(agents int) (o replicate, start, steady float64) {
	const phases = 1000
	var n, k, starts, bad float64
	bins := make(map[int]*InputCount)
	w.each(agents, func(at []int, p, weight float64) {
		mean := 0.0
		for _, j := range at {
			if j > 0 {
				mean += float64(j) * math.Log(w.stay(j)) / float64(agents)
			}
		}
		o.Speed.Mean -= p * mean
		for _, j := range at {
			if j == 0 {
				continue
			}
			requests, z := float64(j)/w.stay(j), math.Log(w.stay(j))-mean
			n, k = n+weight*requests, k+weight*requests*w.bad(j)
			starts, bad = starts+p*requests, bad+p*requests*w.bad(j)
			b := bins[stayBin(z)]
			if b == nil {
				b = &InputCount{Bin: stayBin(z)}
				bins[stayBin(z)] = b
			}
			b.N += phases * p * requests
			b.Bad[0] += phases * p * requests * w.bad(j)
			b.Bad[1] = b.Bad[0]
			o.Stays.Spread += phases * p * float64(j) * z * z
		}
	})
	o.Agents, o.Speed.N = agents, 100
	o.Stays.Agents, o.Stays.Answers, o.Stays.Size, o.Stays.Decoding = phases*float64(agents-1), phases*float64(agents), 2*phases*float64(agents-1), 1
	o.Stays.Between, o.Stays.Within = 2*o.Stays.Spread, 1e-6
	o.Tiers = []TierObservation{{Criteria: []CriterionObservation{{Stays: inputCounts(bins)}}}}
	return o, bad / starts, k / n
}

// What phases after a start say of sessions pinned to places, with what longer adds, is the
// exact share of the steady state, within the doubt and three points; without it, 9 to 13 points
// are missing.
func TestLongerOfClosedNetworks(t *testing.T) {
	for _, tt := range []struct {
		name    string
		network network
		agents  int
	}{
		// Up to two at a place do not slow each other; five do too much.
		{"four places", network{4, func(j int) float64 { return 0.4 + max(2, float64(j))/2 }, func(j int) float64 { return clamp((float64(j)-3.5)/2, 0, 1) }}, 11},
		{"three places", network{3, func(j int) float64 { return 0.4 + max(3, float64(j))/3 }, func(j int) float64 { return clamp((float64(j)-5.5)/2, 0, 1) }}, 13},
		{"six places", network{6, func(j int) float64 { return 0.5 + max(2, float64(j))/2 }, func(j int) float64 { return clamp((float64(j)-3.5)/2, 0, 1) }}, 16},
	} {
		c := newControlled(usual, two(20, time.Second), Bounds{Max: 100})
		for _, n := range []int{tt.agents - 3, tt.agents, tt.agents + 3} {
			o, _, _ := tt.network.observed(n)
			c.seen = append(c.seen, o)
		}
		_, start, steady := tt.network.observed(tt.agents)
		l := c.longer(0, 0, tt.agents)
		t.Logf("%s: %.1f %% after a start, %.1f +- %.1f %% estimated, %.1f %% in the steady state", tt.name, 100*start, 100*(start+l.more), 100*l.doubt, 100*steady)
		if math.Abs(start+l.more-steady) > l.doubt+0.03 || steady < start+0.09 {
			v, a := c.staysAt(tt.agents)
			t.Errorf("%s: %v after a start and %v in the steady state, longer says %+v, with a variance of %v and a power of %v", tt.name, start, steady, l, v, a)
		}
		if l := c.longer(0, 1, tt.agents); l != (longer{}) {
			t.Errorf("%s: lateness has %+v", tt.name, l)
		}
	}
}

// Agents on places that differ in speed by themselves, of which each has one of its own: all
// numbers have the same speeds, and sessions are as often on a slow place as on a fast one.
func TestLongerOfOwnSpeeds(t *testing.T) {
	const v = 0.09
	bad := func(z float64) float64 { return 1 / (1 + math.Exp(2-8*z)) }
	c := newControlled(usual, two(20, time.Second), Bounds{Max: 100})
	start, steady := 0.0, 0.0
	for _, n := range []int{8, 10, 13} {
		o := replicate{}
		o.Agents, o.Speed = n, SpeedObservation{N: 100, Mean: 3}
		o.Stays = StaysObservation{Between: 20_000 * v * 3, Within: 40_000 * 0.001, Agents: 20_000, Answers: 40_000, Size: 60_000, Spread: 20_000 * v, Decoding: 0.8}
		var stays []InputCount
		requests, broken := 0.0, 0.0
		for bin := range mostBin {
			z := binStay(bin)
			density := math.Exp(-z*z/(2*v)) / math.Sqrt(2*math.Pi*v) / stayBins
			if met := 20_000 * density * math.Exp(-z); met > 1e-3 {
				stays = append(stays, InputCount{bin, met, [2]float64{met * bad(z), met * bad(z)}})
				requests, broken = requests+met, broken+met*bad(z)
			}
			if n == 10 {
				steady += density * bad(z)
			}
		}
		start = broken / requests
		o.Tiers = []TierObservation{{Criteria: []CriterionObservation{{Stays: stays}}}}
		c.seen = append(c.seen, o)
	}
	l := c.longer(0, 0, 10)
	t.Logf("%.3f after a start, %.3f in the steady state, %+v", start, steady, l)
	// The speeds are the same at three numbers within 1.6 of each other, but a ridge holds
	// the power near what is likely.
	if math.Abs(start+l.more-steady) > l.doubt+0.02 || steady < start+0.04 {
		t.Errorf("%v after a start and %v in the steady state, longer says %+v", start, steady, l)
	}
}
