package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/agentperf/agentperf-go/fleet"
	"github.com/agentperf/agentperf-go/fleet/internal/bus"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/maxusers"
)

// work is the command worker.
func work(ctx context.Context, i invocation) (status int) {
	cfg := fleet.WorkerConfig{}
	var (
		source maxusers.Source
		files  tlsFiles
		called string
		leash  bool
		log    notes
	)
	log.to(i.liner())
	flags := i.program.CommandFlags("worker", "")
	flags.StringVar(&cfg.URL, "controller", "", "`URL` of the controller, or of the nats-server that it is at: nats://host:port on this machine, else tls://")
	flags.StringVar(&called, "name", "", "`name` of this worker in its fleet (default: AGENTPERF_WORKER in the environment, or worker-N with JOB_COMPLETION_INDEX, or that of the machine)")
	flags.IntVar(&cfg.Capacity, "capacity", 0, "how many `agents` this worker plays at most, and what part of all it gets; 0 means as many as it may open connections for, and 10000 at most")
	flags.BoolVar(&cfg.Stay, "stay", false, "wait for another run when one is over")
	flags.StringVar(&cfg.Fleet, "fleet", fleet.DefaultFleet, "`name` of the fleet")
	flags.BoolVar(&leash, "leash", false, "end when standard input does, and not by a signal, as the workers of local do")
	files.register(flags.FlagSet, "worker", "the controller")
	source.RegisterSent(flags.FlagSet)
	flags.Lookup("endpoint").Usage = "`URL` of the system under test, as this machine reaches it, such as http://host:8000"
	if err := flags.Parse(i.args); err != nil {
		return i.program.Status(err)
	}
	errs := []error{flags.NoArgs(), files.check(), source.Validate()}
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if cfg.URL == "" {
		bad("-controller is missing, expected a URL such as nats://127.0.0.1:4222")
	}
	if source.Endpoint.URL == "" {
		bad("-endpoint is missing, expected the URL of the system under test")
	}
	if cfg.Capacity < 0 || cfg.Capacity > mostCapacity {
		bad("-capacity is %d, expected 0 to %d", cfg.Capacity, mostCapacity)
	}
	if !bus.ValidName(cfg.Fleet) {
		bad("-fleet is %.80q, expected 1 to 63 of a-z, 0-9 and -", cfg.Fleet)
	}
	var err error
	if cfg.Name, err = nameOf(called, i.getenv, os.Hostname); err != nil {
		errs = append(errs, err)
	}
	if source.Endpoint.URL != "" {
		if cfg.Endpoint, err = source.Endpoint.Config(i.getenv); err != nil {
			errs = append(errs, err)
		}
	}
	if err := flags.Check(errs...); err != nil {
		return i.program.Status(err)
	}
	if cfg.TLS, err = files.client(); err != nil {
		return i.program.Fail(cli.Failed, err)
	}
	if leash {
		var end context.CancelCauseFunc
		ctx, end = context.WithCancelCause(context.WithoutCancel(ctx))
		go func() {
			io.Copy(io.Discard, os.Stdin)
			end(errors.New("the program that started this worker has ended"))
		}()
	}
	if err := cli.Reading(ctx, func() (err error) { cfg.Workload, err = source.Open(); return err }); err != nil {
		return i.program.Fail(cli.Failed, err)
	}
	cfg.Logger = slog.New(&log)
	log.say("worker %s waits for its controller", cfg.Name)
	err = fleet.Serve(ctx, cfg)
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	return i.program.Status(err)
}

// mostCapacity is what package fleet takes.
const mostCapacity = 1_000_000
