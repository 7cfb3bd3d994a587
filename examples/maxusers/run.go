package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/demo"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

const (
	// tierFails is the exit status of a check in which a service level does not hold.
	tierFails = 3
	// notClean is that of a run with an answer whose audit found something, or could not be
	// completed.
	notClean = 4
)

// run is the program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	program := cli.New("maxusers", stdout, stderr)
	stderr = program.Stderr
	o, err := parse(program, args)
	if err != nil {
		return program.Status(err)
	}

	simulated := o.endpoint.URL == ""
	if o.title = o.endpoint.Title(o.cfg.Identity); simulated {
		o.title = "SIMULATION"
	}
	if err := o.apart(); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if err := cli.Reading(ctx, func() (err error) { o.cfg.Workload, err = open(o); return err }); err != nil {
		return program.Fail(cli.Failed, err)
	}
	notices := stderr
	if o.quiet {
		notices = io.Discard
	}
	warnOf(o.cfg.Workload.Findings, notices)
	if simulated {
		server, err := serveDemo(o, notices)
		if err != nil {
			return program.Fail(cli.Failed, err)
		}
		defer server.Close()
		o.endpoint.URL, o.cfg.Identity = server.URL, demo.Identity(o.cfg.Identity)
	}
	if o.cfg.Endpoint, err = o.endpoint.Config(getenv); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if err := errors.Join(cli.CheckWritable("json", o.jsonFile), cli.CheckWritable("html", o.htmlFile)); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if o.cfg.Observers, o.cfg.Series, err = o.telemetry.Observers(getenv); err != nil {
		return program.Fail(cli.Usage, err)
	}
	o.cfg.Exclusive = o.telemetry.Exclusive
	if most := o.mostAsked(); most > 0 {
		o.cfg.Start, o.cfg.MaxAgents = most, most
	}
	if o.assignments != "" {
		if o.cfg.Assigned, err = readAssignments(o.assignments); err != nil {
			return program.Fail(cli.Failed, fmt.Errorf("-assignments: %w", err))
		}
		if len(o.agents) == 0 { // as many as it covers
			o.cfg.MaxAgents = min(o.cfg.MaxAgents, len(o.cfg.Assigned))
		}
	}
	if err := o.cfg.Validate(); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if simulated {
		// This process has both ends of each connection.
		n := max(1, o.cfg.Start)
		if err := sockets.Here().Check(fmt.Sprintf("%d agents and the simulated system", n), 2*n, 0); err != nil {
			return program.Fail(cli.Failed, err)
		}
	}
	requests := &cli.LazyFile{Name: o.requests}
	if err := cli.CheckWritable("requests", o.requests); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if o.requests != "" {
		o.cfg.Requests = requests
	}

	if err := cli.Try(ctx, o.cfg.Observers); err != nil {
		return program.Fail(cli.Failed, err)
	}
	progress := &progress{screen: program.Screen(o.quiet, getenv), history: o.history()}
	defer progress.screen.Close()
	o.cfg.Progress = progress.show
	report, err := o.measure(ctx)
	progress.screen.Close()
	if cerr := requests.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("-requests: %w", cerr)
	}
	if cerr := o.telemetry.Close(); err == nil {
		err = cerr
	}
	status := program.Conclude(ctx, cli.Result{Report: report, JSON: o.jsonFile, HTML: o.htmlFile, Simulated: simulated, Any: len(report.Tiers) > 0, Err: err})
	if !simulated && err != nil && (ctx.Err() != nil || errors.Is(err, agentperf.ErrEndpointGone)) {
		goOn(o.cfg.Journal, len(report.Phases), stderr)
	}
	if err == nil && len(o.agents) == 1 {
		status = max(status, checked(report, o.agents[0]))
	}
	if err == nil && o.cfg.Audit != nil {
		status = max(status, audited(report))
	}
	return status
}

// history returns that of a run of which nothing is known but what is asked.
func (o *options) history() (h history) {
	h.title, h.rule = o.title, "percentiles as observed"
	if rule, ok := o.cfg.Rule.(agentperf.Controlled); ok {
		h.rule = fmt.Sprintf("wrong with a probability of at most %v", cmp.Or(rule.ErrorRate, 0.01))
	}
	if h.list = len(o.agents) > 1; len(o.agents) == 1 {
		h.check = o.agents[0]
	}
	return h
}

// mostAsked returns the largest number of -agents; 0 without the flag.
func (o *options) mostAsked() int { return slices.Max(append([]int{0}, o.agents...)) }

// measure answers what the command line asks.
func (o *options) measure(ctx context.Context) (*agentperf.Report, error) {
	switch len(o.agents) {
	case 0:
		return agentperf.Run(ctx, o.cfg)
	case 1:
		return agentperf.Check(ctx, o.cfg, o.agents[0])
	}
	return agentperf.Measure(ctx, o.cfg, o.agents...)
}

// apart returns an error if a file to be written is one that is read.
func (o *options) apart() error {
	inputs := []cli.Place{{By: "-workload", Name: o.workload}, {By: "-journal", Name: o.cfg.Journal}, {By: "-assignments", Name: o.assignments}, o.endpoint.CA(), o.identity.File()}
	for _, folder := range o.cfg.Earlier {
		inputs = append(inputs, cli.Place{By: "-evidence", Name: folder})
	}
	inputs = append(inputs, o.telemetry.Inputs()...)
	return cli.Apart([]cli.Place{{By: "-json", Name: o.jsonFile}, {By: "-html", Name: o.htmlFile}, {By: "-requests", Name: o.requests}, o.telemetry.Output()}, inputs)
}

// audited returns the exit status of an audit. Without a number that holds there is none.
func audited(report *agentperf.Report) int {
	holds := slices.ContainsFunc(report.Tiers, func(t agentperf.TierResult) bool { return t.MaxAgents > 0 })
	if holds && report.Audit.Outcome != agentperf.AuditPassed {
		return notClean
	}
	return cli.OK
}

// warnOf shows the worst findings about the workload.
func warnOf(findings []trajectory.Finding, stderr io.Writer) {
	const most = 5
	shown, more := 0, 0
	for _, severity := range []trajectory.Severity{trajectory.SeverityError, trajectory.SeverityWarning} {
		for _, f := range findings {
			switch {
			case f.Severity != severity:
			case shown < most:
				shown++
				fmt.Fprintln(stderr, f)
			default:
				more++
			}
		}
	}
	if more > 0 {
		fmt.Fprintf(stderr, "and %d more; see go run ./examples/trajectories lint\n", more)
	}
}

// checked returns the exit status of a check of a number of agents.
func checked(report *agentperf.Report, agents int) int {
	status := cli.OK
	for _, t := range report.Tiers {
		switch {
		case t.FirstFailingAgents != nil && *t.FirstFailingAgents <= agents:
			return tierFails
		case t.MaxAgents < agents:
			status = cli.Failed
		}
	}
	return status
}
