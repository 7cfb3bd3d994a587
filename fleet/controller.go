package fleet

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/wire"
)

var _ agentperf.Load = (*Controller)(nil)

// ErrWorkers is wrapped by errors that say that the workers are not there, or cannot work
// together.
var ErrWorkers = errors.New("the fleet is not complete")

// A Controller runs the phases of a benchmark on the workers of a fleet. Its methods are safe
// for concurrent use, but for Phase.
type Controller struct {
	cfg   Config
	conn  bus.Conn
	id    string
	began time.Time // the zero of its clock
	ends  chan struct{}
	ended sync.Once
	kept  sync.WaitGroup
	posts sync.WaitGroup
	said  atomic.Int64 // orders

	mu      sync.Mutex
	met     map[string]*member // by name, all that were heard of
	members []*member          // the fleet, by name; nil until it is complete
	share   *share
	epoch   int64     // begins anywhere: no controller takes what was told to another for its own
	failed  time.Time // when the last attempt that has failed was over
	attempt *attempt  // the phase under way; nil without
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
	clock  clock // since the last time that it was asked
	strays string
	mail   mail
}

// NewController connects to the server at which the workers meet. It does not wait for them:
// see [Controller.Gather].
func NewController(ctx context.Context, cfg Config) (*Controller, error) {
	cfg, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	c := &Controller{
		cfg: cfg, epoch: rand.Int64N(1 << 48), id: cryptorand.Text(), began: time.Now(), ends: make(chan struct{}), met: make(map[string]*member), pings: make(map[int64]ping), news: make(chan struct{}),
	}
	if c.conn, err = cfg.connect(ctx); err != nil {
		return nil, fmt.Errorf("fleet: %w", err)
	}
	if err := c.conn.Subscribe(bus.From(cfg.Fleet, "*"), c.hear); err != nil {
		c.conn.Close()
		return nil, fmt.Errorf("fleet: %w", err)
	}
	c.kept.Go(c.keep)
	return c, nil
}

// Close dismisses the workers and disconnects. It must not be called during Phase.
func (c *Controller) Close() error {
	c.ended.Do(c.close)
	return nil
}

func (c *Controller) close() {
	c.mu.Lock()
	for _, m := range c.members {
		m.order.Stage, m.order.Cut = wire.Dismiss, ""
		c.say(m)
	}
	members := len(c.members) > 0
	c.mu.Unlock()
	if members {
		// It is said again, as messages may be lost; a worker that misses all leaves with its lease.
		time.Sleep(dismissing)
	}
	close(c.ends)
	c.kept.Wait()
	c.posts.Wait()
	c.conn.Close()
}

// dismissing is how long workers are told that the run is over: three times.
const dismissing = 2*sayEvery + sayEvery/4

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
		for _, m := range c.members {
			c.say(m)
		}
		c.mu.Unlock()
	}
}

// order changes the order of every member and says it.
func (c *Controller) order(change func(m *member, o *wire.Order)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.members {
		change(m, &m.order)
		c.say(m)
	}
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
