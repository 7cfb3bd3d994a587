package agentperf_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/trajectory"
)

// With nothing set but what must be, a run finds the limit that can be worked out by hand,
// by the default rule: 46 tokens/s are 11 agents at 4 tokens/s each.
func TestZeroConfigFindsTheLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector, which the others serve as well")
	}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		report, err := agentperf.Run(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{
			Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(4),
		}))
		if err != nil {
			t.Fatal(err)
		}
		tier := report.Tiers[0]
		if tier.MaxAgents != 11 || tier.FirstFailingAgents == nil || *tier.FirstFailingAgents != 12 || !tier.Confirmed {
			t.Errorf("%+v, want exactly 11", tier)
		}
		for _, p := range report.Phases {
			if p.MeasuredSeconds < 2 || p.Figures == nil || p.Figures.Requests == 0 {
				t.Errorf("phase %d measured %v s and %+v", p.Index, p.MeasuredSeconds, p.Figures)
			}
		}
		if rule := report.Config.Rule; rule.Name != "controlled" || rule.ErrorRate != 0.01 || rule.SettleSeconds != 0 || rule.SpawnRate != 4 || rule.BlockSeconds != 0 || rule.MaxMeasureSeconds != 3600 || rule.BudgetSeconds != 6*3600 || rule.DrainSeconds != 5 {
			t.Errorf("%+v", rule)
		}
		t.Logf("%v of virtual time", time.Since(began))
	})
}

// A check with nothing set but what must be tells what holds from what does not.
func TestZeroConfigChecks(t *testing.T) {
	for agents, want := range map[int]agentperf.Verdict{11: agentperf.Pass, 12: agentperf.Fail} {
		synctest.Test(t, func(t *testing.T) {
			report, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{Capacity: 46}, agentperf.Config{
				Workload: workload(t, 3, []int{20, 7, 33}, 0), Tiers: floor(4),
			}), agents)
			if err != nil {
				t.Fatal(err)
			}
			if n := report.Tiers[0].Number(agents); n == nil || n.Verdict != want {
				t.Errorf("%d agents: %+v, want %s", agents, n, want)
			}
		})
	}
}

// Each field of a rule that is left zero beside others is what its documentation says.
func TestZeroFieldsOfRules(t *testing.T) {
	controlled := agentperf.RuleEcho{Name: "controlled", ErrorRate: 0.01, MaxMeasureSeconds: 3600, BudgetSeconds: 6 * 3600, SpawnRate: 4, DrainSeconds: 5}
	point := agentperf.RuleEcho{Name: "published", SpawnRate: 1, SettleSeconds: 30, MeasureSeconds: 600, MinTrajectories: 30, MinPerAgent: 3, DrainSeconds: 30}
	check := func(rule agentperf.Rule, want agentperf.RuleEcho) {
		t.Helper()
		got := echoOf(t, rule)
		want.Text, got.Text = "", ""
		if got != want {
			t.Errorf("%+v: %+v, want %+v", rule, got, want)
		}
	}
	check(nil, controlled)
	check(agentperf.Controlled{}, controlled)
	check(agentperf.Point{}, point)
	for _, tt := range []struct {
		rule agentperf.Rule
		want func() agentperf.RuleEcho
	}{
		{agentperf.Controlled{MaxMeasure: 20 * time.Minute}, func() agentperf.RuleEcho { e := controlled; e.MaxMeasureSeconds = 1200; return e }},
		{agentperf.Controlled{ErrorRate: 0.1}, func() agentperf.RuleEcho { e := controlled; e.ErrorRate = 0.1; return e }},
		{agentperf.Controlled{Block: 5 * time.Second}, func() agentperf.RuleEcho { e := controlled; e.BlockSeconds = 5; return e }},
		{agentperf.Controlled{SpawnRate: -1}, func() agentperf.RuleEcho { e := controlled; e.SpawnRate = 0; return e }},
		{agentperf.Controlled{Settle: -1}, func() agentperf.RuleEcho { e := controlled; e.SettleSeconds = 0; return e }},
		{agentperf.Controlled{Drain: -1}, func() agentperf.RuleEcho { e := controlled; e.DrainSeconds = 0; return e }},
		{agentperf.Point{Measure: time.Minute}, func() agentperf.RuleEcho { e := point; e.Name, e.MeasureSeconds = "point", 60; return e }},
		{agentperf.Point{MinTrajectories: -1}, func() agentperf.RuleEcho { e := point; e.Name, e.MinTrajectories = "point", 0; return e }},
		{agentperf.Point{MinPerAgent: 7}, func() agentperf.RuleEcho { e := point; e.Name, e.MinPerAgent = "point", 7; return e }},
		{agentperf.Point{SpawnRate: 2}, func() agentperf.RuleEcho { e := point; e.Name, e.SpawnRate = "point", 2; return e }},
		{agentperf.Point{Settle: 30 * time.Second, Drain: 30 * time.Second}, func() agentperf.RuleEcho { return point }},
		{agentperf.Quick(), func() agentperf.RuleEcho {
			return agentperf.RuleEcho{Name: "quick", SpawnRate: 8, SettleSeconds: 5, MeasureSeconds: 30, DrainSeconds: 30}
		}},
	} {
		check(tt.rule, tt.want())
	}
}

// echoOf returns what the report says of a rule: of a run that is over before it begins.
func echoOf(t *testing.T, rule agentperf.Rule) agentperf.RuleEcho {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report, err := agentperf.Run(ctx, agentperf.Config{
		Connect: func(int) trajectory.Sender { return inProcess{} }, Workload: workload(t, 1, []int{20}, 0), Tiers: floor(1), Rule: rule,
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	return report.Config.Rule
}

// Each field of a Config that is left zero beside others set is what its documentation
// says: the report has them all.
func TestZeroFieldsOfConfig(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		report, err := agentperf.Check(t.Context(), inMemory(t, &endpointtest.Engine{}, agentperf.Config{
			Workload: workload(t, 1, []int{20}, 0), Rule: short, Tiers: floor(1),
		}), 1)
		if err != nil {
			t.Fatal(err)
		}
		c := report.Config
		got := map[string]any{
			"ClientLag": c.ClientLagSeconds, "MaxStart": c.MaxStart, "Timeout": c.TimeoutSeconds, "IdleTimeout": c.IdleSeconds,
			"Output": c.Output, "MaxTokens": c.MaxTokens, "ToolDelay": c.ToolDelay, "ToolDelayScale": c.ToolDelayScale, "Prefix": c.CachePrefix,
		}
		want := map[string]any{
			"ClientLag": 0.05, "MaxStart": 10, "Timeout": endpoint.DefaultTimeout.Seconds(), "IdleTimeout": endpoint.DefaultIdleTimeout.Seconds(),
			"Output": trajectory.OutputExact, "MaxTokens": trajectory.DefaultMaxTokens, "ToolDelay": trajectory.ToolDelayRecorded, "ToolDelayScale": 1.0, "Prefix": trajectory.PrefixAfterSystem,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// Durations that forgot their unit are refused with a hint.
func TestNumbersWithoutAUnit(t *testing.T) {
	w := workload(t, 1, []int{20}, 0)
	for want, c := range map[string]agentperf.Config{
		"Tiers[0].TTFTCeiling is 5ns, which looks like a number without a unit: 5 seconds are 5*time.Second": {Tiers: []agentperf.Tier{{SpeedFloor: 5, TTFTCeiling: 5}}},
		"Rule.Measure is 30ns, which looks like a number without a unit":                                     {Rule: agentperf.Point{Measure: 30}},
		"Rule.MaxMeasure is 600ns":                 {Rule: agentperf.Controlled{MaxMeasure: 600}},
		"Rule.Block is 1ms, expected 10ms or more": {Rule: agentperf.Controlled{Block: time.Millisecond}},
		"ClientLag is 50ns":                        {ClientLag: 50},
	} {
		c.Workload, c.Endpoint.URL = w, "http://h"
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
