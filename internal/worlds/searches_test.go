package worlds

import (
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/memnet"
	"github.com/agentperf/agentperf-go/metrics"
)

var (
	searches = flag.Int("searches", 0, "searches per world; 0 means a few on some worlds")
	hasty    = flag.Bool("quick", false, "measure by agentperf.Quick")
	maxStart = flag.Int("max-start", 0, "with -quick, the last turn at which agents begin; 0 means that of agentperf")
	first    = flag.Uint64("seed", 1, "the seed of the first search or check")
	phases   = flag.Int("phases", 500, "the most phases of a search; 6 hours take some 350")
	budget   = flag.Duration("budget", 0, "the system time a search may take, once the rule has a setting for it")
	overHTTP = flag.Bool("http", false, "run the same over net/http and an in-memory network")
	each     = flag.Bool("each", false, "print a line for each search or check")
	tables   = flag.Bool("tables", false, "print the report of each search")
)

// rule is the rule of all searches and checks.
var rule agentperf.Controlled

func ruled() agentperf.Controlled {
	r := rule
	r.Budget = *budget
	return r
}

// longest is longer than any answer takes: 8192 tokens at 1 token/s.
const longest = 3 * time.Hour

// config returns the measurement of a world, on a server of its own that ends with t.
func (w *World) config(t *testing.T, seed uint64) agentperf.Config {
	tier := agentperf.Tier{SpeedFloor: metrics.TokensPerSecond(w.Floor), TTFTCeiling: w.Ceiling}
	if w.E2E {
		tier = agentperf.Tier{E2EFloor: metrics.TokensPerSecond(w.Floor)}
	}
	cfg := agentperf.Config{
		Label: w.Name, Workload: w.Workload(), Tiers: []agentperf.Tier{tier}, Rule: ruled(),
		Seed: seed, MaxPhases: *phases, ClientLag: -1, // real time means nothing here
	}
	if *hasty {
		cfg.Rule, cfg.MaxStart = agentperf.Quick(), *maxStart
	}
	server := w.Serve(seed)
	if *overHTTP && w.Model.HoldBack > 0 {
		t.Skip("the HTTP server does not hold back ends")
	}
	if !*overHTTP {
		cfg.Connect = server.Connect
		return cfg
	}
	listener, over := memnet.Listen(), server.HTTP(w.Workload())
	cfg.Endpoint = endpoint.Config{URL: "http://mem", Dial: listener.Dial, SessionHeader: SessionHeader, Timeout: longest, IdleTimeout: longest}
	done := make(chan struct{})
	go func() {
		defer close(done)
		over.Serve(listener)
	}()
	t.Cleanup(func() {
		over.Close()
		<-done
	})
	return cfg
}

// An outcome is how one search or check ended.
type outcome struct {
	seed     uint64
	lo, hi   int // the largest number that holds, the smallest that fails or 0
	minutes  float64
	phases   int
	verdict  agentperf.Verdict // of a check
	estimate float64           // of a check: the share that breaks its first promise
	warnings []string
	sentence string
	err      error
	real     time.Duration
}

func (o *outcome) String() string {
	return fmt.Sprintf("seed %d: %d..%d %s after %.0f min, %d phases, %.1f s: %s (%v) %v", o.seed, o.lo, o.hi, o.verdict, o.minutes, o.phases, o.real.Seconds(), o.sentence, o.err, o.warnings)
}

// outcomeOf reads a report.
func outcomeOf(r *agentperf.Report, err error) (o outcome) {
	tier := &r.Tiers[0]
	o = outcome{lo: tier.MaxAgents, phases: len(r.Phases), sentence: tier.Sentence(), err: err}
	if tier.FirstFailingAgents != nil {
		o.hi = *tier.FirstFailingAgents
	}
	if n := tier.Number(tier.CheckAgents); n != nil {
		o.verdict = n.Verdict
		if len(n.Criteria) > 0 {
			o.estimate = n.Criteria[0].Estimate
		}
	}
	for _, p := range r.Phases {
		o.minutes += p.PhaseSeconds / 60
		for _, warning := range p.Warnings {
			o.warnings = append(o.warnings, warning.Code)
		}
	}
	for _, warning := range r.Warnings {
		o.warnings = append(o.warnings, warning.Code)
	}
	slices.Sort(o.warnings)
	o.warnings = slices.Compact(o.warnings)
	return o
}

// many runs n measurements of a world in bubbles of their own, as many at a time as there
// are processors, and returns their outcomes by seed.
func many(t *testing.T, n int, measure func(t *testing.T, seed uint64) (*agentperf.Report, error)) []outcome {
	outcomes := make([]outcome, n)
	var mu sync.Mutex
	t.Run("all", func(t *testing.T) {
		for i := range n {
			seed := *first + uint64(i)
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				began := time.Now()
				synctest.Test(t, func(t *testing.T) { outcomes[i] = outcomeOf(measure(t, seed)) })
				outcomes[i].seed, outcomes[i].real = seed, time.Since(began)
				if *each {
					mu.Lock()
					defer mu.Unlock()
					fmt.Println(outcomes[i].String())
				}
			})
		}
	})
	return outcomes
}

// quick are the worlds that an ordinary run searches.
var quick = []string{"fast", "plain", "kv"}

// TestSearches runs whole searches, prints how many were wrong, how near they came and how
// long they took, and demands that no more are wrong than may be.
func TestSearches(t *testing.T) {
	for _, w := range chosen(t) {
		n := *searches
		if n == 0 {
			if testing.Short() || *name == "" && !slices.Contains(quick, w.Name) {
				continue
			}
			n = 2
		}
		t.Run(w.Name, func(t *testing.T) {
			outcomes := many(t, n, func(t *testing.T, seed uint64) (*agentperf.Report, error) {
				r, err := agentperf.Run(t.Context(), w.config(t, seed))
				if *tables {
					r.WriteTable(os.Stdout)
				}
				return r, err
			})
			t.Log(w.summary(outcomes))
			w.demand(t, outcomes)
		})
	}
}

// unsecured are the worlds on which answers may be wrong, and why.
var unsecured = map[string]string{
	"kernelgap": "numbers that are too many between others that are not; they are found with Scan",
	"starve":    "by its truth over hours more hold than in minutes, in which the starved never end",
	"holdback":  "what counts is over when the last token came",
}

// demand fails if more searches are wrong than one in a hundred, unless that may be chance.
func (w *World) demand(t *testing.T, outcomes []outcome) {
	t.Helper()
	wrong := 0
	for i := range outcomes {
		if w.wrong(&outcomes[i]) {
			wrong++
		}
	}
	// The probability of so many or more, of a Poisson distribution with the mean of one in
	// a hundred.
	mean, below, term := float64(len(outcomes))/100, 0.0, 1.0
	for k := range wrong {
		if k > 0 {
			term *= mean / float64(k)
		}
		below += term
	}
	if chance := 1 - below*math.Exp(-mean); wrong > 0 && chance < 0.01 && unsecured[w.Name] == "" {
		t.Errorf("%d of %d searches are wrong", wrong, len(outcomes))
	}
}

// wrong reports whether a search contradicts the truth. What drifts has two: the number at
// the beginning and that at the end.
func (w *World) wrong(o *outcome) bool {
	falls := float64(w.Truth)
	for range int(o.minutes / 60) {
		falls *= 1 - w.Model.Drift
	}
	return o.lo > w.Truth || o.hi > 0 && float64(o.hi) <= falls
}

// within reports whether both bounds are within a quarter of the truth.
func (w *World) within(o *outcome) bool {
	return 4*o.lo >= 3*w.Truth && o.hi > 0 && 4*o.hi <= 5*(w.Truth+1)
}

func (w *World) summary(outcomes []outcome) string {
	var wrong, both, within, soon, phases int
	var minutes, lows, highs []float64
	var warnings []string
	var real time.Duration
	for i := range outcomes {
		o := &outcomes[i]
		wrong += count(w.wrong(o))
		both += count(o.hi > 0 && (o.lo > 0 || w.Truth == 0))
		within += count(w.within(o))
		soon += count(w.within(o) && o.minutes <= 90)
		phases += o.phases
		minutes, lows = append(minutes, o.minutes), append(lows, float64(o.lo))
		if o.hi > 0 {
			highs = append(highs, float64(o.hi))
		}
		warnings = append(warnings, o.warnings...)
		real += o.real
	}
	n := len(outcomes)
	slices.Sort(warnings)
	return fmt.Sprintf("%-10s truth %2d | n %3d | wrong %d | both %3.0f %% | within %3.0f %% | by 90 min %3.0f %% | min %.0f/%.0f | %.0f..%.0f | %.0f phases | %.2f s | %s",
		w.Name, w.Truth, n, wrong, percent(both, n), percent(within, n), percent(soon, n), at(minutes, 0.5), at(minutes, 0.9),
		at(lows, 0.5), at(highs, 0.5), float64(phases)/float64(n), real.Seconds()/float64(n), strings.Join(slices.Compact(warnings), " "))
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func percent(k, n int) float64 { return 100 * float64(k) / float64(n) }

// at returns a quantile, the lower of two values; -1 if there are none.
func at(x []float64, q float64) float64 {
	if len(x) == 0 {
		return -1
	}
	x = slices.Clone(x)
	slices.Sort(x)
	return x[int(q*float64(len(x)-1))]
}
