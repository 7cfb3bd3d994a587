package main

import (
	"fmt"
	"time"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/slt"
)

// options are the command line.
type options struct {
	endpoint cli.Endpoint
	system   cli.System
	identity cli.Identity

	telemetry cli.Telemetry
	jsonFile  string
	htmlFile  string
	compare   bool
	quiet     bool
	files     []string // to compare
	cfg       slt.Config
}

// demonstration is the configuration without an endpoint: short, since the simulation
// runs in real time.
func demonstration() slt.Config {
	return slt.Config{
		InputTokens: 200, OutputTokens: 100, Ramp: 500 * time.Millisecond, Settle: time.Second,
		Measure: 3 * time.Second, Drain: 2 * time.Second, MaxConcurrency: 256, Seed: 1,
	}
}

// parse reads the command line. The error has been shown to the user.
func parse(program cli.Program, args []string) (*options, error) {
	o := &options{}
	var measure, settle, ramp, drain time.Duration
	var input, output int
	var seed uint64
	flags := program.Flags("[-compare A.json B.json]")
	o.endpoint.Register(flags.FlagSet)
	flags.DurationVar(&measure, "measure", 0, "length of the measured window of a level (default 3m; 3s without -endpoint)")
	flags.DurationVar(&settle, "settle", 0, "time between the last query's start and the window (default 15s; 1s without -endpoint)")
	flags.DurationVar(&ramp, "ramp", 0, "time over which the queries of a level are started (default 15s; 500ms without -endpoint)")
	flags.DurationVar(&drain, "drain", 0, "time allowed for queries that are open when the window ends (default 30s; 2s without -endpoint)")
	flags.IntVar(&input, "input-tokens", 0, "input `tokens` of a query (default 1000; 200 without -endpoint)")
	flags.IntVar(&output, "output-tokens", 0, "output `tokens` of a query (default 1000; 100 without -endpoint)")
	flags.Func("levels", "concurrencies to run, such as `1,2,4` (default 1, 2, 4, ... 64, then 64 more each until throughput stops growing)", func(s string) error {
		levels, err := cli.Numbers(s)
		o.cfg.Levels = append(o.cfg.Levels, levels...)
		return err
	})
	flags.IntVar(&o.cfg.MaxConcurrency, "max-concurrency", 0, "highest `concurrency` without -levels (default 4096; 256 without -endpoint)")
	flags.Float64Var(&o.cfg.Plateau.Gain, "plateau-gain", 0.01, "`share` by which a level must exceed the best before it to count as growth")
	flags.IntVar(&o.cfg.Plateau.Levels, "plateau-levels", 2, "number of `levels` without growth in a row that ends the sweep")
	cli.Speeds(flags.FlagSet, &o.cfg.AtSpeeds, "output `speeds` per query in tokens/s at which throughput and cost are read off, such as 30,100 (default 100; with -compare those of the reports)")
	flags.DurationVar(&o.cfg.ClientLag, "client-lag", 0, "how late this client may send and notice what arrives (P99) before a level is invalid; negative means any (default 50ms)")
	flags.StringVar(&o.cfg.Name, "name", "", "`configuration` of the system, for the report, such as \"Max Throughput\"")
	flags.Uint64Var(&seed, "seed", 0, "seed of the prompts (default: drawn and reported)")
	flags.StringVar(&o.jsonFile, "json", "", "write the report to `file` as JSON")
	quiet := cli.Quiet(flags.FlagSet)
	flags.StringVar(&o.htmlFile, "html", "", "draw the report as a page of charts into `file`, which needs no network")
	flags.BoolVar(&o.compare, "compare", false, "measure nothing; merge two reports, A.json and B.json, and take the better at each concurrency")
	o.system.Register(flags.FlagSet)
	o.identity.Register(flags.FlagSet)
	o.telemetry.Register(flags.FlagSet)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}

	o.quiet = *quiet
	given := flags.Given()
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	o.files = flags.Args()
	switch {
	case o.compare && len(o.files) != 2:
		bad("-compare takes two report files, not %d", len(o.files))
	case !o.compare:
		errs = append(errs, flags.NoArgs())
	}
	if !given["endpoint"] {
		d := demonstration()
		d.Levels, d.Plateau, d.AtSpeeds, d.Name, d.ClientLag = o.cfg.Levels, o.cfg.Plateau, o.cfg.AtSpeeds, o.cfg.Name, o.cfg.ClientLag
		if given["max-concurrency"] {
			d.MaxConcurrency = o.cfg.MaxConcurrency
		}
		o.cfg = d
	}
	for _, d := range [...]struct {
		name     string
		value    time.Duration
		d        *time.Duration
		positive bool
	}{{"measure", measure, &o.cfg.Measure, true}, {"settle", settle, &o.cfg.Settle, false}, {"ramp", ramp, &o.cfg.Ramp, false}, {"drain", drain, &o.cfg.Drain, false}} {
		switch {
		case !given[d.name]:
		case d.value < 0 || d.positive && d.value == 0:
			bad("-%s is %v, expected a time", d.name, d.value)
		case d.value == 0:
			*d.d = -1 // none; 0 would be the default
		default:
			*d.d = d.value
		}
	}
	for _, n := range [...]struct {
		name  string
		value int
		n     *int
		least int
	}{{"input-tokens", input, &o.cfg.InputTokens, 1}, {"output-tokens", output, &o.cfg.OutputTokens, 2}, {"max-concurrency", o.cfg.MaxConcurrency, &o.cfg.MaxConcurrency, 1}, {"plateau-levels", o.cfg.Plateau.Levels, &o.cfg.Plateau.Levels, 1}} {
		switch {
		case !given[n.name]:
		case n.value < n.least:
			bad("-%s is %d, expected %d or more", n.name, n.value, n.least)
		default:
			*n.n = n.value
		}
	}
	if o.cfg.Plateau.Gain == 0 {
		o.cfg.Plateau.Gain = -1 // any gain counts; 0 would be the default
	} else if o.cfg.Plateau.Gain < 0 {
		bad("-plateau-gain is %v, expected 0 or more", o.cfg.Plateau.Gain)
	}
	if given["seed"] {
		o.cfg.Seed = seed
	}
	o.cfg.Model, o.cfg.Fields = o.endpoint.Model, o.endpoint.Fields()
	var err error
	if o.cfg.Identity, o.cfg.System, err = cli.Identified(&o.identity, &o.system); err != nil {
		errs = append(errs, err)
	}
	return o, flags.Check(errs...)
}
