package agentperftest_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/agentperf/agentperftest"
	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

func local(t agentperftest.LoadTarget) (agentperf.Load, error) {
	return &agentperf.LocalLoad{Workload: t.Workload, Connect: t.Connect}, nil
}

// The load of this process is one.
func TestLocalLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := agentperftest.TestLoad(local); err != nil {
			t.Error(err)
		}
		t.Log(time.Since(began))
	})
}

// The same over HTTP.
func TestLocalLoadOverHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if err := agentperftest.TestLoad(func(target agentperftest.LoadTarget) (agentperf.Load, error) {
			return &agentperf.LocalLoad{Workload: target.Workload, Connect: overHTTP(t, target.Handler)}, nil
		}); err != nil {
			t.Error(err)
		}
	})
}

// A flawedLoad is a LocalLoad with a flaw: what it makes of a plan, a watch and a phase.
type flawedLoad struct {
	agentperf.LocalLoad
	plan   func(*record.Plan)
	watch  func(*record.Watch)
	phase  func(*record.Phase)
	around func(ctx context.Context, run func(context.Context) (*record.Phase, error)) (*record.Phase, error)
	sender func(trajectory.Sender) trajectory.Sender
}

func (l *flawedLoad) Phase(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
	own := *plan
	if l.plan != nil {
		l.plan(&own)
	}
	if l.watch != nil {
		l.watch(&watch)
	}
	run := func(ctx context.Context) (*record.Phase, error) { return l.LocalLoad.Phase(ctx, &own, watch) }
	var p *record.Phase
	var err error
	if l.around != nil {
		p, err = l.around(ctx, run)
	} else {
		p, err = run(ctx)
	}
	if l.phase != nil && p != nil {
		l.phase(p)
	}
	return p, err
}

// each returns a sender that does something else with each request that is the n-th.
func each(n int, else_ func(ctx context.Context, s trajectory.Sender, r *trajectory.Request, clock *metrics.Clock) error) func(trajectory.Sender) trajectory.Sender {
	return func(s trajectory.Sender) trajectory.Sender {
		sent := 0
		return trajectory.SenderFunc(func(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
			if sent++; sent%n == 0 {
				return else_(ctx, s, r, clock)
			}
			return s.Send(ctx, r, clock)
		})
	}
}

// Each flaw is caught by the rule that is about it.
func TestFlawedLoads(t *testing.T) {
	if testing.Short() {
		t.Skip("long with the race detector, which the others serve as well")
	}
	all := flawedLoads()
	maps.Copy(all, flawedRows())
	for name, tt := range all {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := agentperftest.TestLoad(func(target agentperftest.LoadTarget) (agentperf.Load, error) {
					l := tt.flawedLoad
					l.Workload, l.Connect = target.Workload, target.Connect
					if tt.sender != nil {
						l.Connect = func(agent int) trajectory.Sender { return tt.sender(target.Connect(agent)) }
					}
					return &l, nil
				})
				time.Sleep(time.Hour) // until what is stuck has ended
				if err == nil || !strings.Contains("\n"+err.Error(), "\n"+tt.rule+": ") {
					t.Errorf("not caught by the rule %q, but: %v", tt.rule, err)
				}
			})
		})
	}
}

// A client that is late and says so has right rows.
func TestLateLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := each(5, func(ctx context.Context, s trajectory.Sender, r *trajectory.Request, clock *metrics.Clock) error {
			time.Sleep(400 * time.Millisecond)
			return s.Send(ctx, r, clock)
		})
		err := agentperftest.TestLoad(func(target agentperftest.LoadTarget) (agentperf.Load, error) {
			return &agentperf.LocalLoad{Workload: target.Workload, Connect: func(agent int) trajectory.Sender { return late(target.Connect(agent)) }}, nil
		})
		if err != nil && strings.Contains("\n"+err.Error(), "\nrows: ") {
			t.Error(err)
		}
	})
}

// What is caught is said with what was expected, and a Load that never returns is not asked again.
func TestLoadErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("no machine")
		failing := func(agentperftest.LoadTarget) (agentperf.Load, error) { return nil, down }
		if err := agentperftest.TestLoad(failing); !errors.Is(err, down) {
			t.Errorf("%v", err)
		}
		if err := agentperftest.TestLoad(func(agentperftest.LoadTarget) (agentperf.Load, error) { return nil, nil }); err == nil {
			t.Error("no error of no Load")
		}
		began := time.Now()
		err := agentperftest.TestLoad(func(agentperftest.LoadTarget) (agentperf.Load, error) {
			return &flawedLoad{around: func(context.Context, func(context.Context) (*record.Phase, error)) (*record.Phase, error) {
				time.Sleep(time.Hour)
				return nil, nil
			}}, nil
		})
		if took := time.Since(began); err == nil || took > 2*time.Minute || !strings.Contains(err.Error(), "phase: it did not return; nothing else was tested (after 1m2s) (expected: Phase returns") {
			t.Errorf("after %v: %v", took, err)
		}
		time.Sleep(time.Hour)
	})
}
