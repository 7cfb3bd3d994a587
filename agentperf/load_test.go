package agentperf_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A traveler runs phases elsewhere: the plan goes there as JSON, and meets a workload of the
// place.
type traveler struct{ there agentperf.LocalLoad }

func (l *traveler) Phase(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
	text, err := json.Marshal(plan)
	if err != nil {
		return nil, err
	}
	var arrived record.Plan
	if err := json.Unmarshal(text, &arrived); err != nil {
		return nil, err
	}
	return l.there.Phase(ctx, &arrived, watch)
}

// bodies are the requests that a system got.
type bodies struct {
	mu  sync.Mutex
	all []string
}

func (b *bodies) connect(int) trajectory.Sender {
	return &spy{inProcess{}, func(session string, body [][]byte) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.all = append(b.all, session+" "+string(bytes.Join(body, nil)))
	}}
}

// A measurement is Run, Check or Measure of some numbers.
type measurement func(context.Context, agentperf.Config) (*agentperf.Report, error)

func checking(agents int) measurement {
	return func(ctx context.Context, c agentperf.Config) (*agentperf.Report, error) {
		return agentperf.Check(ctx, c, agents)
	}
}

func measuring(agents ...int) measurement {
	return func(ctx context.Context, c agentperf.Config) (*agentperf.Report, error) {
		return agentperf.Measure(ctx, c, agents...)
	}
}

// A load in another place makes the requests that this process would have made, and the report
// is the same.
func TestLoadElsewhere(t *testing.T) {
	odd := map[string]json.RawMessage{"metadata": json.RawMessage(" { \"a<b\" : \"x & \u2028\" }\n")}
	for _, tt := range []struct {
		name    string
		measure measurement
		change  func(*agentperf.Config)
	}{
		{"a search", agentperf.Run, func(c *agentperf.Config) { c.MaxAgents = 3 }},
		{"the steady state", checking(4), func(c *agentperf.Config) { c.Rule = brief() }},
		{"some numbers", measuring(1, 3), nil},
		{"odd fields", checking(2), func(c *agentperf.Config) { c.Policy.Fields = odd }},
		{"a small context", checking(3), func(c *agentperf.Config) { c.ContextTokens = 100 }},
		{"assigned", checking(2), func(c *agentperf.Config) { c.Assigned = [][]string{{"t2", "t0"}, {"t1"}} }},
		{"another API", checking(2), func(c *agentperf.Config) { c.Policy.API, c.Policy.Model = trajectory.APIMessages, "m" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := func(elsewhere bool) (report *agentperf.Report, sent []string) {
				synctest.Test(t, func(t *testing.T) {
					var got bodies
					sessions := func() *trajectory.Workload { return workload(t, 3, []int{20, 20, 20}, 100*time.Millisecond) }
					cfg := agentperf.Config{Connect: got.connect, Workload: sessions(), Tiers: floor(49, 51), Rule: short, Seed: 42}
					if tt.change != nil {
						tt.change(&cfg)
					}
					if elsewhere {
						cfg.Load = &traveler{agentperf.LocalLoad{Workload: sessions(), Connect: got.connect}}
					}
					var err error
					if report, err = tt.measure(t.Context(), cfg); err != nil {
						t.Fatal(err)
					}
					sent = got.all
				})
				slices.Sort(sent) // agents are under way at once
				return report, sent
			}
			want, here := run(false)
			got, there := run(true)
			if cut := len(coded(want.Warnings, "context")) > 0; cut != (tt.name == "a small context") {
				t.Errorf("sessions were cut: %v", cut)
			}
			if d := cmp.Diff(want, got, same); d != "" {
				t.Error(d)
			}
			if len(here) == 0 || !slices.Equal(here, there) {
				t.Errorf("%d requests here, %d there:\n%s", len(here), len(there), cmp.Diff(here, there))
			}
		})
	}
}

// Whoever has other sessions is told so.
func TestLoadOfAnotherWorkload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got bodies
		report, err := agentperf.Check(t.Context(), agentperf.Config{
			Connect: got.connect, Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: short, Seed: 42,
			Load: &traveler{agentperf.LocalLoad{Workload: workload(t, 2, []int{20}, 0), Connect: got.connect}},
		}, 2)
		if err == nil || len(got.all) != 0 || len(report.Phases) != 1 {
			t.Fatalf("%d requests, %d phases: %v", len(got.all), len(report.Phases), err)
		}
		own := report.Config.WorkloadSHA256[:12]
		_, other, _ := strings.Cut(err.Error(), "the one here has ")
		if !strings.Contains(err.Error(), own) || len(other) != 12 || other == own {
			t.Errorf("%v; the workload is %s", err, own)
		}
	})
}

// What is done with phases beside judging them is done with those of a Load.
func TestLoadAuditedAndResumed(t *testing.T) {
	t.Run("audited", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &talker{}
			report, err := audited(t, s, func(c *agentperf.Config) {
				c.Load = &traveler{agentperf.LocalLoad{Workload: workload(t, 10, []int{40, 60}, 0), Connect: s.connect}}
			})
			if a := report.Audit; err != nil || a.Outcome != agentperf.AuditPassed || a.Requests != 64 || a.Agents != 4 {
				t.Errorf("%v: %+v", err, a)
			}
		})
	})
	t.Run("resumed", func(t *testing.T) {
		dir := t.TempDir()
		run := func(dir string, most int, elsewhere bool) (report *agentperf.Report) {
			synctest.Test(t, func(t *testing.T) {
				connect := func(int) trajectory.Sender { return inProcess{} }
				cfg := agentperf.Config{Connect: connect, Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: short, Seed: 42, MaxAgents: 4, MaxPhases: most, Journal: dir, Label: "x"}
				if elsewhere {
					cfg.Load = &traveler{agentperf.LocalLoad{Workload: workload(t, 3, []int{20}, 0), Connect: connect}}
				}
				var err error
				if report, err = agentperf.Run(t.Context(), cfg); err != nil {
					t.Fatal(err)
				}
			})
			return report
		}
		want := run(t.TempDir(), 0, false)
		run(dir, 1, true)
		got := run(dir, 0, true)
		if d := cmp.Diff(want, got, same); d != "" || got.Resumed != 1 {
			t.Errorf("%d phases taken up: %s", got.Resumed, d)
		}
	})
}

// A LocalLoad that lacks something, or whose plan has no agents, is an error and no panic.
func TestLocalLoadErrors(t *testing.T) {
	var got bodies
	for want, change := range map[string]func(l *agentperf.LocalLoad, p *record.Plan){
		"LocalLoad has no Workload, expected recorded sessions": func(l *agentperf.LocalLoad, _ *record.Plan) { l.Workload = nil },
		"LocalLoad has no Connect, expected a function":         func(l *agentperf.LocalLoad, _ *record.Plan) { l.Connect = nil },
		"the plan has 0 agents, expected 1 to 1000000":          func(_ *agentperf.LocalLoad, p *record.Plan) { p.Agents = 0 },
		"the plan has -1 agents, expected 1 to 1000000":         func(_ *agentperf.LocalLoad, p *record.Plan) { p.Agents = -1 },
		"the plan is for a workload with the digest abc":        func(_ *agentperf.LocalLoad, p *record.Plan) { p.Workload = "abc" },
	} {
		l := &agentperf.LocalLoad{Workload: workload(t, 3, []int{20}, 0), Connect: got.connect}
		plan := &record.Plan{Shape: record.Shape{Agents: 1}, Policy: trajectory.Policy{Model: "m"}.Resolve()}
		change(l, plan)
		if p, err := l.Phase(t.Context(), plan, record.Watch{}); p != nil || err == nil || !strings.HasPrefix(err.Error(), "agentperf: "+want) {
			t.Errorf("%v, %v, want %q", p, err, want)
		}
	}
}
