package load

import (
	"context"
	"errors"
	"time"

	"github.com/agentperf/agentperf-go/internal/instant"
)

// ErrGone is returned by [Alive] when no attempt succeeded.
var ErrGone = errors.New("a lone request did not succeed")

// aliveFor is for how long new attempts begin: a server that restarts within it is there.
const aliveFor = 3 * time.Second

// Alive makes sure, after a phase in which nothing succeeded, that the load goes on against
// something: one lone request, sent by send, must succeed within 3 s or in the one attempt
// that takes longer. The error is [ErrGone] or the cause for which ctx is done.
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
