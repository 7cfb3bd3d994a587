package agentperf

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/internal/phase"
)

// Rules are the shape of a phase. The zero Rules are [Controlled], and [Quick] with
// [PointRule]; otherwise each field means what it says.
type Rules struct {
	// Name is for the report.
	Name string
	// SpawnRate is the number of agents started per second; 0 starts them all
	// at once.
	SpawnRate float64
	// Settle is the time from the start of the last agent to the measured
	// window.
	Settle time.Duration
	// Measure is the least length of the window; more than 0. Under
	// [ControlledRule] a phase is as long as its verdicts take, and it counts for
	// nothing.
	Measure time.Duration
	// Block is how long the stretches of time are that are taken to be independent
	// of each other under [ControlledRule]: longer than what happens in the system
	// lasts, and a request among that. 0 means 10 s. MaxMeasure bounds the time
	// that one number of agents is measured for, over all its phases; 0 means an
	// hour.
	Block, MaxMeasure time.Duration
	// MinTrajectories and MinPerAgent are how many trajectories must be
	// completed inside the window, in all and by each agent, before it ends; 0
	// is none. They count for nothing under [ControlledRule].
	MinTrajectories, MinPerAgent int
	// Timeout ends the window this long after the first agent's start, with
	// the minima unmet and the phase undecided; 0 means six times Measure and
	// at least a minute after settling. Under [ControlledRule] it is at least a
	// minute more than MaxMeasure takes.
	Timeout time.Duration
	// Drain is how long requests outside the measured ones may go on when
	// these have ended, before they are cut.
	Drain time.Duration
}

// Published returns the rules that Artificial Analysis publishes for
// AA-AgentPerf: at least 10 minutes of steady state, 30 s after all agents are
// up, in which 30 trajectories are completed and 3 by each agent. The spawn rate
// and the time-out of an hour are those seen in vendors' files.
func Published() Rules {
	return Rules{
		Name: "published", SpawnRate: 1, Settle: 30 * time.Second, Measure: 10 * time.Minute,
		MinTrajectories: 30, MinPerAgent: 3, Drain: 30 * time.Second,
	}
}

// Quick returns rules for a first look: half a minute and no minima. Its
// results are not comparable with published ones.
func Quick() Rules {
	return Rules{Name: "quick", SpawnRate: 8, Settle: 5 * time.Second, Measure: 30 * time.Second, Drain: 30 * time.Second}
}

// Controlled returns rules for [ControlledRule]: phases as long as it takes, in blocks
// of 10 s, of an hour at most.
func Controlled() Rules {
	return Rules{
		Name: "controlled", SpawnRate: 4, Settle: 30 * time.Second,
		Block: defaultBlock, MaxMeasure: defaultMaxMeasure, Drain: 2 * time.Minute,
	}
}

const (
	defaultBlock      = 10 * time.Second
	defaultMaxMeasure = time.Hour
)

func (r Rules) resolve(v VerdictRule) Rules {
	if r == (Rules{}) {
		if v == PointRule {
			return Quick()
		}
		return Controlled()
	}
	if r.Name == "" {
		r.Name = "custom"
	}
	if v == ControlledRule {
		r.Block = cmp.Or(r.Block, defaultBlock)
		r.MaxMeasure = cmp.Or(r.MaxMeasure, defaultMaxMeasure)
		// What a phase is there for ends it, and nothing else.
		r.Measure, r.MinTrajectories, r.MinPerAgent = r.MaxMeasure, 0, 0
	}
	return r
}

// Validate reports everything that is wrong with the rules.
func (r Rules) Validate() error {
	if r == (Rules{}) {
		return nil
	}
	var errs []error
	if r.SpawnRate != 0 && !(r.SpawnRate >= slowestSpawn) || math.IsInf(r.SpawnRate, 0) {
		errs = append(errs, fmt.Errorf("agentperf: Rules.SpawnRate is %v, expected 0 or at least %v agents per second", r.SpawnRate, slowestSpawn))
	}
	if forControlled := r.Block > 0 || r.MaxMeasure > 0; r.Measure < 0 || r.Measure == 0 && !forControlled || r.Measure > longest {
		errs = append(errs, fmt.Errorf("agentperf: Rules.Measure is %v, expected more than 0 and at most %v", r.Measure, longest))
	}
	for _, d := range [...]struct {
		name string
		d    time.Duration
	}{{"Settle", r.Settle}, {"Timeout", r.Timeout}, {"Drain", r.Drain}, {"Block", r.Block}, {"MaxMeasure", r.MaxMeasure}} {
		if d.d < 0 || d.d > longest {
			errs = append(errs, fmt.Errorf("agentperf: Rules.%s is %v, expected 0 to %v", d.name, d.d, longest))
		}
	}
	if r.MinTrajectories < 0 || r.MinPerAgent < 0 {
		errs = append(errs, fmt.Errorf("agentperf: Rules ask for %d trajectories and %d per agent, expected 0 or more", r.MinTrajectories, r.MinPerAgent))
	}
	return errors.Join(errs...)
}

const (
	slowestSpawn = 0.001               // agents per second
	longest      = 30 * 24 * time.Hour // of any part of a phase
)

// giveUp is how many attempts each agent has on average before a phase in
// which nothing has succeeded ends.
const giveUp = 3

// ramp returns the time from the first agent's start to the last one's.
func (r Rules) ramp(agents int) time.Duration {
	return phase.Config{Workers: agents, SpawnRate: r.SpawnRate}.Ramp()
}

// phase returns the rules for a number of agents. The error says that a phase
// of so many cannot fit its own time-out.
func (r Rules) phase(agents int, v VerdictRule) (phase.Config, error) {
	if v == ControlledRule {
		r.Timeout = max(r.Timeout, r.ramp(agents)+r.Settle+r.MaxMeasure+time.Minute)
	}
	c := phase.Config{
		Workers: agents, SpawnRate: r.SpawnRate, Settle: r.Settle, Measure: r.Measure,
		MinTotal: r.MinTrajectories, MinPerWorker: r.MinPerAgent, Drain: r.Drain, GiveUp: giveUp,
	}
	least := c.Ramp() + r.Settle + r.Measure
	c.Timeout = r.Timeout
	if c.Timeout == 0 {
		c.Timeout = c.Ramp() + r.Settle + max(6*r.Measure, time.Minute)
	}
	if c.Timeout < least {
		return c, fmt.Errorf("agentperf: a phase of %d agents takes %v to ramp up, %v to settle and %v to measure, longer than its time-out of %v",
			agents, c.Ramp(), r.Settle, r.Measure, c.Timeout)
	}
	return c, nil
}

func (v VerdictRule) resolve(r Rules) VerdictRule {
	switch {
	case v != "":
		return v
	case r == (Rules{}) || r.Block > 0 || r.MaxMeasure > 0:
		return ControlledRule
	}
	return PointRule
}
