package decide

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/search"
)

var (
	searches = flag.Int("searches", 20, "simulated searches of shares far from their limits, and half as many of each other class; -v shows the table; 400 for what searchesFile holds")
	update   = flag.Bool("update", false, "write the tables in the documentation, and with -searches 400 "+searchesFile)
)

// searchesFile is the table of TestSimulatedSearches with fullSearches. The
// documentation shows rows of it.
const (
	searchesFile = "testdata/searches.txt"
	fullSearches = 400
)

// A found is how a search went, ours and that by the fixed rule.
type found struct {
	limit, binds    int
	decided, wrong  bool
	within          bool // both bounds are, by a quarter
	holds, fails    int
	measured, whole float64 // seconds, without and with the starts of phases
	at, above, rest float64 // of measured: at the limit, one above it, elsewhere
	phases          int
	fixed, fixedAll float64 // seconds, when all answers are right
	fixedWrong      bool    // when they are by what is observed
}

func (f *found) ratio() float64 { return f.measured / f.fixed }

// fixedSeconds is how long a phase of the published rules measures at least, and
// fixedSettle how long it settles.
const (
	fixedSeconds = 600
	fixedSettle  = 30 * time.Second
)

// usual is the controlled rule with its defaults; twoCriteria is a tier as published.
var (
	usual = Controlled{
		ErrorRate: 0.01, MaxMeasure: time.Hour, Budget: 6 * time.Hour, SpawnRate: 4, Drain: 5 * time.Second,
	}
	twoCriteria = []Tier{{Name: "two", Criteria: []Criterion{
		{Metric: OutputSpeed, Bound: 20, Percent: 25},
		{Metric: TTFT, Bound: ceiling * float64(time.Second), Percent: 95},
	}}}
)

func (c *class) search(rng *rand.Rand, i int) (f found) {
	s, binds := c.draw(rng, i)
	f.limit, f.binds = s.curves[0].limit, binds
	r := NewControlled(usual, twoCriteria, Bounds{Max: 4096})
	start := func(n int) float64 { return (ramp(n, usual.SpawnRate) + fixedSettle).Seconds() }
	for plan, ok := r.Next(); ok && f.phases < 500; plan, ok = r.Next() {
		o := s.measure(rng, r, plan)
		if err := r.Observe(plan, o); err != nil {
			panic(err)
		}
		f.phases++
		seconds := o.Measured.Seconds()
		f.measured += seconds
		f.whole += o.Took.Seconds()
		switch plan.Agents {
		case f.limit:
			f.at += seconds
		case f.limit + 1:
			f.above += seconds
		default:
			f.rest += seconds
		}
	}
	known := r.Conclude()[0]
	f.decided = known.Fails > 0 && known.Holds == known.Fails-1
	f.wrong = known.Holds > f.limit || known.Fails > 0 && known.Fails <= f.limit
	f.holds, f.fails = known.Holds, known.Fails
	f.within = float64(known.Holds) >= 0.75*float64(f.limit) && known.Fails > 0 && float64(known.Fails) <= 1.25*float64(f.limit+1)

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
// number of agents that a search by doubling and bisection asks for. After a change that
// is meant to change the table:
//
//	go test ./internal/decide -run SimulatedSearches -searches 400 -update
//	go test ./agentperf -run DocTables -update
func TestSimulatedSearches(t *testing.T) {
	n := *searches
	if testing.Short() {
		n = min(n, 4)
	}
	var table strings.Builder
	table.WriteString(searchesHead())
	for i := range classes {
		c := &classes[i]
		all := c.searches(i, n, limitRange{1, math.MaxInt})
		table.WriteString(searchesRow(c.name, "all", "all", all))
		for k, name := range binding {
			table.WriteString(searchesRow(c.name, name, "all", slices.DeleteFunc(slices.Clone(all), func(f found) bool { return f.binds != k })))
		}
		for _, r := range limitRanges {
			table.WriteString(searchesRow(c.name, "all", r.String(), slices.DeleteFunc(slices.Clone(all), func(f found) bool { return !r.has(f.limit) })))
		}
		c.judge(t, all)
	}
	t.Logf("%% of searches, medians of minutes and of the ratio to the fixed rule\n%s", table.String())
	if *update {
		if n != fullSearches {
			t.Fatalf("-update takes -searches %d", fullSearches)
		}
		if err := os.WriteFile(searchesFile, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if n == fullSearches {
		if diff := cmp.Diff(readFile(t, searchesFile), table.String()); diff != "" {
			t.Errorf("%s is not what is measured; run with -update (-file +measured):\n%s", searchesFile, diff)
		}
	}
}

// TestSearchesFile ties the file to the code: a row that takes few seconds is measured in
// full.
func TestSearchesFile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some 300 searches")
	}
	i, r := len(classes)-1, limitRanges[0]
	row := searchesRow(classes[i].name, "all", r.String(), classes[i].searches(i, fullSearches, r))
	if !strings.Contains(readFile(t, searchesFile), row) {
		t.Errorf("%s lacks the row that is measured:\n%s%s", searchesFile, searchesHead(), row)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A limitRange is of numbers of agents, both ends included.
type limitRange [2]int

var limitRanges = []limitRange{{1, 1}, {2, 2}, {3, 3}, {4, 9}, {10, 29}, {30, 79}, {80, 150}}

func (r limitRange) has(n int) bool { return r[0] <= n && n <= r[1] }
func (r limitRange) String() string { return fmt.Sprintf("%d-%d", r[0], r[1]) }

// searches runs those of the i-th class, of n in all, whose limit is in a range. Each has
// a seed of its own.
func (c *class) searches(i, n int, r limitRange) (all []found) {
	if !c.demanding {
		n = (n + 1) / 2
	}
	seed := func(j int) *rand.Rand { return rand.New(rand.NewPCG(uint64(i), uint64(j))) }
	var which []int
	for j := range n {
		if s, _ := c.draw(seed(j), j); r.has(s.curves[0].limit) {
			which = append(which, j)
		}
	}
	all = make([]found, len(which))
	inParallel(len(which), func(k int) { all[k] = c.search(seed(which[k]), which[k]) })
	return all
}

// judge demands what is promised, unless the lack of it may be chance.
func (c *class) judge(t *testing.T, all []found) {
	wrong, open, slow, n := 0, 0, 0, len(all)
	for i := range all {
		f := &all[i]
		wrong += int(one(f.wrong))
		open += int(one(!f.within))
		slow += int(one(f.ratio() > 1.0/3))
	}
	const chance = 1e-3
	if atLeast(wrong, n, 0.01) < chance {
		t.Errorf("%s: %d of %d searches are wrong", c.name, wrong, n)
	}
	if c.demanding && atLeast(open, n, 0.1) < chance {
		t.Errorf("%s: %d of %d searches have no bounds within a quarter of the truth", c.name, open, n)
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

func searchesHead() string {
	return fmt.Sprintf("%-21s  binding  limit   searches  within  neighbors  wrong  fixed rule wrong  minutes  all minutes  at the limit  one above  elsewhere  phases  time ratio  P90   with starts\n", "shares are")
}

// searchesRow returns the row of a table, in columns that two spaces or more separate;
// nothing without searches.
func searchesRow(name, binds, limit string, all []found) string {
	if len(all) == 0 {
		return ""
	}
	quantile := func(q float64, of func(f *found) float64) float64 {
		var values []float64
		for i := range all {
			values = append(values, of(&all[i]))
		}
		slices.Sort(values)
		return values[int(q*float64(len(values)-1)+0.5)]
	}
	percent := func(is func(f *found) bool) float64 {
		k := 0.0
		for i := range all {
			k += one(is(&all[i]))
		}
		return 100 * k / float64(len(all))
	}
	minutes := func(seconds func(f *found) float64) float64 { return quantile(0.5, seconds) / 60 }
	return fmt.Sprintf("%-21s  %-7s  %-6s  %8d  %6.1f  %9.1f  %5.1f  %16.1f  %7.1f  %11.1f  %12.1f  %9.1f  %9.1f  %6.0f  %10.2f  %4.2f  %11.2f\n",
		name, binds, limit, len(all),
		percent(func(f *found) bool { return f.within }), percent(func(f *found) bool { return f.decided }),
		percent(func(f *found) bool { return f.wrong }), percent(func(f *found) bool { return f.fixedWrong }),
		minutes(func(f *found) float64 { return f.measured }), minutes(func(f *found) float64 { return f.whole }), minutes(func(f *found) float64 { return f.at }),
		minutes(func(f *found) float64 { return f.above }), minutes(func(f *found) float64 { return f.rest }),
		quantile(0.5, func(f *found) float64 { return float64(f.phases) }),
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
