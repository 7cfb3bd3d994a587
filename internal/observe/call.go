package observe

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/telemetry"
)

const (
	// callFor is how long Start and Sample may take. A server that is busy answers within
	// seconds; what comes later says little of the instant that was asked about.
	callFor = 5 * time.Second
	// stopFor is how long Stop may take, which may wait for the next look of a Prometheus and
	// ask it for a whole phase.
	stopFor = time.Minute
	// returnFor is how long an observer has to return once its context is done.
	returnFor = time.Second
)

var (
	errSlow  = errors.New("it took longer than it may")
	errStuck = errors.New("it does not return although its context is done")
)

// A caller calls an observer, one call at a time.
type caller struct {
	observer telemetry.Observer
	late     chan result // of a call that did not return in time; nil without
	open     bool        // Start was called, and Stop was not
}

type result struct {
	samples []telemetry.Sample
	err     error
}

// call makes one call. The error is errStuck if the one before, or this one, does not return.
func (c *caller) call(ctx context.Context, limit time.Duration, f func(context.Context) ([]telemetry.Sample, error)) ([]telemetry.Sample, error) {
	if c.stuck() {
		return nil, errStuck
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errSlow)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		samples, err := f(ctx)
		done <- result{samples, err}
	}()
	select {
	case r := <-done:
		return r.samples, r.err
	case <-ctx.Done():
	}
	patience := time.NewTimer(returnFor)
	defer patience.Stop()
	select {
	case r := <-done:
		if r.err != nil {
			r.err = fmt.Errorf("%w: %w", context.Cause(ctx), r.err)
		}
		return r.samples, r.err
	case <-patience.C:
		c.late = done
		return nil, errStuck
	}
}

// stuck reports whether a call has not returned yet. What one that has returned by now
// brought is dropped: nobody knows of when it is.
func (c *caller) stuck() bool {
	select {
	case <-c.late:
		c.late = nil
	default:
	}
	return c.late != nil
}

func (c *caller) start(ctx context.Context, limit time.Duration) error {
	if c.open { // a call of the phase before did not return in time
		c.stop(ctx, limit, telemetry.Instants{}) // of which nothing is wanted any more
	}
	_, err := c.call(ctx, limit, func(ctx context.Context) ([]telemetry.Sample, error) { return nil, c.observer.Start(ctx) })
	c.open = err == nil || errors.Is(err, errStuck) // it may yet have started
	return err
}

func (c *caller) sample(ctx context.Context, limit time.Duration) ([]telemetry.Sample, error) {
	return c.call(ctx, limit, c.observer.Sample)
}

func (c *caller) stop(ctx context.Context, limit time.Duration, at telemetry.Instants) ([]telemetry.Sample, error) {
	samples, err := c.call(ctx, limit, func(ctx context.Context) ([]telemetry.Sample, error) { return c.observer.Stop(ctx, at) })
	c.open = c.open && errors.Is(err, errStuck)
	return samples, err
}
