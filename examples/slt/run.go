package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/endpoint/endpointtest"
	"github.com/agentperf/agentperf-go/endpoint/simulate"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/slt"
)

// Exit statuses.
const (
	answered = 0
	noAnswer = 1
	usage    = 2
)

// run is the program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return answered
	}
	if err != nil {
		return usage
	}
	fail := func(status int, err error) int {
		fmt.Fprintf(stderr, "slt: %v\n", err)
		return status
	}
	if o.jsonFile != "" {
		if err := cli.CheckWritable(o.jsonFile); err != nil {
			return fail(usage, fmt.Errorf("-json: %w", err))
		}
	}
	if o.compare {
		report, err := compare(o)
		if err != nil {
			return fail(noAnswer, err)
		}
		return cli.Result{Program: "slt", Report: report, JSON: o.jsonFile, Any: true}.Conclude(ctx, stdout, stderr)
	}

	if o.endpoint.URL == "" {
		preset, err := simulate.Preset("demo")
		if err != nil {
			return fail(noAnswer, err)
		}
		fmt.Fprintln(stderr, "No -endpoint: what is measured is a SIMULATION of an inference system that does not exist.")
		system, err := simulate.New(preset)
		if err != nil {
			return fail(noAnswer, err)
		}
		server, err := endpointtest.Serve(system)
		if err != nil {
			return fail(noAnswer, err)
		}
		defer server.Close()
		o.endpoint.URL = server.URL
		// Both ends of each connection are of this process.
		for _, n := range o.cfg.Levels {
			if err := sockets.Here().Check(fmt.Sprintf("%d queries at a time and the simulated system", n), 2*n, 0); err != nil {
				return fail(noAnswer, err)
			}
		}
	}
	if o.cfg.Endpoint, err = o.endpoint.Config(getenv); err != nil {
		return fail(usage, err)
	}
	if err := o.cfg.Validate(); err != nil {
		return fail(usage, err)
	}
	live := cli.NewLive(stderr)
	o.cfg.Progress = func(e slt.Event) { show(live, e) }
	report, err := slt.Run(ctx, o.cfg)
	live.Clear()
	return cli.Result{Program: "slt", Report: report, JSON: o.jsonFile, Any: len(report.Levels) > 0, Err: err}.Conclude(ctx, stdout, stderr)
}

// compare merges two reports. What flags say of the system replaces what both say.
func compare(o *options) (*slt.Report, error) {
	var reports [2]*slt.Report
	for i, name := range o.files {
		r, err := load(name)
		if err != nil {
			return nil, err
		}
		if r.Config.Name == "" {
			r.Config.Name = name
		}
		reports[i] = r
	}
	for _, r := range reports {
		var stated pricing.System
		if r.System != nil {
			stated = *r.System
		}
		stated, err := o.system.Over(stated)
		if err != nil {
			return nil, err
		}
		r.System = &stated
	}
	return slt.Optimal(reports[0], reports[1])
}

// load reads a report.
func load(name string) (*slt.Report, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var r slt.Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s: not a report: %w", name, err)
	}
	if r.Schema != slt.Schema {
		return nil, fmt.Errorf("%s: schema is %q, expected %q", name, r.Schema, slt.Schema)
	}
	return &r, nil
}

// show shows how far a sweep has come.
func show(live *cli.Live, e slt.Event) {
	if e.Stage == "starting" {
		live.Warn(e.Warnings)
		return
	}
	if e.Result == nil {
		live.Redraw("concurrency %d: %s, %d queries; %s", e.Concurrency, e.Stage, e.Queries, strings.Join(e.Pending, ", "))
		return
	}
	l := e.Result
	live.Line("concurrency %d, %v: %d queries measured, %d failed, %.0f tokens/s", e.Concurrency, e.Elapsed.Round(100*time.Millisecond), l.Requests, l.Failed, l.OutputTokensPerSecond)
}
