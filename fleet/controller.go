package fleet

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/logqueue"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

var _ agentperf.Load = (*Controller)(nil)

// ErrWorkers is wrapped by errors that say that workers are missing, cannot work together, or are
// too few for the agents of a plan.
var ErrWorkers = errors.New("fleet: workers are missing or do not fit")

var (
	errClosed   = errors.New("fleet: the controller is closed")
	errUnderWay = errors.New("fleet: a phase is under way, and a controller runs one at a time")
)

// A Controller runs the phases of a benchmark on the workers of a fleet. It is an
// [agentperf.Load]. It is safe for concurrent use, but runs one phase at a time: a call of Phase
// during another returns an error at once.
type Controller struct {
	cfg   Config
	notes *logqueue.Queue // of the log
	conn  bus.Conn
	id    string
	build string
	began time.Time // the zero of its clock
	ends  chan struct{}
	ended sync.Once
	kept  sync.WaitGroup
	posts sync.WaitGroup
	said  atomic.Int64 // orders

	mu      sync.Mutex
	pulse   pulse
	closed  bool
	rejects bool               // workers, with which there was no fleet
	refused error              // by the server, which was lost and is there again
	met     map[string]*member // by name, all that were heard of
	members []*member          // the fleet, by name; nil until it is complete
	share   *share
	epoch   int64                   // begins anywhere: no controller takes what was told to another for its own
	failed  time.Time               // when the last attempt that has failed was over
	attempt *attempt                // the phase under way; nil without
	abort   context.CancelCauseFunc // ends the call of Phase under way; nil without
	pings   map[int64]ping
	pinged  int64
	news    chan struct{} // closed and made anew when anything was heard
}

// member is what the controller knows of a worker. Its fields are guarded by the lock of the
// controller.
type member struct {
	name   string
	index  int // in the fleet
	report wire.Report
	heard  time.Time
	order  wire.Order
	clock  clock  // since the last time that it was asked
	strays string // the instance that waits for its place
	turned string // the one that was turned away
	why    string // and why, until another is heard of
	mail   mail
}

// NewController connects to the server at which the workers meet, and waits until the server is
// there, at most for Config.Wait, or ctx is done. It does not wait for the workers; see [Controller.Gather]. The error lists
// every field of cfg that is wrong, says why the server refuses the controller, or wraps the cause
// of ctx.
func NewController(ctx context.Context, cfg Config) (*Controller, error) {
	cfg, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	var notes *logqueue.Queue
	cfg.Logger, notes = logqueue.New(cfg.Logger)
	c := &Controller{
		cfg: cfg, notes: notes, epoch: rand.Int64N(1 << 48), id: cryptorand.Text(), build: build(), began: time.Now(), ends: make(chan struct{}), met: make(map[string]*member), pings: make(map[int64]ping), news: make(chan struct{}),
	}
	if c.conn, err = cfg.connect(ctx, c.refuse); err != nil {
		notes.Close()
		return nil, fmt.Errorf("fleet: %w", err)
	}
	if err := c.conn.Subscribe(bus.From(cfg.Fleet, "*"), c.hear); err != nil {
		c.conn.Close()
		notes.Close()
		return nil, fmt.Errorf("fleet: %w", err)
	}
	c.kept.Go(c.keep)
	return c, nil
}

// Close dismisses the workers, which takes half a second, and disconnects. A phase under way ends
// with an error; later calls of Gather and Phase return one at once. The error is always nil.
func (c *Controller) Close() error {
	c.ended.Do(c.close)
	return nil
}

func (c *Controller) close() {
	c.mu.Lock()
	if c.closed = true; c.abort != nil {
		c.abort(errClosed)
	}
	for _, m := range c.members {
		m.order.Stage, m.order.Cut = wire.Dismiss, ""
		c.say(m)
	}
	told := len(c.members) > 0 || c.rejects
	c.mu.Unlock()
	if told {
		// It is said again, as messages may be lost; a worker that misses all leaves with its lease.
		time.Sleep(dismissing)
	}
	close(c.ends)
	c.kept.Wait()
	c.posts.Wait()
	c.conn.Close()
	c.notes.Close()
}

// refuse is told why the server does not want the controller any more.
func (c *Controller) refuse(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = fmt.Errorf("fleet: %w", err)
}

// dismissing is how long workers are told that the run is over: three times.
const dismissing = 2*sayEvery + sayEvery/4

// keep says the orders again and again, which renews the leases.
func (c *Controller) keep() {
	tick := time.NewTicker(sayEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-c.ends:
			return
		}
		c.mu.Lock()
		c.pulse.beat(time.Now(), c.cfg.Lease)
		for _, m := range c.members {
			c.say(m)
		}
		c.mu.Unlock()
	}
}

// order changes the order of every member and says it, unless they are dismissed.
func (c *Controller) order(change func(m *member, o *wire.Order)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	for _, m := range c.members {
		change(m, &m.order)
		c.say(m)
	}
}

// say has the order of a worker sent. The caller holds the lock.
func (c *Controller) say(m *member) { c.tell(m, nil) }

// tell has a message sent to a worker. The caller holds the lock.
func (c *Controller) tell(m *member, message any) {
	if c.closed && m.mail.wake == nil {
		return // Close does not wait for a goroutine that would begin now
	}
	m.mail.put(message, func() {
		c.posts.Go(func() { m.mail.run(c.ends, func() { c.deliver(m) }) })
	})
}

// deliver sends what waits for a worker.
func (c *Controller) deliver(m *member) {
	c.mu.Lock()
	due, messages := m.mail.take()
	if order := m.order; due {
		messages = append(messages, &order)
	}
	c.mu.Unlock()
	for _, message := range messages {
		c.publish(m.name, message)
	}
}

// publish sends a message. One that is lost is said again, so its error is of no interest.
func (c *Controller) publish(worker string, message any) {
	switch message := message.(type) {
	case *wire.Order:
		message.N = c.said.Add(1)
	case *wire.Ping:
		c.mu.Lock()
		c.pings[message.N] = ping{worker, time.Now()}
		c.mu.Unlock()
	}
	data, err := wire.Encode(message)
	if err == nil {
		err = c.conn.Publish(bus.To(c.cfg.Fleet, worker), data)
	}
	if err != nil {
		c.cfg.Logger.Debug("a message was not sent", "worker", worker, "err", err)
	}
}
