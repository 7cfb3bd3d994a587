package main

import (
	"errors"
	"fmt"

	"github.com/agentperf/agentperf-go/internal/cli"
	"github.com/agentperf/agentperf-go/report"
)

// worse is the exit status of diff where something is worse.
const worse = 3

// diff compares two reports.
func diff(program cli.Program, args []string) int {
	var o report.CompareOptions
	flags := program.CommandFlags("diff", "A B")
	flags.Float64Var(&o.Tolerance, "tolerance", 0.1, "`share` by which B may be worse and still pass")
	flags.Func("ignore", "`field` of the configuration in which the runs may differ, such as Rule.SettleSeconds (repeatable)", func(name string) error {
		if name == "" {
			return errors.New("expected a field")
		}
		o.Ignore = append(o.Ignore, name)
		return nil
	})
	unsure := flags.Bool("unsure", false, "where nothing is sure, let the exit status go by the figures as they are")
	jsonFile := flags.String("json", "", "write the comparison to `file` as JSON")
	if err := flags.Parse(args); err != nil {
		return program.Status(err)
	}
	var errs []error
	names := flags.Args()
	if len(names) != 2 {
		errs = append(errs, fmt.Errorf("expected two reports, A from before and B from after, and there are %d", len(names)))
	}
	if !(o.Tolerance >= 0 && o.Tolerance < 1) {
		errs = append(errs, fmt.Errorf("-tolerance is %v, expected 0 to less than 1", o.Tolerance))
	}
	inputs := make([]cli.Place, len(names))
	for i, name := range names {
		inputs[i] = cli.Place{By: "diff", Name: name}
	}
	if err := flags.Check(append(errs, cli.Apart([]cli.Place{{By: "-json", Name: *jsonFile}}, inputs), cli.CheckWritable("json", *jsonFile))...); err != nil {
		return program.Status(err)
	}
	if o.Tolerance == 0 {
		o.Tolerance = -1 // none, and not the default
	}
	var reports [2]*report.Report
	for i, name := range names {
		r, err := report.ReadFile(name)
		if err != nil {
			return program.Fail(cli.Failed, err)
		}
		reports[i] = r
	}
	c, err := report.Compare(reports[0], reports[1], o)
	if err != nil {
		return program.Fail(cli.Failed, fmt.Errorf("%w\n-ignore FIELD compares them all the same", err))
	}
	if *jsonFile != "" {
		if err := cli.WriteJSON(*jsonFile, c); err != nil {
			return program.Fail(cli.Failed, fmt.Errorf("-json: %w", err))
		}
	}
	if err := c.WriteTable(program.Stdout); err != nil {
		return program.Fail(cli.Failed, err)
	}
	outcome := c.Outcome()
	if outcome == report.Unknown && *unsure {
		outcome = c.Seems()
	}
	switch outcome {
	case report.Worse:
		return worse
	case report.Unknown:
		return cli.Failed
	}
	return cli.OK
}
