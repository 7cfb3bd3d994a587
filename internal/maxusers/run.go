package maxusers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/agentperf/agentperf-go/agentperf"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/demo"
	"github.com/agentperf/agentperf-go/internal/sockets"
	"github.com/agentperf/agentperf-go/trajectory"
)

// Run is the program: it reads the command line, measures, shows the answer and returns the
// exit status.
func Run(ctx context.Context, p Program) int {
	program := cli.New(cmp.Or(p.Name, "maxusers"), p.Stdout, p.Stderr)
	o, err := parse(program, p)
	if err != nil {
		return program.Status(err)
	}

	simulated := o.Endpoint.URL == ""
	if o.title = o.Endpoint.Title(o.cfg.Identity); simulated {
		o.title = "SIMULATION"
	}
	if err := o.apart(); err != nil {
		return program.Fail(cli.Usage, err)
	}
	if err := cli.Reading(ctx, func() (err error) { o.cfg.Workload, err = o.Open(); return err }); err != nil {
		return program.Fail(cli.Failed, err)
	}
	notices := program.Stderr
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
		o.Endpoint.URL, o.cfg.Identity = server.URL, demo.Identity(o.cfg.Identity)
	}
	if status, err := o.complete(p.Getenv); err != nil {
		return program.Fail(status, err)
	}
	if simulated {
		n, ends := max(1, o.cfg.Start), 2 // this process has both ends of each connection
		if p.Prepare != nil {
			ends = 1
		}
		if err := sockets.Here().Check(fmt.Sprintf("%d agents and the simulated system", n), ends*n, 0); err != nil {
			return program.Fail(cli.Failed, err)
		}
	}
	requests := &cli.LazyFile{Name: o.requests}
	if o.requests != "" {
		o.cfg.Requests = requests
	}
	if err := cli.Try(ctx, o.cfg.Observers); err != nil {
		return program.Fail(cli.Failed, err)
	}
	end, err := p.prepare(ctx, &o.cfg)
	if err != nil {
		return program.Fail(cli.Failed, err)
	}
	defer end()

	progress := &progress{screen: program.Screen(o.quiet, p.Getenv), history: o.history()}
	defer progress.screen.Close()
	o.cfg.Progress = progress.show
	if p.Started != nil {
		p.Started(progress.screen.Line)
	}
	report, err := o.measure(ctx)
	progress.screen.Close()
	end()
	if cerr := requests.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("-requests: %w", cerr)
	}
	if cerr := o.telemetry.Close(); err == nil {
		err = cerr
	}
	status := program.Conclude(ctx, cli.Result{Report: report, JSON: o.jsonFile, HTML: o.htmlFile, Simulated: simulated, Any: len(report.Tiers) > 0, Err: err})
	if !simulated && err != nil && (ctx.Err() != nil || errors.Is(err, agentperf.ErrEndpointGone)) {
		goOn(program, o.cfg.Journal, len(report.Phases))
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
