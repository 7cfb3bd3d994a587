package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
	"github.com/agentperf/agentperf-go/internal/replay"
)

const (
	// preparing bounds how long workers take to prepare a plan: a workload of a gigabyte is
	// encoded and digested in less than a minute.
	preparing = 10 * time.Minute
	// ahead is how long before the start of a phase the order to start is given, beside some
	// round trips: long enough for a worker that is scheduled late.
	ahead = 500 * time.Millisecond
	// armEvery is how often the order to start is said before: ten times, as there is no other
	// chance.
	armEvery = 50 * time.Millisecond
	// advanceEvery is how often what was told is put together.
	advanceEvery = 20 * time.Millisecond
	// afresh is how long after an attempt that has failed what is heard of a worker is of now, and
	// not what waited while the controller was held up: two reports.
	afresh = 2 * sayEvery
	// letGo is how long after the last cut workers have to tell the rest: their agents have
	// 30 s to let go of their requests.
	letGo = 40 * time.Second
	// leastPatience is how long what a worker did may be on its way while it is heard of, and
	// twice the lease at least: some ten times as long as it takes to send it again.
	leastPatience = 10 * time.Second
)

// Phase runs a phase on all workers. It waits for those that are missing as [Controller.Gather]
// does. The error wraps [ErrWorkers], or says that a worker or no one can run the plan, that a phase
// is under way, or that the controller is closed, or is the cause of ctx. What else goes wrong makes
// the phase invalid.
func (c *Controller) Phase(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
	if err := replay.Check(plan); err != nil {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	ctx, leave, err := c.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := c.complete(ctx); err != nil {
		return nil, err
	}
	a, err := c.begin(plan, watch)
	if err != nil {
		return nil, err
	}
	defer a.teller.end()
	defer func() { c.finish(a.fault() != "") }()
	if err := c.prepare(ctx, a); err != nil {
		c.cut(a, "the phase could not be prepared")
		return nil, err
	}
	before := c.clocks(ctx)
	fault := a.fault()
	if fault == "" && ctx.Err() == nil {
		fault = c.start(ctx, a, before)
	}
	if fault == "" && ctx.Err() == nil {
		fault = c.run(ctx, a)
	}
	switch {
	case ctx.Err() != nil:
		c.cut(a, "the run was stopped")
	case fault != "":
		c.cut(a, fault)
	default:
		if fault = c.drain(ctx, a); fault != "" || ctx.Err() != nil {
			c.cut(a, cmp.Or(fault, "the run was stopped"))
		}
	}
	var after []clock
	if fault == "" && ctx.Err() == nil {
		after = c.clocks(ctx)
	}
	p, err := a.phase(before, after, fault)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return p, err
}

// enter makes a call of Phase the only one, until leave is called. Its context is done when the
// controller is closed.
func (c *Controller) enter(ctx context.Context) (within context.Context, leave func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return nil, nil, errClosed
	case c.abort != nil:
		return nil, nil, errUnderWay
	}
	within, c.abort = context.WithCancelCause(ctx)
	return within, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.abort(nil)
		c.abort = nil
	}, nil
}

// complete waits until every member is there.
func (c *Controller) complete(ctx context.Context) error {
	return c.await(ctx, func(now time.Time) (missing string, err error) {
		if c.members == nil {
			if missing, err = c.gather(now); missing != "" || err != nil {
				return missing, err
			}
		}
		for _, m := range c.members {
			switch {
			case now.Sub(m.heard) >= 4*sayEvery || // lest a phase begins with one that has just gone
				!m.heard.After(c.failed.Add(afresh)):
				return m.silent(), nil
			case m.report.Controller != c.id:
				c.say(m)
				return fmt.Sprintf("worker %s does not obey this controller", m.name), nil
			}
		}
		return "", nil
	})
}

// begin makes an attempt at a phase.
func (c *Controller) begin(plan *record.Plan, watch record.Watch) (*attempt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, errClosed
	}
	owners := slices.Clone(c.share.of(plan.Agents))
	for i, m := range c.members {
		if n := counted(owners, int32(i)); n > m.report.Capacity {
			return nil, fmt.Errorf("%w: %d agents are %d for worker %s, whose capacity is %d", ErrWorkers, plan.Agents, n, m.name, m.report.Capacity)
		}
	}
	c.epoch++
	var names []string
	for _, m := range c.members {
		names = append(names, m.name)
	}
	a := newAttempt(c.epoch, plan, watch, names, owners)
	a.apart = c.apart()
	c.attempt = a
	for _, m := range c.members {
		m.order.Epoch, m.order.Stage, m.order.Start, m.order.Opened, m.order.Closed, m.order.Drained, m.order.Cut, m.order.Acked = c.epoch, wire.Prepare, 0, false, false, 0, "", 0
		a.instances = append(a.instances, m.report.Instance)
		c.say(m)
	}
	return a, nil
}

// finish ends the attempt. After one that has failed, workers that were lost with it are waited
// for: what was heard of them before does not count.
func (c *Controller) finish(failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if failed {
		c.failed = time.Now()
	}
	c.attempt = nil
	for _, m := range c.members {
		if m.order.Cut == "" && !c.closed {
			m.order.Stage = wire.Idle
		}
	}
}
