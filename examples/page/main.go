// Command page draws reports as one page of charts.
//
//	go run ./examples/page A.json B.json ... > page.html
//
// It reads what maxusers and slt wrote with -json: any number of reports of both kinds, of one
// system or of many. The page is a single file that needs no network. The exit status is 0 with
// a page, 1 without one and 2 for wrong usage.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/agentperf/agentperf-go/examples/internal/cli"
	"github.com/agentperf/agentperf-go/report"
	"github.com/agentperf/agentperf-go/report/page"
)

func main() {
	cli.Main(func(ctx context.Context) int { return run(ctx, os.Args[1:], os.Stdout, os.Stderr) })
}

// run is the program.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	program := cli.New("page", stdout, stderr)
	var options page.Options
	flags := flag.NewFlagSet("page", flag.ContinueOnError)
	flags.SetOutput(program.Stderr)
	flags.Usage = func() {
		fmt.Fprintln(program.Stderr, "Usage: page [flags] REPORT... > page.html")
		flags.PrintDefaults()
	}
	flags.StringVar(&options.Title, "title", "", "`text` above the headline")
	flags.StringVar(&options.Note, "note", "", "`sentence` on all reports, below the headline")
	var requests []string
	flags.Func("requests", "show what happened inside phases, by the `file` of maxusers -requests or its journal (repeatable)", func(name string) error {
		requests = append(requests, name)
		return nil
	})
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return cli.OK
	case err != nil:
		return cli.Usage
	case flags.NArg() == 0:
		return program.Fail(cli.Usage, errors.New("no report, expected the files that maxusers -json and slt -json wrote"))
	}
	var reports []*report.Report
	err := cli.Reading(ctx, func() error {
		for _, name := range flags.Args() {
			r, err := report.ReadFile(name)
			if err != nil {
				return err
			}
			reports = append(reports, r)
		}
		if len(requests) == 0 {
			return nil
		}
		var err error
		options.Requests, err = page.ReadRequests(ctx, requests...)
		return err
	})
	if err != nil {
		return program.Status(err)
	}
	// The page is text for a browser, in which nothing needs to be made fit for a terminal:
	// it has no control characters.
	out := bufio.NewWriter(stdout)
	return program.Status(errors.Join(page.Write(out, reports, options), out.Flush()))
}
