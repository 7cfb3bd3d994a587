package agentperf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/trajectory"
)

// loadFunc is a Load.
type loadFunc func(context.Context, *record.Plan, record.Watch) (*record.Phase, error)

func (f loadFunc) Phase(ctx context.Context, p *record.Plan, w record.Watch) (*record.Phase, error) {
	return f(ctx, p, w)
}

// A phase that none can be is invalid, with the reason in the report; the run goes on, and is
// told in the end that nothing was measured.
func TestHostileLoads(t *testing.T) {
	good := func(t *testing.T) agentperf.Load {
		return &agentperf.LocalLoad{Workload: workload(t, 3, []int{20}, 0), Connect: func(int) trajectory.Sender { return inProcess{} }}
	}
	lost := errors.New("lost a machine")
	for _, tt := range []struct {
		name  string
		spoil func(p *record.Phase) (*record.Phase, error)
		says  string // of the phase
		ends  bool   // the run, with lost
	}{
		{"no phase", func(*record.Phase) (*record.Phase, error) { return nil, nil }, "no such phase: there is none", false},
		{"an agent too many", func(p *record.Phase) (*record.Phase, error) { p.Rows[3].Agent = 2; return p, nil }, "row 3 is of agent 2, expected 0 to 1", false},
		{"a negative agent", func(p *record.Phase) (*record.Phase, error) { p.Rows[0].Agent = -1; return p, nil }, "row 0 is of agent -1", false},
		{"agents of its own", func(p *record.Phase) (*record.Phase, error) { p.Agents, p.Rows[3].Agent = 9, 8; return p, nil }, "it is of 9 agents, expected 2", false},
		{"a play out of range", func(p *record.Phase) (*record.Phase, error) { p.Rows[1].Play = int32(len(p.Plays)); return p, nil }, "row 1 is of play", false},
		{"a negative play", func(p *record.Phase) (*record.Phase, error) { p.Rows[1].Play = -2; return p, nil }, "row 1 is of play -2", false},
		{"a thread out of range", func(p *record.Phase) (*record.Phase, error) { p.Rows[1].Thread = 7; return p, nil }, "row 1 is of thread 7, expected 0 to 0", false},
		{"open rows of nobody", func(p *record.Phase) (*record.Phase, error) {
			p.Open = []record.Row{{Agent: 5}}
			return p, nil
		}, "row 0 is of agent 5", false},
		{"a row after the end", func(p *record.Phase) (*record.Phase, error) { p.Rows[2].Begun = p.End + 1; return p, nil }, "row 2 was begun at", false},
		{"a row before the start", func(p *record.Phase) (*record.Phase, error) { p.Rows[2].Begun = record.None; return p, nil }, "row 2 was begun at -1ns", false},
		{"a window after the end", func(p *record.Phase) (*record.Phase, error) { p.WindowEnd = p.End + 2; return p, nil }, "the window is from", false},
		{"a window before the start", func(p *record.Phase) (*record.Phase, error) { p.Settled = -1; return p, nil }, "the window is from", false},
		{"a client that is not there", func(p *record.Phase) (*record.Phase, error) { p.Owners = []int32{0, 1}; return p, nil }, "agent 1 is of client 1, expected 0 to 0", false},
		{"owners of some", func(p *record.Phase) (*record.Phase, error) { p.Owners = []int32{0}; return p, nil }, "for each of 2 agents", false},
		{"no ending", func(p *record.Phase) (*record.Phase, error) { p.Ending = ""; return p, nil }, "it does not say why its window ended", false},
		{"nothing but an ending", func(p *record.Phase) (*record.Phase, error) {
			return &record.Phase{Header: record.Header{Ending: record.Complete}}, nil
		}, "its window is complete after 0s", false},
		{"a fault", func(p *record.Phase) (*record.Phase, error) { p.Fault = "a worker was lost"; return p, nil }, "the client failed: a worker was lost", false},
		{"an error", func(*record.Phase) (*record.Phase, error) { return nil, lost }, "", true},
		{"an error and a phase", func(p *record.Phase) (*record.Phase, error) { return p, lost }, "", true},
		{"an error and no ending", func(p *record.Phase) (*record.Phase, error) { p.Ending = ""; return p, lost }, "", true},
		{"an error and another's row", func(p *record.Phase) (*record.Phase, error) { p.Rows[0].Agent = 77; return p, lost }, "row 0 is of agent 77", true},
	} {
		for _, rule := range []agentperf.Rule{short, brief()} {
			t.Run(fmt.Sprintf("%s/%s", tt.name, rule), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					inner := good(t)
					var late record.Watch
					var requests bytes.Buffer
					report, err := agentperf.Check(t.Context(), agentperf.Config{
						Connect: func(int) trajectory.Sender { return inProcess{} }, Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: rule, Seed: 42, Requests: &requests,
						Progress: func(agentperf.Event) {},
						Load: loadFunc(func(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
							p, err := inner.Phase(ctx, plan, watch)
							if err != nil {
								return p, err
							}
							late = watch
							return tt.spoil(p)
						}),
					}, 2)
					// What is told too late is nothing to anyone.
					late.Ended(&record.Phase{}, &record.Row{})
					late.Progress(record.Progress{})
					if len(report.Phases) == 0 {
						t.Fatalf("no phase: %v", err)
					}
					first := report.Phases[0]
					if tt.ends {
						if err == nil || errors.Is(err, agentperf.ErrInvalid) || len(report.Phases) != 1 || !errors.Is(err, lost) {
							t.Errorf("%d phases: %v", len(report.Phases), err)
						}
						if !strings.Contains(first.Invalid, tt.says) {
							t.Errorf("%q, want %q", first.Invalid, tt.says)
						}
						return
					}
					if !strings.Contains(first.Invalid, tt.says) || !errors.Is(err, agentperf.ErrInvalid) || !strings.Contains(err.Error(), tt.says) {
						t.Errorf("invalid: %q; %v", first.Invalid, err)
					}
					again := 3 + 1 // a number takes one phase
					if rule != agentperf.Rule(short) {
						again = 3 + 2
					}
					if len(report.Phases) != again {
						t.Errorf("%d phases, want %d", len(report.Phases), again)
					}
				})
			})
		}
	}
}

// A search goes on once a phase has failed, and finds what it would have found: the phase is
// repeated as it was planned. So it is when the run was broken off in between.
func TestLoadFailsOnce(t *testing.T) {
	for _, rule := range []agentperf.Rule{short, brief()} {
		t.Run(rule.String(), func(t *testing.T) {
			var plans []record.Plan
			find := func(failing, most int, journal string) (report *agentperf.Report) {
				synctest.Test(t, func(t *testing.T) {
					connect := func(int) trajectory.Sender { return inProcess{} }
					inner := &agentperf.LocalLoad{Workload: workload(t, 3, []int{20}, 0), Connect: connect}
					plans = nil
					var err error
					report, err = agentperf.Run(t.Context(), agentperf.Config{
						Connect: connect, Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: rule, Seed: 42, MaxAgents: 4, MaxPhases: most, Journal: journal, Label: "test",
						Load: loadFunc(func(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
							plans = append(plans, *plan)
							p, err := inner.Phase(ctx, plan, watch)
							if plan.Index == failing {
								p.Fault = "a worker was lost"
							}
							return p, err
						}),
					})
					if err != nil && most == 0 {
						t.Fatal(err)
					}
				})
				return report
			}
			want, got := find(-1, 0, ""), find(1, 0, "")
			if p := got.Phases[1]; p.Invalid == "" || p.Verdicts[0].Verdict != agentperf.Invalid || len(got.Phases) != len(want.Phases)+1 {
				t.Errorf("%d phases, want %d and one more", len(got.Phases), len(want.Phases))
			}
			if a, b := plans[1], plans[2]; a.Agents != b.Agents || a.Draw != b.Draw || a.Pace != b.Pace || a.Shape != b.Shape {
				t.Errorf("repeated as %+v, want %+v", b, a)
			}
			if got.Tiers[0].MaxAgents != 4 || want.Tiers[0].MaxAgents != 4 {
				t.Errorf("%d and %d agents, want 4", got.Tiers[0].MaxAgents, want.Tiers[0].MaxAgents)
			}
			whole, dir := plans, t.TempDir()
			find(1, 2, dir)
			resumed := find(1, 0, dir)
			if resumed.Resumed != 2 || len(resumed.Phases) != len(got.Phases) || len(plans) != len(whole)-2 {
				t.Fatalf("%d phases were there, and %d in all, want 2 of %d", resumed.Resumed, len(resumed.Phases), len(got.Phases))
			}
			for i := range plans {
				if a, b := whole[i+2], plans[i]; a.Agents != b.Agents || a.Draw != b.Draw || a.Index != b.Index {
					t.Errorf("phase %d is of %d agents and draw %d, want %d and %d", b.Index, b.Agents, b.Draw, a.Agents, a.Draw)
				}
			}
		})
	}
}

// Run waits for a Load that ignores ctx.
func TestLoadIgnoresContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		connect := func(int) trajectory.Sender { return inProcess{} }
		inner := &agentperf.LocalLoad{Workload: workload(t, 3, []int{20}, 0), Connect: connect}
		report, err := agentperf.Check(ctx, agentperf.Config{
			Connect: connect, Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: short, Seed: 42,
			Load: loadFunc(func(_ context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
				return inner.Phase(t.Context(), plan, watch)
			}),
		}, 2)
		if !errors.Is(err, context.DeadlineExceeded) && err != nil || time.Since(began) < 20*time.Second || len(report.Phases) != 1 {
			t.Errorf("after %v: %d phases, %v", time.Since(began), len(report.Phases), err)
		}
	})
}
