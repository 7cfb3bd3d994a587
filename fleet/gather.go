package fleet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// Gather waits until all workers are there, for as long as Config.Wait, and makes them the
// fleet: from then on it consists of these. The error wraps [ErrWorkers], or is the cause of
// ctx. [Controller.Phase] does the same if it was not done.
func (c *Controller) Gather(ctx context.Context) error {
	return c.await(ctx, func(now time.Time) (missing string, err error) {
		if c.members != nil {
			return "", nil
		}
		return c.gather(now)
	})
}

// gather makes the fleet of those that are there, if they are enough. The caller holds the lock.
func (c *Controller) gather(now time.Time) (missing string, err error) {
	var there []*member
	for _, m := range c.met {
		if now.Sub(m.heard) < c.cfg.Lease && (m.report.Controller == "" || m.report.Controller == c.id) {
			there = append(there, m)
		}
	}
	if len(there) < c.cfg.Workers {
		return fmt.Sprintf("%d of %d workers are there", len(there), c.cfg.Workers), nil
	}
	slices.SortFunc(there, func(a, b *member) int { return strings.Compare(a.name, b.name) })
	there = there[:c.cfg.Workers]
	var capacities []int
	for _, m := range there {
		if first := there[0]; m.report.Build != first.report.Build {
			return "", fmt.Errorf("%w: worker %s was built of %s, and worker %s of %s: they would not do the same", ErrWorkers, m.name, m.report.Build, first.name, first.report.Build)
		}
		if m.report.Capacity < 1 || m.report.Capacity > mostCapacity {
			return "", fmt.Errorf("%w: worker %s has a capacity of %d, expected 1 to %d", ErrWorkers, m.name, m.report.Capacity, mostCapacity)
		}
		capacities = append(capacities, m.report.Capacity)
	}
	c.members, c.share = there, newShare(capacities)
	var names []string
	for i, m := range c.members {
		m.index = i
		m.order = wire.Order{Controller: c.id, Instance: m.report.Instance, Lease: c.cfg.Lease, Stage: wire.Idle}
		names = append(names, m.name)
		c.say(m)
	}
	c.cfg.Logger.Info("the fleet is complete", "workers", strings.Join(names, " "))
	return "", nil
}

// Capacity returns how many agents the fleet can run at most, 0 while it is not complete.
func (c *Controller) Capacity() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.share == nil {
		return 0
	}
	// Of so many each worker has just what it can run, and of fewer no more.
	return c.share.total
}

// await calls done, with the lock held, each time something was heard, until nothing is missing.
func (c *Controller) await(ctx context.Context, done func(now time.Time) (missing string, err error)) error {
	var expired <-chan time.Time
	if c.cfg.Wait > 0 {
		timer := time.NewTimer(c.cfg.Wait)
		defer timer.Stop()
		expired = timer.C
	}
	tick := time.NewTicker(sayEvery)
	defer tick.Stop()
	for {
		c.mu.Lock()
		missing, err := done(time.Now())
		news := c.news
		c.mu.Unlock()
		if err != nil || missing == "" {
			return err
		}
		select {
		case <-news:
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-expired:
			return fmt.Errorf("%w: after %v %s", ErrWorkers, c.cfg.Wait, missing)
		}
	}
}
