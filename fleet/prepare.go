package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// prepare tells the plan until every worker is ready. The error is of a plan that a worker
// refuses. What is lost meanwhile is a fault of the attempt.
func (c *Controller) prepare(ctx context.Context, a *attempt) error {
	until := time.Now().Add(preparing)
	tick := time.NewTicker(sayEvery)
	defer tick.Stop()
	var again time.Time
	c.mu.Lock()
	err := fits(&wire.Plan{Controller: c.id, Epoch: a.epoch, Plan: *a.plan, Capacities: c.share.capacities, Me: len(c.members), Instance: c.id})
	c.mu.Unlock()
	if err != nil {
		return err
	}
	for {
		now := time.Now()
		c.mu.Lock()
		waits, due := 0, !now.Before(again)
		if due {
			again = now.Add(time.Second)
		}
		var refused error
		capacities := c.share.capacities
		for i, m := range c.members {
			switch r := &m.report; {
			case r.Epoch == a.epoch && r.Refused != "":
				refused = errors.Join(refused, fmt.Errorf("fleet: worker %s: %s", m.name, r.Refused))
			case r.Epoch == a.epoch && r.Stage != wire.Prepare:
			default:
				if waits++; due {
					c.tell(m, &wire.Plan{Controller: c.id, Instance: m.order.Instance, Epoch: a.epoch, Plan: *a.plan, Capacities: capacities, Me: i})
				}
			}
		}
		news := c.news
		c.mu.Unlock()
		if refused != nil {
			return refused
		}
		if c.lost(a, now); waits == 0 || a.fault() != "" {
			return nil
		}
		if now.After(until) {
			a.fail("the plan was not prepared within %v", preparing)
			return nil
		}
		select {
		case <-news:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// clocks asks all members for their clocks, and returns what is known then. A member that does
// not answer has no round trips.
func (c *Controller) clocks(ctx context.Context) []clock {
	c.mu.Lock()
	for _, m := range c.members {
		m.clock = clock{}
	}
	clear(c.pings)
	c.mu.Unlock()
	until := time.Now().Add(mostClocks)
	for asked := 0; ; asked++ {
		c.mu.Lock()
		done := asked >= askedClocks
		for _, m := range c.members {
			done = done && m.clock.n >= askedClocks/2
			if m.clock.n >= askedClocks || asked >= 4*askedClocks { // some were lost
				continue
			}
			c.pinged++
			c.tell(m, &wire.Ping{N: c.pinged})
		}
		var all []clock
		for _, m := range c.members {
			all = append(all, m.clock)
		}
		c.mu.Unlock()
		if done || time.Now().After(until) {
			return all
		}
		select {
		case <-time.After(askEvery):
		case <-ctx.Done():
			return all
		}
	}
}

// start orders the workers to start at one instant, and waits until all have it.
func (c *Controller) start(ctx context.Context, a *attempt, clocks []clock) (fault string) {
	trip := time.Duration(0)
	for i, k := range clocks {
		if k.n == 0 {
			return a.fail("worker %s does not tell its clock", a.names[i])
		}
		trip = max(trip, k.trip)
	}
	start := time.Now().Add(ahead + 4*trip)
	a.starts(start)
	a.ordered = true
	c.order(func(m *member, o *wire.Order) {
		o.Stage, o.Start = wire.Run, start.Sub(c.began)+clocks[m.index].offset
	})
	for {
		now := time.Now()
		c.mu.Lock()
		armed := true
		for _, m := range c.members {
			if r := &m.report; r.Epoch == a.epoch && r.Stage != wire.Ready {
				continue
			}
			armed = false
			if c.say(m); now.After(start.Add(c.cfg.Lease)) {
				a.fail("worker %s does not say that it has started", m.name)
			}
		}
		c.mu.Unlock()
		if c.lost(a, now); armed || a.fault() != "" || ctx.Err() != nil {
			return a.fault()
		}
		select {
		case <-time.After(armEvery): // rather than with news, so that it is not said without end
		case <-ctx.Done():
		}
	}
}
