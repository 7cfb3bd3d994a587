package fleet

import (
	"context"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// lost says which member is lost, if one is.
func (c *Controller) lost(a *attempt, now time.Time) {
	patience := max(leastPatience, 2*c.cfg.Lease)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pulse.beat(now, c.cfg.Lease)
	if c.refused != nil {
		a.fail("%v", c.refused)
	}
	for i, m := range c.members {
		switch r := &m.report; {
		case a.final(i):
		case now.Sub(m.heard) >= c.cfg.Lease && c.pulse.excuses(m.heard),
			r.Epoch == a.epoch && r.Stage == wire.Left && r.Failed == errLease.Error() && c.pulse.lately(now, c.cfg.Lease):
			a.fail("the controller was held up for %v", c.pulse.held.Round(100*time.Millisecond))
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

// run puts together what is told until nothing that is measured is waited for.
func (c *Controller) run(ctx context.Context, a *attempt) (fault string) {
	tick := time.NewTicker(advanceEvery)
	defer tick.Stop()
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
		a.teller.tell(now, a.progress)
		if c.lost(a, time.Now()); a.fault() != "" || over {
			return a.fault()
		}
	}
}

// drain ends the load, and waits until every worker has told all.
func (c *Controller) drain(ctx context.Context, a *attempt) (fault string) {
	drained := a.stop()
	c.order(func(_ *member, o *wire.Order) { o.Stage, o.Drained, o.Closed = wire.Stop, drained, true })
	return c.end(ctx, a, max(0, drained-time.Since(a.start))+letGo)
}

// end waits until every worker has told all, or some while.
func (c *Controller) end(ctx context.Context, a *attempt, patience time.Duration) (fault string) {
	until := time.Now().Add(patience)
	tick := time.NewTicker(advanceEvery)
	defer tick.Stop()
	for {
		a.advance()
		now := time.Now()
		a.teller.tell(now, a.progress)
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
		a.collect() // and no look at it any more
		if !waits || now.After(until) {
			return
		}
		select {
		case <-news:
		case <-time.After(sayEvery):
		}
	}
}
