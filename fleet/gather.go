package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// Gather waits until Config.Workers workers are there, at most for Config.Wait, and makes them the
// fleet: no other joins it, but for one that takes the place of another under its name. The error
// wraps [ErrWorkers], is the cause of ctx, or says that the controller is closed, or that the server
// refuses it, as when its certificate has expired. Gather need not be called: [Controller.Phase]
// does the same first.
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
	defer func() {
		if err != nil {
			c.turnAway(there)
		}
	}()
	var capacities []int
	for _, m := range there {
		if first := there[0]; m.report.Build != first.report.Build {
			return "", fmt.Errorf("%w: worker %s was built of %s, and worker %s of %s: they would not do the same", ErrWorkers, m.name, m.report.Build, first.name, first.report.Build)
		}
		if why := cmp.Or(unlike(m.name, m.report.Manner, "worker "+there[0].name, there[0].report.Manner), unlike(m.name, m.report.Manner, "the controller", manner(c.cfg.Endpoint))); why != "" {
			return "", fmt.Errorf("%w: %s", ErrWorkers, why)
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
	if text := c.apart(); text != "" {
		c.cfg.Logger.Warn(text)
	}
	if of := there[0].report.Build; of != c.build {
		c.cfg.Logger.Warn("the workers were built of " + of + ", and the controller of " + c.build + ": what it takes them to do may not be what they do")
	}
	return "", nil
}

// Capacity returns the number of agents that the fleet can run, the sum of its workers'
// capacities; 0 before [Controller.Gather] or the first phase has made it complete.
// agentperf.Config.MaxAgents must not exceed it: a phase with more agents ends the run.
func (c *Controller) Capacity() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.share == nil {
		return 0
	}
	// Of so many each worker has just what it can run, and of fewer no more.
	return c.share.total
}

// String names the fleet in reports: "fleet of 4 workers".
func (c *Controller) String() string {
	if c.cfg.Workers == 1 {
		return "fleet of 1 worker"
	}
	return fmt.Sprintf("fleet of %d workers", c.cfg.Workers)
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
		missing, err := "", c.refused
		switch {
		case c.closed:
			err = errClosed
		case err == nil:
			missing, err = done(time.Now())
		}
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

// apart says that the members and the controller send to different addresses; empty if they do
// not. The caller holds the lock.
func (c *Controller) apart() string {
	var names, endpoints []string
	for _, m := range c.members {
		names, endpoints = append(names, m.name), append(endpoints, m.report.Endpoint)
	}
	return apart(append(names, "the controller"), append(endpoints, address(c.cfg.Endpoint.URL)))
}
