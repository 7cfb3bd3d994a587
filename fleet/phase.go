package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/agentperf/agentperf-go/agentperf/record"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

const (
	// preparing bounds how long workers take to prepare a plan: a workload of a gigabyte is
	// encoded and digested in less than a minute.
	preparing = 10 * time.Minute
	// ahead is how long before the start of a phase the order to start is given, beside some
	// round trips: long enough for a worker that is scheduled late.
	ahead = 500 * time.Millisecond
	// advanceEvery is how often what was told is put together.
	advanceEvery = 20 * time.Millisecond
	// progressEvery is how often progress is told.
	progressEvery = 500 * time.Millisecond
	// letGo is how long after the last cut workers have to tell the rest: their agents have
	// 30 s to let go of their requests.
	letGo = 40 * time.Second
	// leastPatience is how long what a worker did may be on its way while it is heard of, and
	// twice the lease at least: some ten times as long as it takes to send it again.
	leastPatience = 10 * time.Second
	// mostClockError is how far the clock of a worker may be off: as much as a client may be
	// late before a phase is invalid.
	mostClockError = 50 * time.Millisecond
)

// Phase runs a phase on all workers. It waits for those that are missing as [Controller.Gather]
// does. The error wraps [ErrWorkers], or says that a worker cannot run the plan, or is the cause
// of ctx. What else goes wrong makes the phase invalid.
func (c *Controller) Phase(ctx context.Context, plan *record.Plan, watch record.Watch) (*record.Phase, error) {
	if err := c.complete(ctx); err != nil {
		return nil, err
	}
	a, err := c.begin(plan, watch)
	if err != nil {
		return nil, err
	}
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
				!m.heard.After(c.failed):
				return "nothing is heard of worker " + m.name, nil
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
	owners := slices.Clone(c.share.of(plan.Agents))
	for i, m := range c.members {
		if n := counted(owners, int32(i)); n > m.report.Capacity {
			return nil, fmt.Errorf("%w: %d agents are %d for worker %s, whose capacity is %d", ErrWorkers, plan.Agents, n, m.name, m.report.Capacity)
		}
	}
	c.epoch++
	a := newAttempt(c.epoch, plan, watch, c.members, owners)
	c.attempt = a
	for _, m := range c.members {
		m.order.Epoch, m.order.Stage, m.order.Start, m.order.Opened, m.order.Closed, m.order.Drain, m.order.Cut, m.order.Acked = c.epoch, wire.Prepare, 0, false, false, 0, "", 0
		a.instances = append(a.instances, m.report.Instance)
		c.say(m)
	}
	return a, nil
}

func counted(owners []int32, of int32) (n int) {
	for _, o := range owners {
		if o == of {
			n++
		}
	}
	return n
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
		if m.order.Cut == "" {
			m.order.Stage = wire.Idle
		}
	}
}

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

// lost says which member is lost, if one is.
func (c *Controller) lost(a *attempt, now time.Time) {
	patience := max(leastPatience, 2*c.cfg.Lease)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, m := range c.members {
		switch r := &m.report; {
		case a.final(i):
		case now.Sub(m.heard) >= c.cfg.Lease:
			a.fail("nothing was heard of worker %s for %v", m.name, c.cfg.Lease)
		case r.Instance != a.instances[i]:
			a.fail("worker %s was started again", m.name)
		case r.Epoch == a.epoch && r.Stage == wire.Left:
			a.fail("worker %s has left the phase: %s", m.name, r.Failed)
		case r.Controller != c.id:
			a.fail("worker %s does not obey this controller any more", m.name)
		case a.stalled(i, now) > patience:
			a.fail("nothing of what worker %s did in the last %v has come through", m.name, patience)
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
	c.order(func(m *member, o *wire.Order) {
		o.Stage, o.Start = wire.Run, start.Sub(c.began)+clocks[m.index].offset
	})
	for {
		now := time.Now()
		c.mu.Lock()
		armed := true
		for _, m := range c.members {
			armed = armed && m.report.Epoch == a.epoch && m.report.Stage != wire.Ready
			if r := &m.report; now.After(start) && r.Epoch == a.epoch && r.Stage == wire.Ready {
				a.fail("worker %s was not told in time to start", m.name)
			}
		}
		news := c.news
		c.mu.Unlock()
		if now.After(start.Add(c.cfg.Lease)) {
			a.fail("not all workers say that they have started")
		}
		if c.lost(a, now); armed || a.fault() != "" || ctx.Err() != nil {
			return a.fault()
		}
		select {
		case <-news:
		case <-time.After(sayEvery):
		case <-ctx.Done():
		}
	}
}

// run puts together what is told until nothing that is measured is waited for.
func (c *Controller) run(ctx context.Context, a *attempt) (fault string) {
	tick := time.NewTicker(advanceEvery)
	defer tick.Stop()
	shown := time.Now()
	var opened, closed bool
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ""
		}
		begun, ended, over := a.advance()
		now := time.Now()
		if begun != opened || ended != closed {
			opened, closed = begun, ended
			c.order(func(_ *member, o *wire.Order) { o.Opened, o.Closed = begun, ended })
		}
		if a.watch.Progress != nil && now.Sub(shown) >= progressEvery {
			shown = now
			a.watch.Progress(a.progress())
		}
		if c.lost(a, time.Now()); a.fault() != "" || over {
			return a.fault()
		}
	}
}

// drain ends the load, and waits until every worker has told all.
func (c *Controller) drain(ctx context.Context, a *attempt) (fault string) {
	drain := a.stop()
	c.order(func(_ *member, o *wire.Order) { o.Stage, o.Drain, o.Closed = wire.Stop, drain, true })
	return c.end(ctx, a, drain+letGo)
}

// end waits until every worker has told all, or some while.
func (c *Controller) end(ctx context.Context, a *attempt, patience time.Duration) (fault string) {
	until := time.Now().Add(patience)
	tick := time.NewTicker(advanceEvery)
	defer tick.Stop()
	for {
		a.advance()
		now := time.Now()
		if c.lost(a, now); a.fault() != "" || a.finals() || ctx.Err() != nil {
			return a.fault()
		}
		if now.After(until) {
			return a.fail("worker %s has not told all of the phase within %v of its end", a.late(), patience)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// cut ends the attempt at once. It waits until the workers that are there have left it, so that
// the next phase does not begin beside its requests.
func (c *Controller) cut(a *attempt, why string) {
	a.stop()
	c.order(func(_ *member, o *wire.Order) { o.Cut, o.Stage = why, wire.Stop })
	until := time.Now().Add(letGo)
	for {
		now := time.Now()
		c.mu.Lock()
		waits := false
		for i, m := range c.members {
			r := &m.report
			under := r.Epoch == a.epoch && (r.Stage == wire.Prepare || r.Stage == wire.Ready || r.Stage == wire.Run)
			waits = waits || under && r.Instance == a.instances[i] && now.Sub(m.heard) < c.cfg.Lease
		}
		news := c.news
		c.mu.Unlock()
		a.mu.Lock()
		a.collect() // and no look at it any more
		a.mu.Unlock()
		if !waits || now.After(until) {
			return
		}
		select {
		case <-news:
		case <-time.After(sayEvery):
		}
	}
}
