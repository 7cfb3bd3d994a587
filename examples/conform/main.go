// Command conform looks at a server of chat completions, Messages or Responses by the rules of
// package conformance.
//
//	go run ./examples/conform
//	go run ./examples/conform -endpoint http://host:8000 -model M -json conform.json
//	go run ./examples/conform -endpoint http://host:8000 -api messages
//	go run ./examples/conform -endpoint http://host:8000 -want usage,cached_tokens,cancel
//
// It says at its start what it will take of the server at most, and holds itself to that. The
// table goes to standard output: for each rule what was seen and why it matters. Without
// -endpoint it looks at a simulated system.
//
// The exit status is 0 if all required rules passed, 3 if one failed or could not be seen, 1
// if the server could not be looked at or the run ended early, and 2 for wrong usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/agentperf/agentperf-go/endpoint"
	"github.com/agentperf/agentperf-go/endpoint/conformance"
	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/internal/demo"
	"github.com/agentperf/agentperf-go/internal/screen"
)

func main() {
	cli.Main(func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv) })
}

// nonconforming is the exit status where a required rule did not pass.
const nonconforming = 3

func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	program := cli.New("conform", stdout, stderr)
	o, err := parse(program, args, getenv)
	if err != nil {
		return program.Status(err)
	}
	cfg := o.cfg
	if o.simulate {
		server, err := demo.Serve(demo.Config())
		if err != nil {
			return program.Fail(cli.Failed, err)
		}
		defer server.Close()
		cfg.Endpoint = endpoint.Config{URL: server.URL}
		fmt.Fprintln(program.Stdout, demo.Notice)
	}
	progress := program.Screen(false, getenv)
	defer progress.Close()
	show := func(format string, args ...any) {
		progress.Show(func(screen.Look) []screen.Line { return []screen.Line{screen.Text(screen.Normal, format, args...)} })
	}
	progress.Line("At most %v.", cfg.Cost())
	show("first answers ...")
	cfg.Each = func(f conformance.Finding) { show("%s: %s", f.Rule, f.Status) }
	report, err := conformance.Run(ctx, cfg, o.want...)
	progress.Close()
	status := program.Conclude(ctx, cli.Result{Report: report, JSON: o.jsonFile, Any: len(report.Rules) > 0, Err: err})
	if status != cli.OK {
		return status
	}
	if err := report.Err(); err != nil {
		return program.Fail(nonconforming, err)
	}
	return cli.OK
}

// options are the command line.
type options struct {
	cfg      conformance.Config
	want     []conformance.Capability
	jsonFile string
	simulate bool
}

func parse(program cli.Program, args []string, getenv func(string) string) (o options, err error) {
	var server cli.Endpoint
	var want string
	cfg := &o.cfg
	flags := program.Flags("")
	server.Register(flags.FlagSet)
	flags.StringVar(&want, "want", "", "required `rules`, separated by commas (default: "+cli.Names(conformance.Required())+")")
	flags.IntVar(&cfg.Concurrency, "concurrency", 4, "`requests` that must run at once")
	flags.DurationVar(&cfg.Timeout, "timeout", 5*time.Minute, "longest time for everything; a request gets a fifth of it at most")
	flags.StringVar(&o.jsonFile, "json", "", "write the report to `file` as JSON")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	errs := []error{flags.NoArgs(), cli.Apart([]cli.Place{{By: "-json", Name: o.jsonFile}}, []cli.Place{server.CA()}), cli.CheckWritable("json", o.jsonFile)}
	for name := range strings.SplitSeq(want, ",") {
		if name = strings.TrimSpace(name); name != "" {
			o.want = append(o.want, conformance.Capability(name))
		}
	}
	if cfg.Concurrency == 0 { // which the library would take for its default
		errs = append(errs, errors.New("-concurrency is 0, expected 2 to 1024"))
	}
	if cfg.Timeout == 0 {
		errs = append(errs, errors.New("-timeout is 0s, expected more than 0"))
	}
	cfg.Endpoint, err = server.Config(getenv)
	if o.simulate = server.URL == ""; o.simulate {
		cfg.Endpoint, err = endpoint.Config{URL: "http://127.0.0.1"}, nil // until it is served
	}
	cfg.Model, cfg.Fields = server.Model, server.Fields()
	if err == nil {
		err = cfg.Validate(o.want...)
	}
	return o, flags.Check(append(errs, err)...)
}
