package fleet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/fleet/internal/natsbus"
	"github.com/agentperf/agentperf-go/trajectory"
)

// DefaultFleet, "default", is the name of a fleet that is given none.
const DefaultFleet = bus.DefaultFleet

// DefaultLease is the lease of a fleet that is given none. It is several times as long as a network
// or a busy machine delays messages, and short for a system that a fleet without a controller
// would keep under load.
const DefaultLease = 5 * time.Second

const (
	// leastLease is the shortest lease: orders and reports go out each quarter of a second.
	leastLease = time.Second
	// mostLease is the longest: for as long workers load the system without a controller, and a
	// phase waits for one that is dead. A broker is restarted in less.
	mostLease = time.Minute
)

// Config configures a controller. Workers is required, and URL or Dial.
type Config struct {
	// Fleet names the fleet, so that several can share a server: 1 to 63 of a-z, 0-9 and -.
	// Empty means [DefaultFleet].
	Fleet string
	// URL is the address of the nats-server: nats://host:port on this machine, tls://host:port
	// on any. It may hold credentials, which are never logged or shown.
	URL string
	// TLS holds the controller's certificate and the authorities that vouch for the server. Nil
	// means no certificate, and the authorities of this machine.
	TLS *tls.Config
	// Dial and Secret reach a broker in this process; see broker.Server.Controller. With Dial,
	// URL and TLS are ignored; without it, Secret is.
	Dial   func(ctx context.Context) (net.Conn, error)
	Secret string
	// Workers is the number of workers in the fleet, 1 to 1000. Further ones are not used.
	Workers int
	// Endpoint is the system under test as the controller reaches it. If its URL is set, workers
	// that send in another manner are an error: with another API, version of HTTP, time limit or
	// header for sessions, or with headers of other names. Where they send to, and with which keys
	// and values of headers, is theirs to know.
	Endpoint endpoint.Config
	// Lease is how long a worker continues without hearing from the controller, and how long the
	// controller waits for a silent worker: 1s to 1m. 0 means [DefaultLease].
	Lease time.Duration
	// Wait is how long to wait for the server at the beginning, and for missing workers then and
	// before each phase. 0 means 2 minutes; a negative Wait has no limit.
	Wait time.Duration
	// Logger receives notes on workers and the connection. Nil discards them. Nothing waits for
	// it: where it blocks, up to 4096 notes are kept for it, and what it misses is counted in a
	// note of its own. [Controller.Close] waits a second for it; then a goroutine stays in it for
	// as long as it blocks.
	Logger *slog.Logger

	conn bus.Conn // of tests
}

// defaultWait is as long as a machine takes to restart a process, or a cluster to place it
// anew.
const defaultWait = 2 * time.Minute

func (c Config) resolve() (Config, error) {
	if c.Fleet == "" {
		c.Fleet = DefaultFleet
	}
	var errs []error
	if !bus.ValidName(c.Fleet) {
		errs = append(errs, fmt.Errorf("fleet: Fleet is %q, expected 1 to 63 of a-z, 0-9 and -", c.Fleet))
	}
	if c.Workers < 1 || c.Workers > mostWorkers {
		errs = append(errs, fmt.Errorf("fleet: Workers is %d, expected 1 to %d", c.Workers, mostWorkers))
	}
	lease, err := resolveLease(c.Lease)
	c.Lease = lease
	if c.Wait == 0 {
		c.Wait = defaultWait
	}
	return c, errors.Join(append(errs, err)...)
}

// mostWorkers bounds the workers of a fleet: the broker of this module lets in as many and the
// controller, with some to spare for those that come back before they are missed.
const mostWorkers = 1000

func resolveLease(d time.Duration) (time.Duration, error) {
	switch {
	case d == 0:
		return DefaultLease, nil
	case d < leastLease || d > mostLease:
		return d, fmt.Errorf("fleet: Lease is %v, expected %v to %v", d, leastLease, mostLease)
	}
	return d, nil
}

// connect connects to the server. It has refused told if a server that was lost does not want this
// party any more.
func (c *Config) connect(ctx context.Context, refused func(error)) (bus.Conn, error) {
	if c.conn != nil {
		return c.conn, nil
	}
	if c.Wait > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.Wait, fmt.Errorf("given up after %v", c.Wait))
		defer cancel()
	}
	where := natsbus.Config{Name: bus.Controller, URL: c.URL, TLS: c.TLS, Logger: c.Logger, Refused: refused}
	if c.Dial != nil {
		where.URL, where.TLS = "nats://127.0.0.1:4222", nil // a name only
		where.Dial, where.Secret = c.Dial, c.Secret
	}
	return natsbus.Dial(ctx, where)
}

// WorkerConfig configures a worker. URL, Name, Workload and either Endpoint or Connect are
// required.
type WorkerConfig struct {
	// Fleet names the fleet. Empty means [DefaultFleet].
	Fleet string
	// URL is the address of the nats-server, and TLS holds the worker's certificate and the
	// authorities that vouch for the server, both as in [Config].
	URL string
	TLS *tls.Config
	// Name names the worker within its fleet: 1 to 63 of a-z, 0-9 and -, and not "controller".
	// A replacement for a lost worker has its name.
	Name string
	// Capacity is the largest number of agents that the worker runs, and its weight when agents
	// are divided among workers: at most 1,000,000. 0 means as many as this machine can open
	// connections for, up to 10,000.
	Capacity int
	// Workload holds the sessions to replay, as recorded. It must be the same for all workers and
	// the controller; a phase is refused otherwise.
	Workload *trajectory.Workload
	// Endpoint is the system under test, as this machine reaches it. Its credentials stay on this
	// machine. Before the first phase of a run the worker looks at it as [endpoint.Client.Preflight]
	// does, and refuses the phase if it cannot be used from here.
	Endpoint endpoint.Config
	// Connect, if set, replaces Endpoint; see agentperf.Config.
	Connect func(agent int) trajectory.Sender
	// Stay makes the worker wait for another run when one is over, rather than return from
	// [Serve].
	Stay bool
	// Logger receives notes on what the worker does. Nil discards them. Nothing waits for it, as
	// in [Config], but the end of [Serve], for a second.
	Logger *slog.Logger

	// Of tests.
	conn  bus.Conn
	spool int  // bytes, instead of mostSpool
	once  bool // see spool
}

func (c WorkerConfig) resolve() (WorkerConfig, error) {
	if c.Fleet == "" {
		c.Fleet = DefaultFleet
	}
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("fleet: "+format, args...)) }
	if !bus.ValidName(c.Fleet) {
		bad("Fleet is %q, expected 1 to 63 of a-z, 0-9 and -", c.Fleet)
	}
	if !bus.ValidName(c.Name) || c.Name == bus.Controller {
		bad("Name is %q, expected 1 to 63 of a-z, 0-9 and -, and not %q", c.Name, bus.Controller)
	}
	if c.Capacity < 0 || c.Capacity > mostCapacity {
		bad("Capacity is %d, expected 0 to %d", c.Capacity, mostCapacity)
	}
	if c.Workload == nil || len(c.Workload.Trajectories) == 0 {
		bad("Workload is empty, expected recorded sessions")
	} else if err := c.Workload.Validate(); err != nil {
		bad("Workload: %w", err)
	}
	if c.Connect == nil {
		errs = append(errs, c.Endpoint.Validate())
	}
	return c, errors.Join(errs...)
}

const (
	// mostCapacity is beyond the ports of any machine.
	mostCapacity = 1_000_000
	// usualCapacity is what one process has been measured to drive of agents with slow
	// answers.
	usualCapacity = 10_000
)

func (c *WorkerConfig) connect(ctx context.Context, refused func(error)) (bus.Conn, error) {
	if c.conn != nil {
		return c.conn, nil
	}
	return natsbus.Dial(ctx, natsbus.Config{URL: c.URL, TLS: c.TLS, Name: c.Name, Logger: c.Logger, Refused: refused})
}
