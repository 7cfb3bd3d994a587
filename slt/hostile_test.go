package slt_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/slt"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Connections that are nil, that hold on to a query, and a context that is done at any
// stage end a sweep soon, with an error that says what is wrong and a report of what was
// measured before.
func TestBadConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := slt.Run(t.Context(), connecting(short(1), func(int) trajectory.Sender { return nil }))
		if err == nil || !strings.Contains(err.Error(), "the Sender is nil") {
			t.Error(err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		release, queries := make(chan struct{}), 0
		report, err := slt.Run(t.Context(), connecting(short(1), func(int) trajectory.Sender {
			return trajectory.SenderFunc(func(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
				if queries++; queries <= 3 {
					return inProcess{t: t}.Send(ctx, r, clock)
				}
				clock.Sent(time.Now())
				<-release
				return errors.New("released")
			})
		}))
		if err == nil || !strings.Contains(err.Error(), "did not return within 30s") || report.Complete || len(report.Levels) != 1 {
			t.Errorf("%v, %d levels", err, len(report.Levels))
		}
		close(release)
		synctest.Wait()
	})
}

func TestDoneAtEveryStage(t *testing.T) {
	cause := errors.New("enough")
	for _, stage := range []string{"calibrating", "starting", "spawning", "settling", "measuring", "finishing", "done"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var at time.Time
			cfg := connecting(short(1, 2, 4), func(int) trajectory.Sender { return inProcess{t: t} })
			cfg.Progress = func(e slt.Event) {
				if at.IsZero() && e.Stage == stage && (e.Concurrency >= 2 || e.Concurrency == 0) {
					at = time.Now()
					cancel(cause)
				}
			}
			report, err := slt.Run(ctx, cfg)
			if at.IsZero() {
				t.Skipf("there is no stage %s", stage)
			}
			if !errors.Is(err, cause) || report.Complete || time.Since(at) > time.Second {
				t.Errorf("%s: %v, complete %v, after %v", stage, err, report.Complete, time.Since(at))
			}
			for _, l := range report.Levels {
				if (l.Figures == nil) != (l.Invalid != "") {
					t.Errorf("%s: %+v", stage, l)
				}
			}
		})
	}
}
