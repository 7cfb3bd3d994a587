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

// DefaultFleet is the name of a fleet that has no other.
const DefaultFleet = "default"

// DefaultLease is how long a worker goes on without its controller, and how long a controller
// waits for a silent worker, unless the configuration says otherwise: several times what a
// network or a busy machine holds messages up, and short for a system that a fleet without a
// controller would keep loaded.
const DefaultLease = 5 * time.Second

// leastLease is the shortest lease: orders and reports go out each quarter of a second.
const leastLease = time.Second

// Config is the configuration of a controller. URL, or Dial, and Workers are required.
type Config struct {
	// Fleet names the fleet, so that several may meet at one server: 1 to 63 of a-z, 0-9 and
	// -. Empty means [DefaultFleet].
	Fleet string
	// URL is that of the nats-server: nats://host:port on this machine, else tls://. It may
	// hold credentials, which are never shown.
	URL string
	// TLS has the certificate of the controller and the authorities of the server's.
	TLS *tls.Config
	// Dial and Secret are what a broker in this process is reached by; see
	// broker.Server.Controller. They take the place of URL and TLS.
	Dial   func(ctx context.Context) (net.Conn, error)
	Secret string
	// Workers is the number of workers that the fleet consists of, 1 or more. More than
	// these are not used.
	Workers int
	// Lease is how long a worker goes on without a word of the controller, and the
	// controller without one of a worker. 0 means [DefaultLease]; the least is 1 s.
	Lease time.Duration
	// Wait is how long to wait for the workers, at the beginning and before a phase when one
	// was lost. 0 means 2 minutes, negative means as long as it takes.
	Wait time.Duration
	// Logger is told of workers that come and go. Nil is silent.
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
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, errors.Join(append(errs, err)...)
}

// mostWorkers bounds the workers of a fleet: the broker of this module lets in as many, less
// the controller.
const mostWorkers = 1000

func resolveLease(d time.Duration) (time.Duration, error) {
	switch {
	case d == 0:
		return DefaultLease, nil
	case d < leastLease:
		return d, fmt.Errorf("fleet: Lease is %v, expected %v or more", d, leastLease)
	}
	return d, nil
}

func (c *Config) connect(ctx context.Context) (bus.Conn, error) {
	if c.conn != nil {
		return c.conn, nil
	}
	url := c.URL
	if c.Dial != nil && url == "" {
		url = "nats://127.0.0.1:4222" // a name only
	}
	return natsbus.Dial(ctx, natsbus.Config{URL: url, TLS: c.TLS, Name: bus.Controller, Secret: c.Secret, Dial: c.Dial, Logger: c.Logger})
}

// WorkerConfig is the configuration of a worker. URL, Name, Workload and one of Endpoint and
// Connect are required.
type WorkerConfig struct {
	// Fleet names the fleet; empty means [DefaultFleet].
	Fleet string
	// URL is that of the nats-server, and TLS has the certificate of the worker and the
	// authorities of the server's; see Config.
	URL string
	TLS *tls.Config
	// Name names the worker within its fleet: 1 to 63 of a-z, 0-9 and -. One that takes the
	// place of another has its name.
	Name string
	// Capacity is how many agents the worker runs at most, and says what part of all agents
	// it gets. 0 means as many as this machine may open connections for, and 10,000 at most.
	Capacity int
	// Workload is what is replayed, as it was recorded. All workers and the controller must
	// have the same, which is checked.
	Workload *trajectory.Workload
	// Endpoint is the system under test, as this machine reaches it. Credentials are this
	// machine's own: none goes through the server.
	Endpoint endpoint.Config
	// Connect, if set, replaces Endpoint; see agentperf.Config.
	Connect func(agent int) trajectory.Sender
	// Stay makes the worker wait for another run once one is over. By default Serve then
	// returns.
	Stay bool
	// Logger is told what the worker does. Nil is silent.
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
		bad("Workload is empty")
	} else if err := c.Workload.Validate(); err != nil {
		bad("Workload: %w", err)
	}
	if c.Connect == nil {
		errs = append(errs, c.Endpoint.Validate())
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
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

func (c *WorkerConfig) connect(ctx context.Context) (bus.Conn, error) {
	if c.conn != nil {
		return c.conn, nil
	}
	return natsbus.Dial(ctx, natsbus.Config{URL: c.URL, TLS: c.TLS, Name: c.Name, Logger: c.Logger})
}
