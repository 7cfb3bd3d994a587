package fleet

import (
	"fmt"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// hear takes in a message of a worker. The server lets no worker publish as another, so that
// the subject says whose it is.
func (c *Controller) hear(subject string, data []byte) {
	now := time.Now()
	name := subject[strings.LastIndexByte(subject, '.')+1:]
	message, err := wire.Decode(data)
	if err != nil {
		c.cfg.Logger.Warn("a message that cannot be read", "worker", name, "err", err)
		return
	}
	if !bus.ValidName(name) || name == bus.Controller {
		return
	}
	switch m := message.(type) {
	case *wire.Report:
		c.reported(name, m, now)
	case *wire.Pong:
		c.ponged(name, m, now)
	case *wire.Batch:
		c.batched(name, m, now)
	}
}

// mostMet bounds the workers that are remembered.
const mostMet = 4 * mostWorkers

// reported takes in what a worker does.
func (c *Controller) reported(name string, r *wire.Report, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.met[name]
	if m == nil {
		if len(c.met) >= mostMet {
			return
		}
		m = &member{name: name, index: -1}
		c.met[name] = m
	}
	switch another := r.Instance != m.report.Instance; {
	case another && now.Sub(m.heard) < c.cfg.Lease:
		// Two of one name: the first stays until it is silent, and the other waits.
		if m.strays != r.Instance {
			m.strays = r.Instance
			c.cfg.Logger.Warn("another worker of this name is there, or it was started again: it waits until the first is silent", "worker", name)
		}
		return
	case !another && r.N <= m.report.N:
		return // a later one was here before
	case r.Version != wire.Version:
		c.reject(m, r, "it speaks another version")
		return
	case another && m.index >= 0 && !c.replaced(m, r):
		return
	}
	if c.members == nil && m.report.Instance != r.Instance && r.Controller == "" {
		c.cfg.Logger.Info("a worker is there", "name", name, "capacity", r.Capacity, "endpoint", r.Endpoint)
	}
	r.Refused, r.Failed = shortened(r.Refused), shortened(r.Failed)
	m.report, m.heard, m.why = *r, now, ""
	if a := c.attempt; a != nil && m.index >= 0 && r.Client != nil && r.Epoch == a.epoch {
		a.checked(m.index, r.Client)
	}
	close(c.news)
	c.news = make(chan struct{})
}

// replaced takes another process in the place of a member, if that can be. The caller holds the
// lock.
func (c *Controller) replaced(m *member, r *wire.Report) bool {
	first := &m.report
	why := ""
	switch {
	case r.Build != first.Build:
		why = "it was built of " + r.Build + ", and the one whose place it takes of " + first.Build
	case r.Capacity != first.Capacity:
		why = fmt.Sprintf("its capacity is %d, and %d that of the one whose place it takes", r.Capacity, first.Capacity)
	case r.Manner != first.Manner:
		why = "it sends with " + r.Manner + ", and the one whose place it takes with " + first.Manner
	}
	if why != "" {
		c.reject(m, r, why)
		return false
	}
	c.cfg.Logger.Info("another process takes the place of a worker", "worker", m.name, "endpoint", r.Endpoint)
	m.order.Instance = r.Instance
	return true
}

// known returns the member that sent a message of an instance, which was heard of now; nil if
// it is none. The caller holds the lock.
func (c *Controller) known(name, instance string, now time.Time) *member {
	m := c.met[name]
	if m == nil || m.index < 0 || m.report.Instance != instance {
		return nil
	}
	m.heard = now
	return m
}

// batched takes in a batch.
func (c *Controller) batched(name string, b *wire.Batch, now time.Time) {
	c.mu.Lock()
	m, a := c.known(name, b.Instance, now), c.attempt
	c.mu.Unlock()
	if m == nil || a == nil || b.Epoch != a.epoch || b.Instance != a.instances[m.index] {
		return
	}
	acked := a.inboxes[m.index].put(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.order.Epoch == b.Epoch {
		m.order.Acked = max(m.order.Acked, acked)
		c.say(m)
	}
}

// ponged takes in the answer to a ping.
func (c *Controller) ponged(name string, p *wire.Pong, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, asked := c.known(name, p.Instance, now), c.pings[p.N]
	if m == nil || asked.worker != name || p.Clock < 0 || p.Clock > mostClock {
		return
	}
	delete(c.pings, p.N)
	trip := now.Sub(asked.at)
	m.clock.add(p.Clock-(asked.at.Sub(c.began)+trip/2), trip)
}
