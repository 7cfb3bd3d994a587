package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/fleet"
	"github.com/agentperf/agentperf-go/fleet/broker"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/maxusers"
)

// A controller is the command of that name, and the one in local.
type controller struct {
	invocation
	workers     int
	listen      string
	nats        string
	fleet       string
	tls         tlsFiles
	lease, wait time.Duration
	flags       *flag.FlagSet
	notes       notes
	// helpers are the workers of a controller that starts its own; nil if it starts none.
	helpers *helpers
}

func newController(i invocation) *controller {
	c := &controller{invocation: i}
	c.notes.to(i.liner())
	return c
}

func control(ctx context.Context, i invocation) (status int) {
	c := newController(i)
	return maxusers.Run(ctx, c.program("controller", func(flags *flag.FlagSet) {
		c.register(flags)
		flags.StringVar(&c.listen, "listen", "127.0.0.1:4222", "`host:port` at which the workers meet; port 0 is one of the system's choice, which is shown; other machines can reach it only with -tls-cert, -tls-key and -tls-ca")
		flags.StringVar(&c.nats, "nats", "", "`URL` of a nats-server that is there already, at which they meet instead: nats://host:port on this machine, else tls://")
		flags.StringVar(&c.fleet, "fleet", fleet.DefaultFleet, "`name` of the fleet, for several at one nats-server")
		flags.DurationVar(&c.wait, "wait", 2*time.Minute, "how long to wait for the nats-server and for workers, at the beginning and when one was lost; negative means as long as it takes")
		c.tls.register(flags, "controller", "the workers, or for the nats-server")
	}))
}

// register defines the flags of every controller.
func (c *controller) register(flags *flag.FlagSet) {
	c.flags = flags
	flags.IntVar(&c.workers, "workers", 0, "`number` of workers of the fleet, which has to be given")
	flags.DurationVar(&c.lease, "lease", fleet.DefaultLease, "how long workers go on, and are waited for, when nothing is heard; 1s to 1m")
}

func (c *controller) program(command string, flags func(*flag.FlagSet)) maxusers.Program {
	return maxusers.Program{
		Args: c.args, Stdout: c.stdout, Stderr: c.stderr, Getenv: c.getenv, Name: name, Command: command,
		Flags: flags, Check: c.check, Prepare: c.prepare, Started: c.notes.to,
	}
}

// mostWorkers is what package fleet takes.
const mostWorkers = 1000

// check returns the files that are read, and the mistakes in the flags.
func (c *controller) check() (inputs []cli.Place, err error) {
	given := make(map[string]bool)
	c.flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.workers < 1 || c.workers > mostWorkers {
		bad("-workers is %d, expected 1 to %d", c.workers, mostWorkers)
	}
	if c.lease < time.Second || c.lease > time.Minute {
		bad("-lease is %v, expected 1s to 1m", c.lease)
	}
	if given["wait"] && c.wait == 0 {
		bad("-wait is 0s, expected more, or less for as long as it takes")
	}
	if c.fleet != "" && !bus.ValidName(c.fleet) {
		bad("-fleet is %.80q, expected 1 to 63 of a-z, 0-9 and -", c.fleet)
	}
	errs = append(errs, c.tls.check())
	switch {
	case c.nats != "" && given["listen"]:
		bad("-listen and -nats: expected one of them")
	case c.nats != "":
	case c.tls.given() && (c.tls.cert == "" || c.tls.ca == ""):
		bad("-tls-cert, -tls-key and -tls-ca: expected all three or none")
	default:
		errs = append(errs, checkListen(c.listen, c.tls.given()))
	}
	return c.tls.inputs(), errors.Join(errs...)
}

// checkListen returns an error for what is no address, or one that others can reach without
// being asked who they are.
func checkListen(listen string, secured bool) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "" {
		return fmt.Errorf("-listen is %q, expected host:port", listen)
	}
	if !secured && host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return fmt.Errorf("-listen is %q, which other machines can reach, expected -tls-cert, -tls-key and -tls-ca too, or a host such as 127.0.0.1", listen)
	}
	return nil
}

// prepare makes the fleet the load of a run.
func (c *controller) prepare(ctx context.Context, cfg *agentperf.Config) (end func(), err error) {
	c.notes.quiet = c.flags.Lookup("quiet").Value.String() == "true"
	var ends []func()
	end = func() {
		c.notes.to(c.liner())
		for i := len(ends) - 1; i >= 0; i-- {
			ends[i]()
		}
	}
	logger := slog.New(&c.notes)
	load := fleet.Config{Fleet: c.fleet, Workers: c.workers, Endpoint: cfg.Endpoint, Lease: c.lease, Wait: c.wait, Logger: logger}
	url := c.nats
	if url != "" {
		load.URL = url
		if load.TLS, err = c.tls.client(); err != nil {
			return end, err
		}
	} else {
		server, err := broker.Start(broker.Config{Listen: c.listen, Fleet: c.fleet, CertFile: c.tls.cert, KeyFile: c.tls.key, CAFile: c.tls.ca, Logger: logger})
		if err != nil {
			return end, err
		}
		ends = append(ends, func() {
			if err := server.Close(); err != nil {
				c.notes.say("%v", err)
			}
		})
		load.Dial, load.Secret = server.Controller()
		url = server.URL()
		if c.helpers == nil {
			c.notes.say("waiting for workers at %s", url)
		}
	}
	if c.helpers != nil {
		ends = append(ends, c.helpers.end)
		if err := c.helpers.start(url, c.workers); err != nil {
			return end, err
		}
	}
	all, err := fleet.NewController(ctx, load)
	if err != nil {
		return end, err
	}
	ends = append(ends, func() {
		if c.helpers != nil {
			c.helpers.dismissed()
		}
		all.Close()
	})
	if err := all.Gather(ctx); err != nil {
		return end, err
	}
	cfg.Load = all
	return end, c.bound(cfg, all.Capacity())
}

// bound keeps a search within what the fleet can run.
func (c *controller) bound(cfg *agentperf.Config, capacity int) error {
	asked := cfg.MaxAgents
	if asked == 0 {
		if p, err := agentperf.LookupProfile(cfg.Profile); err == nil {
			asked = p.Defaults.MaxAgents
		}
		asked = cmp.Or(asked, len(cfg.Assigned), 4096) // what package agentperf goes to
	}
	if start := max(1, cfg.Start); start > capacity {
		return fmt.Errorf("%d agents are more than the fleet can run, %d: expected more workers, or a larger -capacity of each", start, capacity)
	}
	if asked > capacity {
		c.notes.say("the fleet can run %d agents: the search goes no further, where %d were asked for", capacity, asked)
		cfg.MaxAgents = capacity
	}
	return nil
}
