package agentperf_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
		{"agents of its own", func(p *record.Phase) (*record.Phase, error) { p.Agents, p.Rows[3].Agent = 9, 8; return p, nil }, "row 3 is of agent 8", false},
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
		}, "", true}, // nothing succeeded
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
						if err == nil || errors.Is(err, agentperf.ErrInvalid) || len(report.Phases) != 1 || tt.name != "nothing but an ending" && !errors.Is(err, lost) {
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
					again := 1 // a number takes one phase
					if rule != agentperf.Rule(short) {
						again = 2
					}
					if len(report.Phases) != again {
						t.Errorf("%d phases, want %d", len(report.Phases), again)
					}
				})
			})
		}
	}
}

// A search goes on once a phase has failed, and finds what it would have found.
func TestLoadFailsOnce(t *testing.T) {
	find := func(failing int) (report *agentperf.Report) {
		synctest.Test(t, func(t *testing.T) {
			connect := func(int) trajectory.Sender { return inProcess{} }
			inner := &agentperf.LocalLoad{Workload: workload(t, 3, []int{20}, 0), Connect: connect}
			n := 0
			var err error
			report, err = agentperf.Run(t.Context(), agentperf.Config{
				Connect: connect, Workload: workload(t, 3, []int{20}, 0), Tiers: floor(10), Rule: brief(), Seed: 42, MaxAgents: 4,
				Load: loadFunc(func(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
					p, err := inner.Phase(ctx, plan, watch)
					if n++; n == failing {
						p.Fault = "a worker was lost"
					}
					return p, err
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		return report
	}
	want, got := find(0), find(1)
	if got.Phases[0].Invalid == "" || got.Phases[1].Agents != got.Phases[0].Agents || len(got.Phases) != len(want.Phases)+1 {
		t.Errorf("%d phases, want %d and one more", len(got.Phases), len(want.Phases))
	}
	if got.Tiers[0].MaxAgents != 4 || want.Tiers[0].MaxAgents != 4 {
		t.Errorf("%d and %d agents, want 4", got.Tiers[0].MaxAgents, want.Tiers[0].MaxAgents)
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
