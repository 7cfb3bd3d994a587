package load_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/internal/load"
	"github.com/agentperf/agentperf-go/metrics"
)

// A Progress that takes longer than the phase changes nothing in it.
func TestSlowProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &driver{length: each(sec)}
		told := 0
		p, err := load.Run(t.Context(), load.Config{
			Shape:    record.Shape{Agents: 2, Measure: 10 * sec, Drain: 30 * sec},
			Interval: sec / 2, Progress: func(record.Progress) { told++; time.Sleep(sec * 60) },
		}, d.work)
		if err != nil || told != 1 {
			t.Errorf("%v, told %d times", err, told)
		}
		if p.Ending != record.Complete || p.WindowEnd != 10*sec || measured(p) != 20 || len(p.Rows) > 24 {
			t.Errorf("%s after %v, %d measured of %d requests", p.Ending, p.WindowEnd, measured(p), len(p.Rows))
		}
	})
}

// An agent that holds on to a request that was cut does not hold up the run for ever.
func TestStuckAgent(t *testing.T) {
	for _, canceled := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if canceled {
				time.AfterFunc(5*sec, cancel)
			}
			release, began := make(chan struct{}), time.Now()
			p, err := load.Run(ctx, load.Config{Shape: record.Shape{Agents: 2, Measure: 10 * sec, Drain: sec, Fixed: true}},
				func(soft, hard context.Context, a *load.Agent) error {
					q := a.Begin(record.New())
					if a.Index == 0 {
						<-hard.Done()
					} else {
						<-release
					}
					q.End(metrics.Timing{}, errors.New("let go"))
					return nil
				})
			if !errors.Is(err, load.ErrStuck) || time.Since(began) > 45*sec || len(p.Rows) != 1 || len(p.Open) != 1 {
				t.Errorf("%v after %v with %d rows, %d open", err, time.Since(began), len(p.Rows), len(p.Open))
			}
			close(release)
			synctest.Wait()
		})
	}
}

// A request is canceled only if the load cut it: a Sender whose own context was canceled
// has failed.
func TestForeignCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := load.Run(t.Context(), load.Config{Shape: record.Shape{Agents: 1, Measure: 10 * sec, GiveUp: 3}},
			func(soft, hard context.Context, a *load.Agent) error {
				for soft.Err() == nil {
					q := a.Begin(record.New())
					time.Sleep(sec)
					q.End(metrics.Timing{}, context.Canceled)
				}
				return nil
			})
		if err != nil || p.Ending != record.Dead || p.Rows[0].Outcome != record.Failed {
			t.Errorf("%v, %s, %+v", err, p.Ending, p.Rows[0])
		}
	})
}
