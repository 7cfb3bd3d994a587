package confseq

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

	"github.com/google/go-cmp/cmp"
)

var (
	coverage = flag.Int("coverage", 30, "samples in a row of the tables of coverage and power, which -v shows; 1000 for all looks and for what coverageFile holds")
	update   = flag.Bool("update", false, "with -coverage 1000, write "+coverageFile)
)

const (
	blockSeconds = 10
	level        = 0.005 // each end may be wrong as often
	nominal      = 1 - 2*level
	lastLook     = 180 // blocks

	// coverageFile is the table of TestCoverage with fullSamples in each row. The
	// documentation of agentperf shows rows of it.
	coverageFile = "testdata/coverage.txt"
	fullSamples  = 1000
)

var threshold = math.Log(1 / level)

// times are the sample lengths, in blocks, at which coverage is asked for.
var times = [...]int{10, 20, 40, 160}

// dependence is named for the tables.
type dependence struct {
	name                 string
	spells, spell, intra float64
}

var (
	independent = dependence{"none", 0, 0, 0}
	weakSpells  = dependence{"10 s spells, 30 %", 0.3, 10, 0}
	spells      = dependence{"10 s spells, 60 %", 0.6, 10, 0}
	onlySpells  = dependence{"10 s spells, 100 %", 1, 10, 0}
	longSpells  = dependence{"30 s spells, 60 %", 0.6, 30, 0}
	weakPlays   = dependence{"plays, 0.05", 0, 0, 0.05}
	plays       = dependence{"plays, 0.2", 0, 0, 0.2}
	strongPlays = dependence{"plays, 0.5", 0, 0, 0.5}
	both        = dependence{"10 s spells, 60 %, and plays, 0.2", 0.6, 10, 0.2}
)

func (d dependence) world(agents int, share float64) world {
	return world{agents: agents, share: share, spells: d.spells, spell: d.spell, intra: d.intra, every: 6, play: 300}
}

// A setting is a row of the table.
type setting struct {
	dependence
	share  float64
	agents int
	misses float64 // the rate that is known to happen, if more than nominal
	seed   uint64
}

func settings() (all []setting) {
	for _, q := range []float64{0.25, 0.05} {
		for _, row := range []struct {
			dependence
			agents []int
			misses float64
		}{
			{independent, []int{4, 16, 64}, 0},
			{weakSpells, []int{16, 64}, 0},
			{spells, []int{4, 16, 64}, 0},
			{onlySpells, []int{16, 64}, 0},
			// Too long for the blocks: that none came yet is likelier than bets take it to be.
			{longSpells, []int{16, 64}, 0.12},
			{weakPlays, []int{16, 64}, 0},
			// Some twenty plays in all, when the bad ones have not come yet, differ too little.
			{plays, []int{4}, 0.03},
			{plays, []int{16, 64}, 0},
			{strongPlays, []int{16, 64}, 0},
			{both, []int{4, 16, 64}, 0},
		} {
			for _, agents := range row.agents {
				all = append(all, setting{row.dependence, q, agents, max(1-nominal, row.misses), uint64(len(all) + 1)})
			}
		}
	}
	return all
}

// counts are how many samples missed the true share, by interval.
type counts struct {
	ours, naive, byAgent [len(times)]atomic.Int64
	ever                 atomic.Int64 // ours, at any look
}

// TestCoverage measures how often a nominal 99 % interval contains a known share, at
// times fixed beforehand and at all looks at once. It shows that the usual intervals
// fail the same test where agents feel the same spells. After a change that is meant to
// change the table:
//
//	go test ./internal/confseq -run Coverage -coverage 1000 -update
//	go test ./agentperf -run DocTables -update
func TestCoverage(t *testing.T) {
	samples := *coverage
	if testing.Short() {
		samples = min(samples, 6)
	}
	var table strings.Builder
	table.WriteString(coverageHead())
	for _, s := range settings() {
		c := s.measure(samples)
		table.WriteString(s.row(c, samples))
		s.judge(t, c, samples)
	}
	t.Logf("coverage in %% of %d samples, by blocks\n%s", samples, table.String())
	if *update {
		if samples != fullSamples {
			t.Fatalf("-update takes -coverage %d", fullSamples)
		}
		if err := os.WriteFile(coverageFile, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if samples == fullSamples {
		if diff := cmp.Diff(readCoverage(t), table.String()); diff != "" {
			t.Errorf("%s is not what is measured; run with -update (-file +measured):\n%s", coverageFile, diff)
		}
	}
}

// TestCoverageFile ties the file to the code: the row with most misses, which is also one
// of the fastest to measure (2 s), is measured in full.
func TestCoverageFile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 1,000 samples")
	}
	table := readCoverage(t)
	for _, s := range settings() {
		if s.dependence == longSpells && s.agents == 16 && s.share == 0.25 {
			row := s.row(s.measure(fullSamples), fullSamples)
			if !strings.Contains(table, row) {
				t.Errorf("%s lacks the row that is measured:\n%s%s", coverageFile, coverageHead(), row)
			}
		}
	}
	if got, want := strings.Count(table, "\n"), 1+len(settings()); got != want {
		t.Errorf("%s has %d lines, want %d", coverageFile, got, want)
	}
}

func readCoverage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(coverageFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (s setting) measure(samples int) *counts {
	var c counts
	inParallel(samples, func(i int) {
		s.world(s.agents, s.share).miss(rand.New(rand.NewPCG(s.seed, uint64(i))), s.share, &c, samples >= fullSamples)
	})
	return &c
}

func coverageHead() string {
	return fmt.Sprintf("share  %-33s  agents  at 10  at 20  at 40  at 160  all looks  binomial at 20  binomial at 160  by agent at 20  by agent at 160\n", "dependence")
}

// row returns the row of a table: coverage in percent, by columns that two spaces or
// more separate.
func (s setting) row(c *counts, samples int) string {
	in := func(misses *atomic.Int64) float64 { return 100 * (1 - float64(misses.Load())/float64(samples)) }
	return fmt.Sprintf("%5.2f  %-33s  %6d  %5.1f  %5.1f  %5.1f  %6.1f  %9.1f  %14.1f  %15.1f  %14.1f  %15.1f\n", s.share, s.name, s.agents,
		in(&c.ours[0]), in(&c.ours[1]), in(&c.ours[2]), in(&c.ours[3]), in(&c.ever),
		in(&c.naive[1]), in(&c.naive[3]), in(&c.byAgent[1]), in(&c.byAgent[3]))
}

// judge demands coverage of ours, and the lack of it of others.
func (s setting) judge(t *testing.T, c *counts, samples int) {
	t.Helper()
	name := fmt.Sprintf("share %v, %s, %d agents", s.share, s.name, s.agents)
	for at, blocks := range times {
		if got := c.ours[at].Load(); tooMany(got, samples, s.misses) {
			t.Errorf("%s: %d of %d samples miss at %d blocks", name, got, samples, blocks)
		}
	}
	if got := c.ever.Load(); tooMany(got, samples, s.misses) {
		t.Errorf("%s: %d of %d samples miss at some look", name, got, samples)
	}
	if s.spells == 0 || s.agents < 16 || testing.Short() { // 4 agents may get by: each is a fourth of all
		return
	}
	for at, blocks := range times[1:] {
		if got := c.naive[at+1].Load(); got <= int64(samples/10) {
			t.Errorf("%s: the naive interval passes at %d blocks: %d of %d samples miss", name, blocks, got, samples)
		}
		if got := c.byAgent[at+1].Load(); got <= int64(samples/10) {
			t.Errorf("%s: the interval by agent passes at %d blocks: %d of %d samples miss", name, blocks, got, samples)
		}
	}
}

// miss draws a sample and counts the intervals that miss q. To save time it looks
// seldom when late, unless all looks are asked for.
func (w world) miss(rng *rand.Rand, q float64, c *counts, all bool) {
	var s Sample
	agents := make([]Block, w.agents)
	var sofar []Block // as in s
	blocks, ever := 0, false
	look := func() {
		blocks++
		at := slices.Index(times[:], blocks)
		if at < 0 && (ever || !all && blocks > 20 && blocks%10 != 0 || !mayMiss(sofar, q)) {
			return
		}
		e := s.Evidence()
		out := e.Enough() && (e.LogEBelow(q) >= threshold || e.LogEAbove(q) >= threshold)
		ever = ever || out
		if at >= 0 {
			count(&c.ours[at], out)
			count(&c.naive[at], naiveMisses(&e, q))
			count(&c.byAgent[at], byAgentMisses(agents, q))
		}
	}
	w.run(rng, lastLook*blockSeconds, func(at float64, agent, play int, bad bool) bool {
		for blocks < int(at/blockSeconds) {
			look()
		}
		s.Add(int64(at/blockSeconds), play, bad)
		for len(sofar) <= int(at/blockSeconds) {
			sofar = append(sofar, Block{})
		}
		sofar[len(sofar)-1] = sofar[len(sofar)-1].grow(bad)
		agents[agent] = agents[agent].grow(bad)
		return true
	})
	for blocks < lastLook {
		look()
	}
	count(&c.ever, ever)
}

// mayMiss reports whether either e-value may reach the threshold, by a bound that takes
// no logarithms: log(1+x) is at most x, so that the log wealth of a stake is at most
// the stake times what it pays in all.
func mayMiss(blocks []Block, q float64) bool {
	e := Evidence{Blocks: slices.DeleteFunc(slices.Clone(blocks), func(b Block) bool { return b.N == 0 })}
	n, k := e.Counts()
	merged, _ := e.merged()
	below, largest := 0.0, 0.0
	for _, b := range merged {
		below += (q*b.N - b.K) / max(n/float64(len(merged)), b.N)
		largest = max(largest, b.N)
	}
	return below/(1-q) >= threshold || (k-q*n)/largest/q >= threshold
}

func TestMayMiss(t *testing.T) {
	for i, e := range evidences() {
		for q := 0.01; q < 1; q += 0.01 {
			if (e.LogEBelow(q) >= threshold || e.LogEAbove(q) >= threshold) && !mayMiss(e.Blocks, q) {
				t.Errorf("evidence %d misses %v, and the bound says that it cannot", i, q)
			}
		}
	}
}

func count(c *atomic.Int64, yes bool) {
	if yes {
		c.Add(1)
	}
}

// inParallel calls f with each number below n.
func inParallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}
