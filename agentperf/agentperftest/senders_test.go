package agentperftest_test

import (
	"cmp"
	"context"
	"time"

	"github.com/agentperf/agentperf-go/metrics"
	"github.com/agentperf/agentperf-go/trajectory"
)

// failing is a system that is down.
type failing struct{}

func (failing) Send(_ context.Context, _ *trajectory.Request, clock *metrics.Clock) error {
	clock.Sent(time.Now())
	time.Sleep(time.Millisecond)
	clock.Done(time.Now())
	return errDown
}

// failsSome fails one request in ten.
type failsSome struct{ n int }

func (s *failsSome) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	if s.n++; s.n%10 == 0 {
		return failing{}.Send(ctx, r, clock)
	}
	return pacedAt(100).Send(ctx, r, clock)
}

// pacedAt answers with so many tokens a second.
type pacedAt float64

func (s pacedAt) Send(ctx context.Context, r *trajectory.Request, clock *metrics.Clock) error {
	clock.Sent(time.Now())
	n := cmp.Or(r.ForcedTokens, r.MaxTokens)
	for range n {
		select {
		case <-time.After(time.Duration(float64(time.Second) / float64(s))):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		clock.Arrived(time.Now(), 5, 1)
	}
	clock.Usage(metrics.Usage{Prompt: 10, Completion: n})
	clock.Done(time.Now())
	return nil
}
