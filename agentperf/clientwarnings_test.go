package agentperf_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/trajectory"
)

// A system that breaks the client in two of three phases is not measured without a word.
func TestFailuresAreSaid(t *testing.T) {
	for failing, want := range map[int]bool{0: false, 1: false, 2: true} {
		for _, rule := range []agentperf.Rule{short, brief()} {
			synctest.Test(t, func(t *testing.T) {
				connect := func(int) trajectory.Sender { return inProcess{} }
				inner := &agentperf.LocalLoad{Workload: workload(t, 3, []int{20}, 0), Connect: connect}
				report, err := agentperf.Check(t.Context(), agentperf.Config{
					Connect: connect, Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: rule, Seed: 42,
					Load: loadFunc(func(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
						p, err := inner.Phase(ctx, plan, watch)
						if plan.Index < failing {
							p.Fault = "a worker was lost"
						}
						return p, err
					}),
				}, 2)
				if err != nil {
					t.Fatal(err)
				}
				says := coded(report.Warnings, "client_failed")
				if (len(says) > 0) != want || want && !strings.Contains(strings.Join(says, "; "), `2 agents: the client failed in 2 of `) {
					t.Errorf("%v, %d failing: %q", rule, failing, says)
				}
			})
		}
	}
}

// What the machine of one client lacks is a failure of that client, by name, and the phase is
// repeated as any other in which a client failed.
func TestLocalFailureNamesClient(t *testing.T) {
	report, err := agentperf.Check(t.Context(), agentperf.Config{
		Connect: func(int) trajectory.Sender { return inProcess{} }, Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: byHand, Seed: 42,
		Load: pair{t, func(plan *record.Plan) *record.Phase {
			p := twoClients(answered(0, 12, 17, 401), answered(1, 12, 17, 401))
			if plan.Index < 2 {
				r := answered(1, 15, 16, 0)
				r.Outcome, r.Message = record.Local, 0
				p.Rows, p.Ending = append(p.Rows, r), record.Stopped
			}
			return p
		}},
	}, 4)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(report.Phases); n != 3 || report.Phases[0].Invalid != "the client failed: b: reset by peer" || report.Phases[2].Invalid != "" {
		t.Errorf("%d phases: %q", n, report.Phases[0].Invalid)
	}
}

var errNone = errors.New("no phase")

// A journal that was begun by one fleet and goes on in this process, or in another fleet, is of
// both, which the report says.
func TestMixedLoadIsSaid(t *testing.T) {
	named := func(names ...string) agentperf.Load {
		return pair{t, func(plan *record.Plan) *record.Phase {
			p := twoClients()
			p.Agents, p.Up = plan.Shape.Agents, plan.Shape.Agents
			for i, name := range names {
				p.Clients[i].Name = name
			}
			p.Owners = nil
			for agent := range plan.Shape.Agents {
				p.Owners = append(p.Owners, int32(agent%2))
				p.Rows = append(p.Rows, answered(int32(agent), 12, 17, 401))
			}
			return p
		}}
	}
	for _, tt := range []struct {
		second agentperf.Load
		want   string
	}{
		{named("a", "b"), ""},
		{named("a", "c"), "1 by 2 clients (a, b), 1 by 2 clients (a, c)"},
		{nil, "1 by 2 clients (a, b), 1 by one client"},
		{loadFunc(func(context.Context, *record.Plan, record.Watch) (*record.Phase, error) { return nil, errNone }), ""},
	} {
		dir := t.TempDir()
		var report *agentperf.Report
		for _, at := range []struct {
			most int
			load agentperf.Load
		}{{1, named("a", "b")}, {0, tt.second}} {
			synctest.Test(t, func(t *testing.T) {
				var err error
				report, err = agentperf.Measure(t.Context(), agentperf.Config{
					Connect: func(int) trajectory.Sender { return inProcess{} }, Label: "x", Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: byHand, Seed: 42,
					Journal: dir, MaxPhases: at.most, Load: at.load,
				}, 2, 4)
				if err != nil && at.most == 0 && !errors.Is(err, errNone) {
					t.Fatal(err)
				}
			})
		}
		says := coded(report.Warnings, "mixed_load")
		if report.Resumed != 1 || (len(says) > 0) != (tt.want != "") || !strings.Contains(strings.Join(says, "; "), tt.want) {
			t.Errorf("%d phases resumed: %q, want %q", report.Resumed, says, tt.want)
		}
	}
}
