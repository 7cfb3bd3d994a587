package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/demo"
	"github.com/agentperf/agentperf-go/internal/plain"
	"github.com/agentperf/agentperf-go/internal/screen"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/pricing"
	"github.com/agentperf/agentperf-go/report"
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
	if err := errors.Join(cli.CheckWritable("json", o.jsonFile), cli.CheckWritable("html", o.htmlFile)); err != nil {
		return program.Fail(cli.Usage, err)
	}
	inputs := []cli.Place{o.endpoint.CA(), o.identity.File()}
	for _, name := range o.files {
		inputs = append(inputs, cli.Place{By: "-compare", Name: name})
	}
	inputs = append(inputs, o.telemetry.Inputs()...)
	if err := cli.Apart([]cli.Place{{By: "-json", Name: o.jsonFile}, {By: "-html", Name: o.htmlFile}, o.telemetry.Output()}, inputs); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if o.compare {
		var report *slt.Report
		if err := cli.Reading(ctx, func() (err error) { report, err = compare(o); return err }); err != nil {
			return program.Fail(cli.Failed, err)
		}
		return program.Conclude(ctx, cli.Result{Report: report, JSON: o.jsonFile, HTML: o.htmlFile, Any: true})
	}

	title := o.endpoint.Title(o.cfg.Identity)
	simulated := o.endpoint.URL == ""
	if simulated {
		title = "SIMULATION"
		if !o.quiet {
			fmt.Fprintln(stderr, demo.Notice)
		}
		server, err := demo.Serve(demo.Config())
		if err != nil {
			return program.Fail(cli.Failed, err)
		}
		defer server.Close()
		o.endpoint.URL, o.cfg.Identity = server.URL, demo.Identity(o.cfg.Identity)
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
	if o.cfg.Observers, o.cfg.Series, err = o.telemetry.Observers(getenv); err != nil {
		return program.Fail(cli.Usage, err)
	}
	o.cfg.Exclusive = o.telemetry.Exclusive
	if err := o.cfg.Validate(); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if err := cli.Try(ctx, o.cfg.Observers); err != nil {
		return program.Fail(cli.Failed, err)
	}
	progress := &progress{screen: program.Screen(o.quiet, getenv)}
	defer progress.screen.Close()
	progress.history.title, progress.history.plateau, progress.history.given = title, o.cfg.Plateau, len(o.cfg.Levels) > 0
	o.cfg.Progress = progress.show
	measured, err := slt.Run(ctx, o.cfg)
	progress.screen.Close()
	if cerr := o.telemetry.Close(); err == nil {
		err = cerr
	}
	return program.Conclude(ctx, cli.Result{Report: measured, JSON: o.jsonFile, HTML: o.htmlFile, Simulated: simulated, Any: len(measured.Levels) > 0, Err: err})
}

// compare merges two reports. Flags about the system replace what both reports state, and
// -at-speed the speeds that they were asked about.
func compare(o *options) (*slt.Report, error) {
	var reports [2]*slt.Report
	for i, name := range o.files {
		read, err := report.ReadFile(name)
		if err != nil {
			return nil, err
		}
		r, err := read.OnlySLT()
		if err != nil {
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

// progress shows how a sweep gets on: on a terminal as a view, elsewhere in lines.
type progress struct {
	screen  *screen.Screen
	history history
	told    time.Duration // how long the level had taken when there was a line about it
}

// every is the time between two lines about one level: nobody takes the program for dead.
const every = 30 * time.Second

// show shows an event.
func (p *progress) show(e slt.Event) {
	switch {
	case e.Stage == "starting":
		for _, w := range e.Warnings {
			p.screen.Line("warning: %s", plain.Text(w.Text))
		}
	case p.screen.Live():
	case e.Result != nil:
		p.screen.Line("%s", plain.Text(levelDone(e)))
		p.told = 0
	case e.Elapsed < p.told: // of another level
		p.told = 0
	case e.Elapsed >= p.told+every:
		p.screen.Line("concurrency %d, %.0f s of %.0f s: %d queries, %d failed; %s", e.Concurrency, e.Elapsed.Seconds(), e.Estimate.Seconds(), e.Queries, e.Failed, e.Stage)
		p.told = e.Elapsed
	}
	if p.screen.Live() {
		p.screen.Show(p.history.add(e, time.Now()).lines)
	}
}
