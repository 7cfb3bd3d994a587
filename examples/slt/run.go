package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/examples/internal/cli"
	"github.com/agentperf/agentperf-go/examples/internal/demo"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/slt"
)

// run is the program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	program := cli.New("slt", stdout, stderr)
	stderr = program.Stderr
	o, err := parse(program, args)
	if err != nil {
		return program.Status(err)
	}
	if err := cli.CheckWritable("json", o.jsonFile); err != nil {
		return program.Fail(cli.Usage, err)
	}
	inputs := []cli.Place{o.endpoint.CA(), o.identity.File()}
	for _, name := range o.files {
		inputs = append(inputs, cli.Place{By: "-compare", Name: name})
	}
	if err := cli.Apart([]cli.Place{{By: "-json", Name: o.jsonFile}}, inputs); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if o.compare {
		var report *slt.Report
		if err := cli.Reading(ctx, func() (err error) { report, err = compare(o); return err }); err != nil {
			return program.Fail(cli.Failed, err)
		}
		return program.Conclude(ctx, cli.Result{Report: report, JSON: o.jsonFile, Any: true})
	}

	if o.endpoint.URL == "" {
		fmt.Fprintln(stderr, demo.Notice)
		server, err := demo.Serve(demo.Config())
		if err != nil {
			return program.Fail(cli.Failed, err)
		}
		defer server.Close()
		o.endpoint.URL = server.URL
		// This process has both ends of each connection.
		for _, n := range o.cfg.Levels {
			if err := sockets.Here().Check(fmt.Sprintf("%d queries at a time and the simulated system", n), 2*n, 0); err != nil {
				return program.Fail(cli.Failed, err)
			}
		}
	}
	if o.cfg.Endpoint, err = o.endpoint.Config(getenv); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if err := o.cfg.Validate(); err != nil {
		return program.Fail(cli.Usage, err)
	}
	live := program.Live()
	o.cfg.Progress = func(e slt.Event) { show(live, e) }
	report, err := slt.Run(ctx, o.cfg)
	live.Clear()
	return program.Conclude(ctx, cli.Result{Report: report, JSON: o.jsonFile, Any: len(report.Levels) > 0, Err: err})
}

// compare merges two reports. Flags about the system replace what both reports state, and
// -at-speed the speeds that they were asked about.
func compare(o *options) (*slt.Report, error) {
	var reports [2]*slt.Report
	for i, name := range o.files {
		r := new(slt.Report)
		if err := cli.ReadReport(name, slt.Schema, r); err != nil {
			return nil, err
		}
		if r.Config.Name == "" {
			r.Config.Name = name
		}
		reports[i] = r
	}
	var stated [2]pricing.System
	for i, r := range reports {
		if r.System != nil {
			stated[i] = *r.System
		}
	}
	systems, err := o.system.Over(stated[:]...)
	if err != nil {
		return nil, err
	}
	for i, r := range reports {
		r.System = &systems[i]
		if len(o.cfg.AtSpeeds) > 0 {
			r.Config.AtSpeeds = o.cfg.AtSpeeds
		}
	}
	return slt.Optimal(reports[0], reports[1])
}

// show shows the progress of a sweep.
func show(live *cli.Live, e slt.Event) {
	if e.Stage == "starting" {
		for _, w := range e.Warnings {
			live.Warn([]string{w.Text})
		}
		return
	}
	if e.Result == nil {
		live.Redraw("concurrency %d: %s, %d queries; %s", e.Concurrency, e.Stage, e.Queries, strings.Join(e.Pending, ", "))
		return
	}
	l := e.Result
	elapsed := e.Elapsed.Round(100 * time.Millisecond)
	if f := l.Figures; f != nil {
		live.Line("concurrency %d, %v: %d queries measured, %d failed, %.0f tokens/s", e.Concurrency, elapsed, f.Requests, f.Failed, f.OutputTokensPerSecond)
	} else {
		live.Line("concurrency %d, %v: invalid: %s", e.Concurrency, elapsed, l.Invalid)
	}
}
