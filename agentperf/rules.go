package agentperf

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/internal/phase"
)

// Rules are the shape of a phase. The zero Rules are [Quick]; otherwise each
// field means what it says.
type Rules struct {
	// Name is for the report.
	Name string
	// SpawnRate is the number of agents started per second; 0 starts them all
	// at once.
	SpawnRate float64
	// Settle is the time from the start of the last agent to the measured
	// window.
	Settle time.Duration
	// Measure is the least length of the window; more than 0.
	Measure time.Duration
	// MinTrajectories and MinPerAgent are how many trajectories must be
	// completed inside the window, in all and by each agent, before it ends; 0
	// is none.
	MinTrajectories, MinPerAgent int
	// Timeout ends the window this long after the first agent's start, with
	// the minima unmet and the phase undecided; 0 means six times Measure and
	// at least a minute after settling.
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

func (r Rules) resolve() Rules {
	if r == (Rules{}) {
		return Quick()
	}
	if r.Name == "" {
		r.Name = "custom"
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
	if r.Measure <= 0 || r.Measure > longest {
		errs = append(errs, fmt.Errorf("agentperf: Rules.Measure is %v, expected more than 0 and at most %v", r.Measure, longest))
	}
	for _, d := range [...]struct {
		name string
		d    time.Duration
	}{{"Settle", r.Settle}, {"Timeout", r.Timeout}, {"Drain", r.Drain}} {
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

// phase returns the rules for a number of agents. The error says that a phase
// of so many cannot fit its own time-out.
func (r Rules) phase(agents int) (phase.Config, error) {
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
