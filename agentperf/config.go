package agentperf

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/internal/confseq"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/search"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Config says what to measure and how. Workload and one of Endpoint and Connect are
// required; everything else has a default. A Config is not modified and may be reused.
type Config struct {
	// Endpoint is the system under test. It is probed before the first phase, and the
	// findings are in Report.Preflight.
	Endpoint endpoint.Config
	// Connect, if set, replaces Endpoint: it returns a new connection for an agent,
	// numbered from 0. It is called once per agent and once more for each subagent that
	// is live beside it, from several goroutines at a time. A Sender that is an
	// io.Closer is closed when its agent ends.
	Connect func(agent int) trajectory.Sender
	// Workload is the recorded sessions that the agents replay. It is only read.
	Workload *trajectory.Workload
	// Policy says how turns become requests. An empty Model means the model that the
	// endpoint serves, if it serves exactly one. An empty Output means exact lengths if
	// at least nine in ten turns have a recorded one, and free lengths otherwise.
	Policy trajectory.Policy
	// Tiers are the service levels whose limits are wanted; empty means those published
	// for gpt-oss-120b.
	Tiers []Tier
	// Rules shape each phase; the zero value means [Controlled], or [Quick] with
	// PointRule.
	Rules Rules
	// Verdict says how tiers are judged. Empty means ControlledRule if Rules is zero or
	// sets Block or MaxMeasure, and PointRule otherwise.
	Verdict VerdictRule
	// ErrorRate bounds the probability of a wrong answer for each tier under
	// ControlledRule, 0 <= ErrorRate < 0.5; 0 means 0.01.
	ErrorRate float64
	// ClientLag is the largest P99 delay of the client itself, in sending and in
	// noticing what arrives, above which a phase is invalid; 0 means 50 ms, negative
	// means no limit.
	ClientLag time.Duration
	// Journal, if not empty, is a directory to which every phase is written and synced,
	// so that a run that was killed can be resumed by the same configuration; any other
	// is an error. On resuming, Seed 0 means the journal's seed. The requests are in
	// requests.jsonl.gz there.
	Journal string
	// Earlier holds reports whose phases count as evidence. They must be of the same
	// configuration, except for Seed, Start, MaxAgents and MaxPhases.
	Earlier []*Report
	// Seed determines the order of trajectories, start offsets, sampled delays and
	// cache prefixes. 0 draws one at random, so that a second run does not find the
	// server's cache filled by the first; the report says which it was.
	Seed uint64
	// MaxStart is the last turn, counted from 0, at which an agent's first trajectory
	// may begin, so that agents do not march in step; 0 means 10, negative means that
	// all begin at turn 0.
	MaxStart int
	// ContextTokens is the context window in tokens. Turns that do not fit are left out,
	// which the report says. 0 means the window that the endpoint states, negative means
	// no limit.
	ContextTokens int
	// Start is the number of agents to try first; 0 means 1. MaxAgents is the largest
	// number to try; 0 means 4096. Each agent has its own connection. If this process
	// may not open enough for Start, Run returns an error; if it may not for MaxAgents,
	// the search stops where it must, with a warning in the report.
	Start, MaxAgents int
	// System states the accelerators, power, price and rack that capacity is divided by.
	// The zero System leaves those figures out.
	System pricing.System
	// MaxPhases bounds the number of phases; 0 means no bound.
	MaxPhases int
	// Progress, if set, is called with the state of the run, about twice a second during
	// a phase and never concurrently. It must return quickly.
	Progress func(Event)
	// Requests, if set, receives one line of JSON per request, written as each phase
	// ends; see [Request]. An error of writing ends the run.
	Requests io.Writer

	least int // number of agents to try; 0 is 1
	most  int // number of agents to try, as far as this machine goes
}

const (
	defaultErrorRate = 0.01
	defaultClientLag = 50 * time.Millisecond
	defaultMaxAgents = 4096
	defaultMaxStart  = 10
	mostAgents       = 1_000_000 // in one process; beyond any machine's ports
)

// Validate returns all errors of the configuration, joined, or nil.
func (c Config) Validate() error {
	var errs []error
	if c.Connect == nil {
		errs = append(errs, c.Endpoint.Validate())
	}
	if c.Workload == nil || len(c.Workload.Trajectories) == 0 {
		errs = append(errs, errors.New("agentperf: Workload is empty"))
	} else if err := c.Workload.Validate(); err != nil {
		errs = append(errs, err)
		c.Workload = nil // not to be looked into
	} else if c.Policy.Output == trajectory.OutputExact {
		if t, i := withoutLength(c.Workload); t != nil {
			errs = append(errs, fmt.Errorf("agentperf: Policy.Output is exact, but no length was recorded for turn %d of %s", i, t.ID))
		}
	}
	errs = append(errs, c.Policy.Validate(), validateTiers(c.Tiers), c.Rules.resolve(c.Verdict.resolve(c.Rules)).Validate(), c.System.Validate(), c.Verdict.validate())
	if start := max(1, c.Start); c.Rules.Validate() == nil && start <= mostAgents {
		rule := c.Verdict.resolve(c.Rules)
		_, err := c.Rules.resolve(rule).phase(start, rule)
		errs = append(errs, err)
	}
	if c.Verdict == PointRule && c.Rules != (Rules{}) && c.Rules.Measure <= 0 {
		errs = append(errs, fmt.Errorf("agentperf: Rules.Measure is %v, expected more than 0 for PointRule", c.Rules.Measure))
	}
	if c.Verdict.resolve(c.Rules) == ControlledRule {
		errs = append(errs, c.validateTime())
		if c.Rules.Name == Published().Name {
			errs = append(errs, errors.New("agentperf: Rules are the published ones, which go with PointRule; give others another Name"))
		}
	}
	if !(c.ErrorRate >= 0 && c.ErrorRate < 0.5) {
		errs = append(errs, fmt.Errorf("agentperf: ErrorRate is %v, expected 0 to below 0.5", c.ErrorRate))
	}
	if c.MaxPhases < 0 {
		errs = append(errs, fmt.Errorf("agentperf: MaxPhases is %d, expected 0 or more", c.MaxPhases))
	}
	if c.Start < 0 || c.MaxAgents < 0 || c.Start > mostAgents || c.MaxAgents > mostAgents {
		errs = append(errs, fmt.Errorf("agentperf: Start is %d and MaxAgents %d, expected 0 to %d", c.Start, c.MaxAgents, mostAgents))
	} else if b := c.resolve().bracket(); b.Validate() != nil {
		errs = append(errs, fmt.Errorf("agentperf: Start is %d, more than MaxAgents, %d", b.Start, b.Max))
	}
	return errors.Join(errs...)
}

// validateTime reports when no number of agents could pass in the time that there is,
// not even with no bad request at all.
func (c Config) validateTime() error {
	r := c.Rules.resolve(ControlledRule)
	if r.Block < leastBlock {
		return fmt.Errorf("agentperf: Rules.Block is %v, expected %v or more", r.Block, leastBlock)
	}
	strictest := speedPercent / 100.0
	for _, t := range c.Tiers {
		if t.E2EFloor > 0 {
			strictest = min(strictest, t.percent()/100)
		}
	}
	if len(c.Tiers) == 0 || slices.ContainsFunc(c.Tiers, func(t Tier) bool { return t.TTFTCeiling > 0 }) {
		strictest = min(strictest, 1-ttftPercent/100.0)
	}
	rate := cmp.Or(c.ErrorRate, defaultErrorRate)
	if !(strictest > 0 && rate > 0) {
		return nil // which is said elsewhere
	}
	blocks := max(confseq.MinBlocks, math.Ceil(enough(rate, search.Pass, 0, 1)/-math.Log1p(-strictest)))
	if r.MaxMeasure.Seconds() < blocks*r.Block.Seconds() {
		return fmt.Errorf("agentperf: Rules.MaxMeasure is %v, expected %.0f blocks of %v or more: with an error rate of %v nothing could pass before", r.MaxMeasure, blocks, r.Block, rate)
	}
	return nil
}

// leastBlock is the shortest block that is looked at.
const leastBlock = 10 * time.Millisecond

// withoutLength returns the first turn whose length was not recorded.
func withoutLength(w *trajectory.Workload) (*trajectory.Trajectory, int) {
	for t := range w.Threads() {
		for i := range t.Turns {
			if t.Turns[i].OutputTokens == 0 {
				return t, i
			}
		}
	}
	return nil, 0
}

// lengths returns the number of turns whose length was not recorded, and of all.
func lengths(w *trajectory.Workload) (missing, all int) {
	for t := range w.Threads() {
		for i := range t.Turns {
			all++
			if t.Turns[i].OutputTokens == 0 {
				missing++
			}
		}
	}
	return missing, all
}

// resolve fills in the defaults that need no endpoint.
func (c Config) resolve() Config {
	if len(c.Tiers) == 0 {
		c.Tiers = TierSets()[0].Tiers
	}
	c.Verdict = c.Verdict.resolve(c.Rules)
	c.Rules = c.Rules.resolve(c.Verdict)
	c.ErrorRate = cmp.Or(c.ErrorRate, defaultErrorRate)
	c.ClientLag = cmp.Or(c.ClientLag, defaultClientLag)
	for c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	switch {
	case c.MaxStart == 0:
		c.MaxStart = defaultMaxStart
	case c.MaxStart < 0:
		c.MaxStart = 0
	}
	if c.MaxAgents == 0 {
		c.MaxAgents = defaultMaxAgents
	}
	if c.Start == 0 {
		c.Start = 1
	}
	if c.Policy.Output == "" && c.Workload != nil {
		if missing, all := lengths(c.Workload); 10*missing > all {
			c.Policy.Output = trajectory.OutputFree
		}
	}
	c.Policy = c.Policy.Resolve()
	return c
}

func (c Config) bracket() search.Bracket {
	return search.Bracket{Min: c.least, Start: c.Start, Max: cmp.Or(c.most, c.MaxAgents)}
}

func (c Config) schedule(phase int) trajectory.Schedule {
	return trajectory.Schedule{Workload: c.Workload, Seed: c.Seed, Phase: phase, MaxStart: c.MaxStart}
}
