package agentperf

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"

	"github.com/agentperf/agentperf-go/search"
)

var searches = flag.Int("searches", 40, "simulated searches of shares far from their limits, and half as many of each other class; -v shows the table")

// A found is how a search went, ours and that by the fixed rule.
type found struct {
	limit, binds    int
	decided, wrong  bool
	measured, whole float64 // seconds, without and with the starts of phases
	at, above, rest float64 // of measured: at the limit, one above it, elsewhere
	phases          int
	fixed, fixedAll float64 // seconds, when all answers are right
	fixedWrong      bool    // when they are by what is observed
}

func (f *found) ratio() float64 { return f.measured / f.fixed }

// fixedSeconds is how long a phase of the published rules measures at least.
const fixedSeconds = 600

func (c *class) search(rng *rand.Rand, i int) (f found) {
	s, binds := c.draw(rng, i)
	rules := Controlled()
	f.limit, f.binds = s.curves[0].limit, binds
	r := newReferee(rules, 0.01, 1, search.Joint{Max: 4096})
	start := func(n int) float64 { return (rules.ramp(n) + rules.Settle).Seconds() }
	for q, ok := r.next(); ok && f.phases < 500; q, ok = r.next() {
		o := s.measure(rng, r, q.N)
		r.observe(o)
		f.phases++
		seconds := o.measured.Seconds()
		f.measured += seconds
		f.whole += seconds + start(q.N)
		switch q.N {
		case f.limit:
			f.at += seconds
		case f.limit + 1:
			f.above += seconds
		default:
			f.rest += seconds
		}
	}
	stand := r.standing(0)
	f.decided = stand.Fail > 0 && stand.Pass == stand.Fail-1
	f.wrong = stand.Pass > f.limit || stand.Fail > 0 && stand.Fail <= f.limit

	truth, point := search.Bracket{Max: 4096}, search.Bracket{Max: 4096}
	for n, ok := truth.Next(); ok; n, ok = truth.Next() {
		truth.Observe(n, verdictOf(n <= f.limit))
		f.fixed += fixedSeconds
		f.fixedAll += fixedSeconds + start(n)
	}
	for n, ok := point.Next(); ok; n, ok = point.Next() {
		shares := s.observed(rng, n, fixedSeconds)
		point.Observe(n, verdictOf(shares[0] <= limits[0] && shares[1] <= limits[1]))
	}
	f.fixedWrong = point.Summary().LargestPassing != f.limit
	return f
}

func verdictOf(passes bool) search.Verdict {
	if passes {
		return search.Pass
	}
	return search.Fail
}

// TestSimulatedSearches runs searches on systems whose answer is known, with dependent
// requests, bursts, drift after the warm-up and cliffs, and asks how often the answer is
// wrong, how often there is none, and what it costs compared with 10 minutes for each
// number of agents that a search by doubling and bisection asks for.
func TestSimulatedSearches(t *testing.T) {
	var b bytes.Buffer
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "shares are\tbinding\tlimit\tsearches\tdecided\tundecided\twrong\tfixed rule wrong\tmeasured\tat the limit\tone above\telsewhere\tphases\ttime ratio\tP90\twith starts\t")
	for i := range classes {
		c := &classes[i]
		n := *searches
		if testing.Short() {
			n = min(n, 8)
		}
		if !c.demanding {
			n = (n + 1) / 2
		}
		all := make([]found, n)
		inParallel(n, func(j int) { all[j] = c.search(rand.New(rand.NewPCG(uint64(i), uint64(j))), j) })
		row(table, c.name, "all", "all", all, func(*found) bool { return true })
		for k, name := range binding {
			row(table, "", name, "all", all, func(f *found) bool { return f.binds == k })
		}
		for _, r := range [][2]int{{1, 1}, {2, 2}, {3, 3}, {4, 9}, {10, 29}, {30, 79}, {80, 150}} {
			row(table, "", "all", fmt.Sprintf("%d-%d", r[0], r[1]), all, func(f *found) bool { return r[0] <= f.limit && f.limit <= r[1] })
		}
		c.judge(t, all)
	}
	table.Flush()
	t.Logf("%% of searches, medians of minutes and of the ratio to the fixed rule\n%s", &b)
}

// judge demands what is promised, unless the lack of it may be chance.
func (c *class) judge(t *testing.T, all []found) {
	wrong, undecided, slow, n := 0, 0, 0, len(all)
	for i := range all {
		f := &all[i]
		wrong += int(one(f.wrong))
		undecided += int(one(!f.decided))
		slow += int(one(f.ratio() > 1.0/3))
	}
	const chance = 1e-3
	if atLeast(wrong, n, 0.01) < chance {
		t.Errorf("%s: %d of %d searches are wrong", c.name, wrong, n)
	}
	if c.demanding && atLeast(undecided, n, 0.1) < chance {
		t.Errorf("%s: %d of %d searches are undecided", c.name, undecided, n)
	}
	if c.demanding && atLeast(slow, n, 0.5) < chance {
		t.Errorf("%s: %d of %d searches take more than a third of the time of the fixed rule", c.name, slow, n)
	}
}

// atLeast returns the probability of at least k of n when each has p.
func atLeast(k, n int, p float64) (sum float64) {
	logFactorial := func(i int) float64 { v, _ := math.Lgamma(float64(i + 1)); return v }
	for i := k; i <= n; i++ {
		sum += math.Exp(logFactorial(n) - logFactorial(i) - logFactorial(n-i) + float64(i)*math.Log(p) + float64(n-i)*math.Log(1-p))
	}
	return sum
}

// row writes about the searches that belong to it.
func row(w *tabwriter.Writer, name, binds, limit string, all []found, belongs func(f *found) bool) {
	var fs []*found
	for i := range all {
		if belongs(&all[i]) {
			fs = append(fs, &all[i])
		}
	}
	if len(fs) == 0 {
		return
	}
	quantile := func(q float64, of func(f *found) float64) float64 {
		var values []float64
		for _, f := range fs {
			values = append(values, of(f))
		}
		slices.Sort(values)
		return values[int(q*float64(len(values)-1)+0.5)]
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%d\t", name, binds, limit, len(fs))
	for _, is := range []func(f *found) bool{
		func(f *found) bool { return f.decided }, func(f *found) bool { return !f.decided },
		func(f *found) bool { return f.wrong }, func(f *found) bool { return f.fixedWrong },
	} {
		k := 0.0
		for _, f := range fs {
			k += one(is(f))
		}
		fmt.Fprintf(w, "%.1f\t", 100*k/float64(len(fs)))
	}
	for _, seconds := range []func(f *found) float64{
		func(f *found) float64 { return f.measured }, func(f *found) float64 { return f.at },
		func(f *found) float64 { return f.above }, func(f *found) float64 { return f.rest },
	} {
		fmt.Fprintf(w, "%.1f\t", quantile(0.5, seconds)/60)
	}
	fmt.Fprintf(w, "%.0f\t%.2f\t%.2f\t%.2f\t\n", quantile(0.5, func(f *found) float64 { return float64(f.phases) }),
		quantile(0.5, (*found).ratio), quantile(0.9, (*found).ratio), quantile(0.5, func(f *found) float64 { return f.whole / f.fixedAll }))
}

// inParallel calls do with each number below n.
func inParallel(n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wg.Wait()
}
