package replay

import (
	"fmt"
	"math"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
)

const (
	// MostAgents is the largest number of agents of a plan: beyond the ports of any machine.
	MostAgents = 1_000_000
	// longest is the longest part of a phase: as long as the slowest start of so many agents, one
	// each 1000 s. The sum of all parts does not overflow.
	longest = 40 * 365 * 24 * time.Hour
)

// Check returns an error for a plan that none can run, whatever its workload is. [Script.Work]
// calls it; whoever counts the agents of a plan before calls it first, so that all refuse the same
// in the same words.
func Check(plan *record.Plan) error {
	if plan.Agents < 1 || plan.Agents > MostAgents {
		return fmt.Errorf("the plan has %d agents, expected 1 to %d", plan.Agents, MostAgents)
	}
	if r := plan.SpawnRate; !(r >= 0) || math.IsInf(r, 0) || r > 0 && float64(plan.Agents-1)/r > longest.Seconds() {
		return fmt.Errorf("the SpawnRate of the plan is %v, expected 0, or so many agents a second that the last of %d starts within %v", r, plan.Agents, longest)
	}
	for _, span := range []struct {
		name string
		d    time.Duration
	}{
		{"Settle", plan.Settle}, {"FirstTokens", plan.FirstTokens}, {"Measure", plan.Measure}, {"Timeout", plan.Timeout},
		{"Patience", plan.Patience}, {"Drain", plan.Drain}, {"LookEvery", plan.LookEvery},
	} {
		if span.d < 0 || span.d > longest {
			return fmt.Errorf("the %s of the plan is %v, expected 0 to %v", span.name, span.d, longest)
		}
	}
	for _, count := range []struct {
		name string
		n    int
	}{{"MinTotal", plan.MinTotal}, {"MinPerAgent", plan.MinPerAgent}, {"GiveUp", plan.GiveUp}, {"MaxStart", plan.MaxStart}} {
		if count.n < 0 {
			return fmt.Errorf("the %s of the plan is %d, expected 0 or more", count.name, count.n)
		}
	}
	for _, v := range []float64{plan.Pace.First, plan.Pace.Token, plan.Pace.Context} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the Pace of the plan is %v, expected finite numbers", plan.Pace)
		}
	}
	return nil
}
