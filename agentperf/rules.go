package agentperf

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/internal/phase"
)

// Rules shape a phase: agents start one after the other, settle, are measured in a window,
// and drain. The zero value means [Controlled], or [Quick] with [PointRule]. If any field
// is set, the others mean what their zero values say below.
type Rules struct {
	// Name is shown in the report; empty means "custom".
	Name string
	// SpawnRate is the number of agents started per second; 0 starts all at once.
	SpawnRate float64
	// Settle is the time from the start of the last agent to the start of the measured
	// window.
	Settle time.Duration
	// Measure is the minimum length of the window, more than 0. It is ignored under
	// [ControlledRule], which ends a phase once its verdicts are decided.
	Measure time.Duration
	// Block is the length of the time blocks that [ControlledRule] treats as
	// independent. It should be longer than most requests and than any disturbance of
	// the system; 0 means 10 s. MaxMeasure bounds the time for which ControlledRule
	// measures one number of agents, over all its phases; 0 means an hour.
	Block, MaxMeasure time.Duration
	// MinTrajectories and MinPerAgent are the numbers of trajectories that must be
	// completed inside the window, in all and by each agent, before it ends; 0 means no
	// minimum. They are ignored under [ControlledRule].
	MinTrajectories, MinPerAgent int
	// Timeout ends the window this long after the first agent's start, even if the
	// minima are unmet; the phase is then undecided. 0 means that the window may last
	// six times Measure, and at least a minute. Under [ControlledRule] it always leaves
	// room for ramp, Settle, MaxMeasure and a minute.
	Timeout time.Duration
	// Drain is how long other requests may go on once all measured ones have ended.
	// Then they are canceled; 0 cancels them at once.
	Drain time.Duration
}

// Published returns the rules that Artificial Analysis publishes for AA-AgentPerf: a window
// of at least 10 minutes, beginning 30 s after the last agent has started, in which at
// least 30 trajectories are completed, and 3 by each agent. The spawn rate and the
// one-hour timeout are those found in vendors' files.
func Published() Rules {
	return Rules{
		Name: "published", SpawnRate: 1, Settle: 30 * time.Second, Measure: 10 * time.Minute,
		MinTrajectories: 30, MinPerAgent: 3, Drain: 30 * time.Second,
	}
}

// Quick returns rules for a first look: a window of half a minute, without minima. The
// results are not comparable with published ones.
func Quick() Rules {
	return Rules{Name: "quick", SpawnRate: 8, Settle: 5 * time.Second, Measure: 30 * time.Second, Drain: 30 * time.Second}
}

// Controlled returns the rules for [ControlledRule]: blocks of 10 s, and at most an hour
// of measuring for each number of agents.
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

// Validate returns all errors of the rules, joined, or nil.
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
