package fleet

import (
	"context"
	"time"

	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

// clock is what is known of the clock of a worker: it is offset ahead of the controller's, give
// or take half of the round trip in which that was found. The shortest of several counts, since
// what makes a round trip long makes it lopsided; so does NTP (RFC 5905, clock filter).
type clock struct {
	offset, trip time.Duration
	n            int // round trips
}

func (k *clock) add(offset, trip time.Duration) {
	if k.n == 0 || trip < k.trip {
		k.offset, k.trip = offset, trip
	}
	k.n++
}

// error returns how far the offset that was measured before a phase may be off in the phase:
// what it has moved until now, and half of the longer round trip.
func (k clock) error(before clock) time.Duration {
	return (k.offset - before.offset).Abs() + max(k.trip, before.trip)/2
}

type ping struct {
	worker string
	at     time.Time
}

const (
	// askedClocks is how many round trips are made at a time, askEvery apart, so that one
	// hiccup does not decide.
	askedClocks = 8
	askEvery    = 10 * time.Millisecond
	// mostClocks is how long to wait for them.
	mostClocks = 2 * time.Second
)

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

// ponged takes in the answer to a ping.
func (c *Controller) ponged(name string, p *wire.Pong, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, asked := c.known(name, p.Instance, now), c.pings[p.N]
	if m == nil || asked.worker != name {
		return
	}
	delete(c.pings, p.N)
	trip := now.Sub(asked.at)
	m.clock.add(p.Clock-(asked.at.Sub(c.began)+trip/2), trip)
}
