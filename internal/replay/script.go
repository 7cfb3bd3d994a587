package replay

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A Script knows what the agents of plans for one workload play. It is not safe for concurrent
// use; what [Script.Work] returns is.
type Script struct {
	recorded *trajectory.Workload
	paces    *Paces // of the latest policy; its workload is the one that is replayed
	digest   string
}

// ScriptOf returns the script of plans for the workload of paces, which has the given digest, under
// their policy.
func ScriptOf(paces *Paces, digest string) *Script {
	return &Script{recorded: paces.Workload, paces: paces, digest: digest}
}

// NewScript returns the script of plans for a workload as it was recorded, under any policy.
func NewScript(recorded *trajectory.Workload) *Script { return &Script{recorded: recorded} }

// prepare fits and encodes the workload for the policy of a plan, which takes some seconds for a
// large one; the phases of a run have the same. It returns an error if the workload is not that of
// the plan.
func (c *Script) prepare(plan *record.Plan) error {
	if c.paces == nil || !equal(&c.paces.Policy, &plan.Policy) {
		if err := plan.Policy.Validate(); err != nil {
			return err
		}
		fitted, _ := c.recorded.Fit(plan.Policy)
		fitted.Encode(plan.Policy)
		c.paces = &Paces{Workload: fitted, Policy: plan.Policy}
		c.digest = Digest(fitted, &plan.Policy)
	}
	if c.digest != plan.Workload {
		return fmt.Errorf("the plan is for a workload with the digest %.12s, and the one here has %.12s", plan.Workload, c.digest)
	}
	return nil
}

// equal reports whether two policies are the same, of which one may have been decoded.
func equal(a, b *trajectory.Policy) bool {
	x, y := *a, *b
	x.Fields, y.Fields = nil, nil
	return reflect.DeepEqual(x, y) && maps.EqualFunc(a.Fields, b.Fields, func(v, w json.RawMessage) bool { return string(v) == string(w) })
}

// Schedule returns who plays what by a plan.
func (c *Script) Schedule(plan *record.Plan) (s trajectory.Schedule, err error) {
	if err := c.prepare(plan); err != nil {
		return s, err
	}
	s = trajectory.Schedule{Workload: c.paces.Workload, Seed: plan.Seed, Phase: plan.Index, Draw: plan.Draw, MaxStart: plan.MaxStart}
	if plan.Steady && plan.Pace != (record.Pace{}) {
		s.Steady = c.paces.At(plan.Pace)
	}
	if plan.Assigned != nil && len(plan.Assigned) < plan.Agents {
		return s, fmt.Errorf("the plan assigns trajectories to %d agents and has %d", len(plan.Assigned), plan.Agents)
	}
	s.Assigned, err = Assigned(plan.Assigned, s.Workload)
	return s, err
}
