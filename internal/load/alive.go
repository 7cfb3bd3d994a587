package load

import (
	"context"
	"errors"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
)

// ErrGone is returned by [Alive] when no attempt succeeded.
var ErrGone = errors.New("a lone request did not succeed")

// aliveFor is how long attempts are made: a server that restarts faster is not gone.
const aliveFor = 3 * time.Second

// Alive tells an overloaded endpoint from one that is gone, after a phase in which nothing
// succeeded: it calls send, which sends a lone request, until one succeeds or 3 s are over.
// The error is [ErrGone] or the cause of ctx.
func Alive(ctx context.Context, send func(context.Context) error) error {
	for began := time.Now(); time.Since(began) < aliveFor; {
		if !instant.SleepUntil(ctx, time.Now().Add(time.Second)) {
			return context.Cause(ctx)
		}
		if send(ctx) == nil {
			return nil
		}
	}
	return ErrGone
}
