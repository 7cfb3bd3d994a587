package replay

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/trajectory"
)

// What no process can run is refused before anything is sent, in words that name the field.
func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		want   string // empty for a plan that can be run
		change func(p *record.Plan)
	}{
		{"", func(*record.Plan) {}},
		{"", func(p *record.Plan) { p.Agents, p.SpawnRate = MostAgents, 0.001 }}, // the slowest of a rule
		{"", func(p *record.Plan) { p.SpawnRate = math.MaxFloat64 }},
		{"the plan has 0 agents, expected 1 to 1000000", func(p *record.Plan) { p.Agents = 0 }},
		{"the plan has -1 agents, expected 1 to 1000000", func(p *record.Plan) { p.Agents = -1 }},
		{"the plan has 1000001 agents, expected 1 to 1000000", func(p *record.Plan) { p.Agents = MostAgents + 1 }},
		{"the SpawnRate of the plan is NaN", func(p *record.Plan) { p.SpawnRate = math.NaN() }},
		{"the SpawnRate of the plan is +Inf", func(p *record.Plan) { p.SpawnRate = math.Inf(1) }},
		{"the SpawnRate of the plan is -1", func(p *record.Plan) { p.SpawnRate = -1 }},
		{"the SpawnRate of the plan is 1e-09", func(p *record.Plan) { p.SpawnRate = 1e-9 }}, // the second starts after 32 years, the third too late
		{"the Settle of the plan is -1s, expected 0 to", func(p *record.Plan) { p.Settle = -time.Second }},
		{"the FirstTokens of the plan is -1ns", func(p *record.Plan) { p.FirstTokens = -1 }},
		{"the Measure of the plan is -1ns", func(p *record.Plan) { p.Measure = -1 }},
		{"the Measure of the plan is 2562047h47m16.854775807s", func(p *record.Plan) { p.Measure = math.MaxInt64 }},
		{"the Timeout of the plan is -1ns", func(p *record.Plan) { p.Timeout = -1 }},
		{"the Patience of the plan is -1ns", func(p *record.Plan) { p.Patience = -1 }},
		{"the Drain of the plan is -1ns", func(p *record.Plan) { p.Drain = -1 }},
		{"the LookEvery of the plan is -1ns", func(p *record.Plan) { p.LookEvery = -1 }},
		{"the MinTotal of the plan is -1, expected 0 or more", func(p *record.Plan) { p.MinTotal = -1 }},
		{"the MinPerAgent of the plan is -1", func(p *record.Plan) { p.MinPerAgent = -1 }},
		{"the GiveUp of the plan is -1", func(p *record.Plan) { p.GiveUp = -1 }},
		{"the MaxStart of the plan is -1", func(p *record.Plan) { p.MaxStart = -1 }},
		{"the Pace of the plan is {NaN 0 0}", func(p *record.Plan) { p.Pace.First = math.NaN() }},
		{"the Pace of the plan is {0 0 -Inf}", func(p *record.Plan) { p.Pace.Context = math.Inf(-1) }},
	} {
		plan := record.Plan{Shape: record.Shape{Agents: 3, Measure: 1000 * time.Hour}, Policy: trajectory.Policy{Model: "m"}.Resolve()}
		tt.change(&plan)
		err := Check(&plan)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want)) {
			t.Errorf("%v, want %q", err, tt.want)
		}
		if _, got := NewScript(new(trajectory.Workload)).Work(&plan, nil, nil); err != nil && (got == nil || got.Error() != err.Error()) {
			t.Errorf("Work returns %v, want %v", got, err)
		}
	}
}
