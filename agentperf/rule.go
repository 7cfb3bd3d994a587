package agentperf

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/internal/decide"
	"github.com/agentperf/agentperf-go/internal/spans"
)

// A Rule says how long each number of agents is measured and when a tier holds there:
// [Controlled] or [Point]. The package documentation compares them.
type Rule interface {
	// String names the rule: "controlled", "published", "quick" or "point".
	String() string

	// resolve fills in the defaults; the other methods are those of what it returns.
	resolve() Rule
	validate(tiers []decide.Tier, start int) error
	// start returns the rule for a load.
	start(tiers []decide.Tier, b decide.Bounds, load *population) decide.Rule
	// steady reports whether agents begin in the steady state of the workload, and requests
	// count when their fate is known.
	steady() bool
	echo() RuleEcho
}

// Controlled is the rule by which an answer is wrong with a small probability only. Agents
// begin where they stand in the steady state of the workload, most phases are short and each
// has new draws, and the numbers of agents on either side of a limit are measured again and
// again until their verdicts are certain enough. The zero value is ready.
type Controlled struct {
	// ErrorRate bounds the probability of a wrong answer for each tier; 0 means 0.01. It
	// must be less than 0.5.
	ErrorRate float64
	// Block is the longest spell of late first tokens that an answer allows for: evidence
	// on lateness is gathered in blocks of time of this length, which are treated as
	// independent. 0 means half of the time from one request of an agent to its next, 0.25
	// to 10 s. A pass takes some hundred blocks.
	Block time.Duration
	// MaxMeasure bounds the time that one number of agents is measured, over all its
	// phases; 0 means an hour, or as long as a pass needs at Block if that is longer.
	MaxMeasure time.Duration
	// Budget bounds the time of all phases of a run; 0 means 6 hours, or twice MaxMeasure
	// if that is longer. When it ends, what is certain by then is the answer. Most searches
	// end long before; those go on whose bounds are far apart.
	Budget time.Duration
	// SpawnRate is the number of agents started per second; 0 means 4, negative starts
	// all at once.
	SpawnRate float64
	// Settle is the least time from the start of the last agent to the measured window,
	// which waits besides until all agents that began have their first token; 0 means
	// twice the time from one request of an agent to its next, less half of the time in
	// which agents start, but at least one such time, 2 to 30 s; negative means none.
	Settle time.Duration
	// Drain is how long requests that are open at the end of a phase may go on before
	// they are cut; 0 means 5 s, negative means no time. They are not waited for: a request
	// counts when its fate is known.
	Drain time.Duration
	// Scan makes Run try, once the tiers are settled, one phase each at numbers of agents
	// between those it has tried, until neighbors differ by a tenth at most. It is for
	// systems at which fewer agents may be too many while more are not.
	Scan bool
	// Companion makes Check measure a second number of agents in turn, a fifth larger. That
	// shows how the system changes with its load and makes wrong verdicts near a limit
	// rarer, but it loads the system with more agents than were named.
	Companion bool
}

// Point is the rule that Artificial Analysis publishes: each number of agents is measured
// once, for a fixed time, and its percentiles are taken as they come. Near the limit, luck
// decides. The zero value is the published rule for AA-AgentPerf: at least 10 minutes of
// steady state, 30 s after all agents are up, in which 30 trajectories are completed and 3
// by each agent. The spawn rate and the hour until the time-out are those seen in vendors'
// files.
type Point struct {
	// SpawnRate is the number of agents started per second; 0 means 1, negative starts
	// all at once.
	SpawnRate float64
	// Settle is the time from the start of the last agent to the measured window; 0
	// means 30 s, negative means none.
	Settle time.Duration
	// Measure is the least length of the window; 0 means 10 minutes.
	Measure time.Duration
	// MinTrajectories and MinPerAgent are how many trajectories must be completed in the
	// window, in all and by each agent, before it ends; 0 means 30 and 3, negative means
	// none.
	MinTrajectories, MinPerAgent int
	// Timeout ends the window this long after the first agent's start, with the minima
	// unmet, which the verdict says; 0 means six times Measure, and at least a minute,
	// after settling. That the phase is judged all the same is inferred: vendors' files of
	// the official client have 30 minutes with the published minima, which at the slowest
	// tier take longer.
	Timeout time.Duration
	// Drain is how long requests that are not measured may go on when the measured ones
	// have ended, before they are cut; 0 means 30 s, negative means no time.
	Drain time.Duration
}

// Quick returns a point rule for a first look and for tests that run often: 5 s to settle, a
// window of half a minute, and no minima. Its results are not comparable with published ones.
//
// Half a minute holds enough requests where an answer takes a few seconds. Where answers are
// longer, the phase is too: those that are open when the window ends are waited for, and the
// window goes on, for up to three minutes, until each agent has begun a request in it.
//
// How often a verdict is right depends on how far the number of agents is from the limit, and
// on whether the system slows down as contexts grow, since sessions start within their first
// turns. Of 40 checks each of simulated systems, by (for the first row)
//
//	go test ./internal/worlds -run Checks -v -checks 40 -quick -world fast -at 11
//
//	system                                    agents  limit  pass  fail  undecided  minutes
//	fast: answers of 2 s, all at one speed        11     11    40     0          0        1
//	                                              12     11     0    40          0        1
//	plain: answers of 20 s, which vary by 15 %     8     13    40     0          0        2
//	                                              10     13    38     0          2        3
//	                                              12     13    35     0          5        3
//	                                              14     13     3    27         10        4
//	                                              16     13     0    26         14        6
//	iid: each answer is slow or not by chance     10     13    36     0          4        3
//	                                              12     13    32     2          6        4
//	                                              16     13     0    21         19        6
//	kv: slower with the context that all hold     18     22    40     0          0        2
//	                                              26     22    39     0          1        3
//	                                              33     22    36     0          4        5
//
// At four fifths of the limit none failed, and at five fourths none passed, unless the system
// slows down with its contexts: there a pass says that a number still holds by this rule, as
// it did before a change, and not that the system sustains it. Where answers take 20 s, one
// check in twenty is undecided at four fifths, and more nearer to the limit and above it.
// With Config.MaxStart 1<<20, so that agents begin at any turn, fewer of the last row pass, 17
// of 40. [Controlled] has neither weakness.
func Quick() Point {
	return Point{SpawnRate: 8, Settle: 5 * time.Second, Measure: 30 * time.Second, MinTrajectories: -1, MinPerAgent: -1}
}

// String returns "controlled".
func (c Controlled) String() string { return "controlled" }

// String returns "published" for what the published rule says, "quick" for [Quick], and
// otherwise "point".
func (p Point) String() string {
	switch p.resolved() {
	case Point{}.resolved():
		return "published"
	case Quick().resolved():
		return "quick"
	}
	return "point"
}

// orNone returns the value or its default; -1 for any negative value, which says none.
// Applied again it changes nothing.
func orNone[T int | float64 | time.Duration](v, unset T) T { return max(-1, cmp.Or(v, unset)) }

// given returns a value resolved by orNone, 0 for none.
func given[T int | float64 | time.Duration](v T) T { return max(0, v) }

// usualBudget is how long it takes to bracket the limit of a system within a quarter more often
// than not where that is hardest of what was measured, sessions pinned to replicas: 51 of 84
// searches did, half of all ended within 3.5 hours, and none was wrong.
//
//	go test ./internal/worlds -run Searches -v -searches 42 -world sticky -seed 9501 # and 9601
const usualBudget = 6 * time.Hour

func (c Controlled) resolve() Rule {
	c.ErrorRate = cmp.Or(c.ErrorRate, 0.01)
	if c.MaxMeasure == 0 {
		// Half as much again as a pass takes if nothing is ever late.
		c.MaxMeasure = max(time.Hour, c.config().LeastTime(criteriaOf([]Tier{{SpeedFloor: 1, TTFTCeiling: 1}}, true), c.Block)*3/2)
	}
	c.Budget = cmp.Or(c.Budget, max(usualBudget, 2*c.MaxMeasure))
	c.SpawnRate, c.Drain = orNone(c.SpawnRate, 4), orNone(c.Drain, 5*time.Second)
	c.Settle = max(-1, c.Settle)
	return c
}

func (p Point) resolve() Rule { return p.resolved() }

func (p Point) resolved() Point {
	return Point{
		SpawnRate: orNone(p.SpawnRate, 1), Settle: orNone(p.Settle, 30*time.Second), Measure: cmp.Or(p.Measure, 10*time.Minute),
		MinTrajectories: orNone(p.MinTrajectories, 30), MinPerAgent: orNone(p.MinPerAgent, 3),
		Timeout: p.Timeout, Drain: orNone(p.Drain, 30*time.Second),
	}
}

// pointBlock is the length of the blocks in which phases under Point are observed, which
// judges none of them.
const pointBlock = 10 * time.Second

// leastSpan is the shortest window and block: shorter ones hold no request of a server that
// anybody would measure.
const leastSpan = 10 * time.Millisecond

// slowestSpawn is the least number of agents per second.
const slowestSpawn = 0.001

func spawnRate(rate float64) error {
	if rate > 0 && rate < slowestSpawn || math.IsInf(rate, 0) || math.IsNaN(rate) {
		return fmt.Errorf("agentperf: Rule.SpawnRate is %v, expected at least %v agents per second, or negative to start all at once", rate, slowestSpawn)
	}
	return nil
}

func (c Controlled) validate(tiers []decide.Tier, _ int) error {
	errs := []error{
		spawnRate(c.SpawnRate),
		spans.Check("agentperf: Rule.MaxMeasure", c.MaxMeasure, leastSpan), spans.Check("agentperf: Rule.Budget", c.Budget, leastSpan),
		spans.Check("agentperf: Rule.Settle", given(c.Settle), 0), spans.Check("agentperf: Rule.Drain", given(c.Drain), 0),
	}
	if c.Block != 0 {
		errs = append(errs, spans.Check("agentperf: Rule.Block", c.Block, leastSpan))
	}
	if !(c.ErrorRate > 0 && c.ErrorRate < 0.5) {
		errs = append(errs, fmt.Errorf("agentperf: Rule.ErrorRate is %v, expected 0 to below 0.5", c.ErrorRate))
	} else if block := max(c.Block, decide.LeastBlock); errors.Join(errs...) == nil && c.MaxMeasure < c.config().LeastTime(tiers, block) {
		errs = append(errs, fmt.Errorf("agentperf: Rule.MaxMeasure is %v, expected %.0f blocks of %v or more: with an error rate of %v nothing could pass before",
			c.MaxMeasure, float64(c.config().LeastTime(tiers, block))/float64(block), block, c.ErrorRate))
	}
	return errors.Join(errs...)
}

func (p Point) validate(_ []decide.Tier, start int) error {
	errs := []error{
		spawnRate(p.SpawnRate), spans.Check("agentperf: Rule.Measure", p.Measure, leastSpan),
		spans.Check("agentperf: Rule.Settle", given(p.Settle), 0), spans.Check("agentperf: Rule.Drain", given(p.Drain), 0), spans.Check("agentperf: Rule.Timeout", p.Timeout, 0),
	}
	if errors.Join(errs...) == nil && p.Timeout > 0 {
		errs = append(errs, (&decide.Plan{Agents: start, SpawnRate: given(p.SpawnRate), Settle: given(p.Settle), Least: p.Measure, Timeout: p.Timeout}).Fits())
	}
	return errors.Join(errs...)
}

func (c Controlled) config() decide.Controlled {
	return decide.Controlled{
		ErrorRate: c.ErrorRate, Block: c.Block, MaxMeasure: c.MaxMeasure, Budget: c.Budget, SpawnRate: given(c.SpawnRate), Settle: c.Settle, Drain: given(c.Drain),
		Scan: c.Scan, Companion: c.Companion,
	}
}

func (p Point) config() decide.Point {
	return decide.Point{
		SpawnRate: given(p.SpawnRate), Settle: given(p.Settle), Measure: p.Measure, MinTrajectories: given(p.MinTrajectories), MinPerAgent: given(p.MinPerAgent),
		Timeout: p.Timeout, Drain: given(p.Drain),
	}
}

func (c Controlled) start(tiers []decide.Tier, b decide.Bounds, load *population) decide.Rule {
	cfg := c.config()
	cfg.Steady = load.steady
	return decide.NewControlled(cfg, tiers, b)
}

func (p Point) start(tiers []decide.Tier, b decide.Bounds, load *population) decide.Rule {
	cfg := p.config()
	type question struct {
		tier   *decide.Tier
		agents int
	}
	known := make(map[question]time.Duration) // asked again before each phase
	cfg.Minima = func(t *decide.Tier, agents int) time.Duration {
		q := question{t, agents}
		if _, ok := known[q]; !ok {
			known[q] = p.minima(load, t, agents)
		}
		return known[q]
	}
	return decide.NewPoint(cfg, tiers, b)
}

func (c Controlled) steady() bool { return true }
func (p Point) steady() bool      { return false }

func (c Controlled) echo() RuleEcho {
	return RuleEcho{
		Name: c.String(), ErrorRate: c.ErrorRate, BlockSeconds: c.Block.Seconds(), MaxMeasureSeconds: c.MaxMeasure.Seconds(), BudgetSeconds: c.Budget.Seconds(), Scan: c.Scan, Companion: c.Companion,
		SpawnRate: given(c.SpawnRate), SettleSeconds: given(c.Settle).Seconds(), DrainSeconds: given(c.Drain).Seconds(),
		Text: fmt.Sprintf("in the steady state at most 25 %% of requests slower than the floor and at most 5 %% later than the ceiling, failed ones being both; wrong for a tier with a probability of at most %v", c.ErrorRate),
	}
}

func (p Point) echo() RuleEcho {
	return RuleEcho{
		Name: p.String(), SpawnRate: given(p.SpawnRate), SettleSeconds: given(p.Settle).Seconds(), MeasureSeconds: p.Measure.Seconds(), TimeoutSeconds: p.Timeout.Seconds(),
		MinTrajectories: given(p.MinTrajectories), MinPerAgent: given(p.MinPerAgent), DrainSeconds: given(p.Drain).Seconds(),
		Text: "P25 output speed >= floor and P95 TTFT <= ceiling; a failed request is speed 0 and TTFT +Inf",
	}
}
